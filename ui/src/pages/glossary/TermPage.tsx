// A term: what it means, what it is related to, and the assets that it is assigned to.
import { Badge, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useParams } from "react-router";
import { useTerm } from "../../client/queries";
import type { TermPage as Answer } from "../../client/types";
import { links } from "../../links";
import { messages } from "../../messages";
import { Crumbs } from "../../parts/Crumbs";
import { FamilyIcon } from "../../parts/FamilyIcon";
import { NavLinkText } from "../../parts/NavLinkText";
import { Ready } from "../../parts/Waiting";
import { usePageStyles } from "../layout";

const words = messages.glossary;

const useStyles = makeStyles({
  facts: { display: "grid", gap: tokens.spacingVerticalXXS, margin: 0, gridTemplateColumns: "minmax(0, 1fr)" },
  term: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  value: { margin: `0 0 ${tokens.spacingVerticalM}`, whiteSpace: "pre-line", overflowWrap: "anywhere" },
  list: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: tokens.spacingVerticalXS },
  section: { display: "grid", gap: tokens.spacingVerticalM },
});

export function TermPage() {
  const page = usePageStyles();
  const { guid = "" } = useParams();
  const term = useTerm(guid);
  return (
    <div className={page.page}>
      <Ready query={term}>{(answer) => <Shown term={answer} />}</Ready>
    </div>
  );
}

function Shown({ term }: { readonly term: Answer }) {
  const page = usePageStyles();
  const styles = useStyles();
  const fact = (name: string, value: ReactNode) =>
    value ? (
      <>
        <dt className={styles.term}>{name}</dt>
        <dd className={styles.value}>{value}</dd>
      </>
    ) : null;
  const steps = [
    { name: words.title, to: links.glossary() },
    { name: term.glossary, to: links.glossary(term.glossaryGuid) },
    { name: term.name, to: null },
  ];
  return (
    <>
      <Crumbs steps={steps} label={words.path} />
      <div className={page.row}>
        <h1 className={page.title}>{term.name}</h1>
        {term.status && <Badge appearance="tint">{term.status}</Badge>}
      </div>
      <section className={page.card}>
        <dl className={styles.facts}>
          {fact(words.definition, term.definition || <Text className={page.quiet}>{words.undefined}</Text>)}
          {fact(words.summary, term.summary)}
          {fact(words.abbreviation, term.abbreviation)}
          {fact(words.usage, term.usage)}
          {fact(words.examples, term.examples.join(", "))}
          {term.contacts.map((contact) => (
            <div key={`${contact.role} ${contact.name}`}>
              {fact(contact.role, [contact.name, contact.note].filter(Boolean).join(" · "))}
            </div>
          ))}
          {term.related.map((group) => (
            <div key={group.relation}>
              {fact(
                words.relations[group.relation] ?? group.relation,
                <ul className={styles.list}>
                  {group.terms.map((one) => (
                    <li key={one.guid}>
                      <NavLinkText to={links.term(one.guid)}>{one.name}</NavLinkText>
                    </li>
                  ))}
                </ul>,
              )}
            </div>
          ))}
        </dl>
      </section>
      <section className={mergeClasses(page.card, styles.section)}>
        <h2 className={page.heading}>{words.assigned(term.assets.length)}</h2>
        {term.assets.length === 0 ? (
          <Text className={page.quiet}>{words.assignedNext}</Text>
        ) : (
          <ul className={styles.list}>
            {term.assets.map((asset) => (
              <li key={asset.guid ?? asset.name} className={page.row}>
                <FamilyIcon family={asset.family} />
                {asset.guid ? <NavLinkText to={links.asset(asset.guid)}>{asset.name}</NavLinkText> : asset.name}
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}
