// The glossary: its terms by name, what each means, and a way to add one.
import { Button, makeStyles, mergeClasses, Select, Text, tokens } from "@fluentui/react-components";
import { AddRegular, BookRegular } from "@fluentui/react-icons";
import { lazy, Suspense, useState } from "react";
import { useSearchParams } from "react-router";
import { useGlossary } from "../../client/queries";
import { links } from "../../links";
import { messages, number } from "../../messages";
import { NavLinkText } from "../../parts/NavLinkText";
import { Rows } from "../../parts/Rows";
import { Empty, Ready } from "../../parts/Waiting";
import { usePageStyles } from "../layout";

const words = messages.glossary;
const NewTermDialog = lazy(() => import("./NewTermDialog"));

const useStyles = makeStyles({
  tools: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS, alignItems: "center" },
  definition: {
    display: "-webkit-box",
    WebkitLineClamp: 2,
    WebkitBoxOrient: "vertical",
    overflow: "hidden",
    overflowWrap: "anywhere",
  },
});

export function GlossaryPage() {
  const page = usePageStyles();
  const styles = useStyles();
  const [search, setSearch] = useSearchParams();
  const [adding, setAdding] = useState(false);
  const glossary = useGlossary(search.get("glossary") ?? "");
  const first = glossary.data?.pages[0];
  const add = first?.canEdit && (
    <Button icon={<AddRegular />} appearance="primary" onClick={() => setAdding(true)}>
      {words.add}
    </Button>
  );
  return (
    <div className={page.page}>
      <div className={page.spread}>
        <h1 className={page.title}>{words.title}</h1>
        <div className={styles.tools}>
          {first && first.glossaries.length > 1 && (
            <Select
              aria-label={words.choose}
              value={first.chosen ?? ""}
              onChange={(_, data) => setSearch({ glossary: data.value })}
            >
              {first.glossaries.map((one) => (
                <option key={one.guid} value={one.guid}>{`${one.name} (${number(one.terms)})`}</option>
              ))}
            </Select>
          )}
          {first && first.terms.length > 0 && add}
        </div>
      </div>
      <Ready query={glossary}>
        {(answer) => {
          const terms = answer.pages.flatMap((one) => one.terms);
          if (terms.length === 0)
            return (
              <Empty
                icon={<BookRegular fontSize={32} />}
                title={words.none}
                next={words.noneNext}
                action={add || undefined}
              />
            );
          return (
            <>
              <div className={mergeClasses(page.card, page.flush)}>
                <Rows
                  caption={words.title}
                  rows={terms}
                  id={(term) => term.guid}
                  columns={[
                    {
                      key: "name",
                      head: words.term,
                      cell: (term) => (
                        <>
                          <NavLinkText to={links.term(term.guid)}>{term.name}</NavLinkText>
                          {term.parent && <Text className={page.small}>{` ${words.under(term.parent)}`}</Text>}
                        </>
                      ),
                    },
                    { key: "status", head: words.status, cell: (term) => term.status, spare: true },
                    {
                      key: "definition",
                      head: words.definition,
                      cell: (term) => <span className={styles.definition}>{term.definition}</span>,
                      clip: true,
                    },
                  ]}
                />
              </div>
              {glossary.hasNextPage && (
                <Button disabled={glossary.isFetchingNextPage} onClick={() => void glossary.fetchNextPage()}>
                  {messages.more}
                </Button>
              )}
            </>
          );
        }}
      </Ready>
      {adding && first && (
        <Suspense>
          <NewTermDialog glossaries={first.glossaries} chosen={first.chosen ?? ""} onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </div>
  );
}
