// What people say of an asset: classifications, terms, labels, contacts and business metadata, and the way to change it.
import { Button, makeStyles, mergeClasses, Tag, TagGroup, Text, tokens, Tooltip } from "@fluentui/react-components";
import { EditRegular } from "@fluentui/react-icons";
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { Asset } from "../../client/types";
import { links } from "../../links";
import { messages } from "../../messages";
import { NavLinkText } from "../../parts/NavLinkText";
import { usePageStyles } from "../layout";

const words = messages.asset.annotations;

// The form and its pickers come only when somebody edits.
const EditDialog = lazy(() => import("./EditDialog"));

const useStyles = makeStyles({
  section: { display: "grid", gap: tokens.spacingVerticalM, gridTemplateColumns: "minmax(0, 1fr)" },
  facts: { display: "grid", gap: tokens.spacingVerticalXXS, margin: 0, gridTemplateColumns: "minmax(0, 1fr)" },
  term: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  value: { margin: `0 0 ${tokens.spacingVerticalS}`, minWidth: 0, overflowWrap: "anywhere" },
  tags: { flexWrap: "wrap", gap: tokens.spacingHorizontalXS },
  list: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: tokens.spacingVerticalXXS },
});

export function Annotations({ asset }: { readonly asset: Asset }) {
  const page = usePageStyles();
  const styles = useStyles();
  const [editing, setEditing] = useState(false);
  const said = asset.annotations;
  const none = <Text className={page.quiet}>{messages.asset.none}</Text>;
  return (
    <section className={mergeClasses(page.card, styles.section)}>
      <div className={page.spread}>
        <h2 className={page.heading}>{words.title}</h2>
        {said.canEdit && (
          <Button size="small" icon={<EditRegular />} onClick={() => setEditing(true)}>
            {words.edit}
          </Button>
        )}
      </div>
      <dl className={styles.facts}>
        <Fact name={words.classifications}>
          {said.classifications.length === 0
            ? none
            : tags(
                words.classifications,
                said.classifications.map((one) => ({
                  key: `${one.name} ${one.origin ?? ""}`,
                  text: one.name,
                  to: one.origin ? links.asset(one.origin) : links.search("*", { classification: one.name }),
                  hint: one.origin ? words.propagated : undefined,
                })),
                styles.tags,
              )}
        </Fact>
        <Fact name={words.terms}>
          {said.terms.length === 0
            ? none
            : tags(
                words.terms,
                said.terms.map((term) => ({
                  key: term.guid,
                  text: term.name,
                  to: links.search("*", { term: term.name }),
                })),
                styles.tags,
              )}
        </Fact>
        <Fact name={words.labels}>
          {said.labels.length === 0
            ? none
            : tags(
                words.labels,
                said.labels.map((label) => ({ key: label, text: label, to: links.search("*", { label }) })),
                styles.tags,
              )}
        </Fact>
        {(["Owner", "Expert"] as const).map((role) => {
          const people = said.contacts.filter((contact) => contact.role === role);
          return (
            <Fact key={role} name={words.roles[role]}>
              {people.length === 0 ? (
                none
              ) : (
                <ul className={styles.list}>
                  {people.map((contact) => (
                    <li key={contact.id}>
                      {contact.name}
                      {contact.note && <span className={page.small}>{` · ${contact.note}`}</span>}
                    </li>
                  ))}
                </ul>
              )}
            </Fact>
          );
        })}
        {said.business.map((group) => (
          <Fact key={group.name} name={group.name}>
            <ul className={styles.list}>
              {group.attributes.map((attribute) => (
                <li key={attribute.name}>{`${attribute.name}: ${attribute.value}`}</li>
              ))}
            </ul>
          </Fact>
        ))}
      </dl>
      {editing && (
        <Suspense>
          <EditDialog asset={asset} onClose={() => setEditing(false)} />
        </Suspense>
      )}
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const styles = useStyles();
  return (
    <>
      <dt className={styles.term}>{name}</dt>
      <dd className={styles.value}>{children}</dd>
    </>
  );
}

interface Shown {
  readonly key: string;
  readonly text: string;
  readonly to: string;
  readonly hint?: string;
}

function tags(label: string, shown: readonly Shown[], className: string): ReactNode {
  return (
    <TagGroup className={className} aria-label={label} role="list">
      {shown.map((one) => {
        const tag = (
          <Tag key={one.key} size="small" appearance={one.hint ? "outline" : "filled"} role="listitem">
            <NavLinkText to={one.to} subtle>
              {one.text}
            </NavLinkText>
          </Tag>
        );
        return one.hint ? (
          <Tooltip key={one.key} content={one.hint} relationship="description">
            {tag}
          </Tooltip>
        ) : (
          tag
        );
      })}
    </TagGroup>
  );
}
