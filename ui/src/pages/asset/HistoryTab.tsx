// History: who changed what, newest first, with the values before and after.
import { Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { HistoryRegular } from "@fluentui/react-icons";
import { useHistory } from "../../client/queries";
import type { AssetChange } from "../../client/types";
import { links } from "../../links";
import { messages } from "../../messages";
import { NavLinkText } from "../../parts/NavLinkText";
import { Rows } from "../../parts/Rows";
import { Empty, Ready } from "../../parts/Waiting";
import { ago, exactly } from "../../time";
import { usePageStyles } from "../layout";
import { useAssetOfPage } from "./AssetPage";

const words = messages.asset.history;

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: tokens.spacingVerticalXXS },
  value: { overflowWrap: "anywhere" },
  before: { color: tokens.colorNeutralForeground2, textDecorationLine: "line-through" },
});

export function HistoryTab() {
  const page = usePageStyles();
  const asset = useAssetOfPage();
  const history = useHistory(asset.guid);
  return (
    <div className={page.page}>
      <Ready query={history}>
        {(answer) => {
          const changes = answer.pages.flatMap((one) => one.changes);
          if (changes.length === 0)
            return <Empty icon={<HistoryRegular fontSize={32} />} title={words.nothing} next={words.nothingNext} />;
          return (
            <>
              <div className={mergeClasses(page.card, page.flush)}>
                <Rows
                  caption={messages.asset.tabs.history}
                  rows={changes}
                  id={(change) => String(changes.indexOf(change))}
                  columns={[
                    {
                      key: "at",
                      head: words.when,
                      cell: (change) => <span title={exactly(change.at)}>{ago(change.at)}</span>,
                    },
                    {
                      key: "action",
                      head: words.what,
                      cell: (change) => words.actions[change.action] ?? change.action,
                    },
                    { key: "changed", head: words.values, cell: (change) => <Values change={change} />, clip: true },
                    { key: "by", head: words.who, cell: (change) => change.by, spare: true },
                  ]}
                />
              </div>
              {history.hasNextPage && (
                <Button disabled={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
                  {messages.more}
                </Button>
              )}
            </>
          );
        }}
      </Ready>
    </div>
  );
}

function Values({ change }: { readonly change: AssetChange }) {
  const styles = useStyles();
  const page = usePageStyles();
  if (change.other)
    return (
      <span className={styles.value}>
        <span className={page.small}>{`${change.relationship}: `}</span>
        {change.other.guid ? (
          <NavLinkText to={links.asset(change.other.guid)}>{change.other.name}</NavLinkText>
        ) : (
          change.other.name
        )}
      </span>
    );
  return (
    <ul className={styles.list}>
      {change.changed.map((one) => (
        <li key={one.name} className={styles.value}>
          <span className={page.small}>{one.name}: </span>
          {one.before && <Text className={styles.before}>{one.before}</Text>} {one.after}
        </li>
      ))}
    </ul>
  );
}
