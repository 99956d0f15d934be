// Impact: everything that is made from the asset, or everything that it is made from, as a list with the way there.
import {
  Button,
  Field,
  makeStyles,
  mergeClasses,
  SearchBox,
  Tab,
  TabList,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ArrowDownload20Regular, BranchForkRegular } from "@fluentui/react-icons";
import { useSearchParams } from "react-router";
import { api } from "../../client/api";
import { useImpact } from "../../client/queries";
import type { ImpactItem } from "../../client/types";
import { links } from "../../links";
import { messages } from "../../messages";
import { FamilyIcon } from "../../parts/FamilyIcon";
import { NavLinkText } from "../../parts/NavLinkText";
import { Rows } from "../../parts/Rows";
import { Status } from "../../parts/Status";
import { Empty, Ready } from "../../parts/Waiting";
import { ago, exactly } from "../../time";
import { usePageStyles } from "../layout";
import { useAssetOfPage } from "./AssetPage";

const words = messages.asset.impact;

const useStyles = makeStyles({
  tools: { display: "flex", flexWrap: "wrap", alignItems: "end", gap: tokens.spacingHorizontalM },
  grow: { flexGrow: 1 },
  asset: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalXS, minWidth: 0 },
  way: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200, overflowWrap: "anywhere" },
});

export function ImpactTab() {
  const page = usePageStyles();
  const styles = useStyles();
  const asset = useAssetOfPage();
  const [search, setSearch] = useSearchParams();
  const direction = search.get("direction") === "INPUT" ? "INPUT" : "OUTPUT";
  const column = search.get("column") ?? "";
  const impact = useImpact({ guid: asset.guid, direction, column });
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    setSearch(next, { replace: true });
  };
  return (
    <div className={page.page}>
      <div className={styles.tools}>
        <TabList
          className={styles.grow}
          aria-label={words.direction}
          selectedValue={direction}
          onTabSelect={(_, data) => set("direction", data.value === "INPUT" ? "INPUT" : "")}
        >
          <Tab value="OUTPUT">{words.downstream}</Tab>
          <Tab value="INPUT">{words.upstream}</Tab>
        </TabList>
        {asset.hasSchema && (
          <Field label={words.column}>
            <SearchBox
              defaultValue={column}
              placeholder={words.anyColumn}
              onKeyDown={(event) => event.key === "Enter" && set("column", event.currentTarget.value.trim())}
              onChange={(_, data) => data.value === "" && set("column", "")}
            />
          </Field>
        )}
        <Button
          as="a"
          icon={<ArrowDownload20Regular />}
          href={api.impactFile({ guid: asset.guid, direction, column })}
          download
        >
          {words.csv}
        </Button>
      </div>
      <Ready query={impact}>
        {(answer) => {
          const first = answer.pages[0];
          const items = answer.pages.flatMap((one) => one.items);
          if (!first || items.length === 0)
            return (
              <Empty
                icon={<BranchForkRegular fontSize={32} />}
                title={direction === "OUTPUT" ? words.nothingDown : words.nothingUp}
                next={messages.asset.noLineageNext}
              />
            );
          return (
            <>
              <Text className={page.quiet}>{words.total(first.total, first.hidden)}</Text>
              <div className={mergeClasses(page.card, page.flush)}>
                <Rows
                  caption={messages.asset.tabs.impact}
                  rows={items}
                  id={(item) => item.guid}
                  columns={[
                    { key: "asset", head: words.asset, cell: (item) => <Reached item={item} />, clip: true },
                    { key: "type", head: messages.asset.type, cell: (item) => item.typeLabel, spare: true },
                    { key: "steps", head: words.distance, cell: (item) => item.distance, end: true },
                    {
                      key: "columns",
                      head: words.columns,
                      cell: (item) => item.columns.map((name) => (name === "*" ? words.rows : name)).join(", "),
                      spare: true,
                    },
                    { key: "kind", head: words.kind, cell: (item) => words.kinds[item.kind], spare: true },
                    { key: "run", head: messages.asset.lastRun, cell: (item) => <Seen item={item} />, spare: true },
                  ]}
                />
              </div>
              {impact.hasNextPage && (
                <Button disabled={impact.isFetchingNextPage} onClick={() => void impact.fetchNextPage()}>
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

function Reached({ item }: { readonly item: ImpactItem }) {
  const styles = useStyles();
  return (
    <>
      <span className={styles.asset}>
        <FamilyIcon family={item.family} />
        <NavLinkText to={links.asset(item.guid)}>{item.name}</NavLinkText>
      </span>
      {item.path.length > 0 && <span className={styles.way}>{words.way(item.path)}</span>}
    </>
  );
}

function Seen({ item }: { readonly item: ImpactItem }) {
  const page = usePageStyles();
  if (!item.lastRun) return <span className={page.quiet}>{words.neverRun}</span>;
  return (
    <span className={page.row}>
      <Status status={item.lastRun.status} />
      <span title={exactly(item.lastRun.at)}>{ago(item.lastRun.at)}</span>
    </span>
  );
}
