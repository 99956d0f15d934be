// An asset: where it is, its title, and the tabs. Each tab has its own address and fetches for itself.
import { makeStyles, mergeClasses, Tab, TabList, Text, tokens } from "@fluentui/react-components";
import { Outlet, useLocation, useNavigate, useOutletContext, useParams } from "react-router";
import { useAsset } from "../../client/queries";
import type { Asset } from "../../client/types";
import { links, type Tab as TabName } from "../../links";
import { messages } from "../../messages";
import { Crumbs } from "../../parts/Crumbs";
import { FamilyIcon } from "../../parts/FamilyIcon";
import { Status } from "../../parts/Status";
import { Ready } from "../../parts/Waiting";
import { NARROW } from "../layout";

const useStyles = makeStyles({
  root: { display: "flex", flexDirection: "column", minHeight: 0, flexGrow: 1 },
  head: {
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalXXL} 0`,
    display: "grid",
    gap: tokens.spacingVerticalXS,
    gridTemplateColumns: "minmax(0, 1fr)",
    [NARROW]: { padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM} 0` },
  },
  title: {
    display: "flex",
    alignItems: "center",
    flexWrap: "wrap",
    gap: `0 ${tokens.spacingHorizontalS}`,
    minWidth: 0,
  },
  name: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    overflowWrap: "anywhere",
    minWidth: 0,
  },
  icon: { color: tokens.colorBrandForeground1, display: "flex", flexShrink: 0 },
  quiet: { color: tokens.colorNeutralForeground2 },
  tabs: { marginLeft: `-${tokens.spacingHorizontalM}`, overflowX: "auto", scrollbarWidth: "none" },
  full: { overflow: "hidden" },
});

const TABS = Object.entries(messages.asset.tabs) as [TabName, string][];

export function AssetPage() {
  const styles = useStyles();
  const { guid = "" } = useParams();
  const { pathname } = useLocation();
  const asset = useAsset(guid);
  const tab = TABS.find(([name]) => pathname.endsWith(`/${name}`))?.[0] ?? "overview";
  return (
    <div className={mergeClasses(styles.root, tab === "lineage" && styles.full)}>
      <Ready query={asset}>
        {(answer) => (
          <>
            <Head asset={answer} tab={tab} />
            <Outlet context={answer} />
          </>
        )}
      </Ready>
    </div>
  );
}

export function useAssetOfPage(): Asset {
  return useOutletContext<Asset>();
}

function Head({ asset, tab }: { readonly asset: Asset; readonly tab: TabName }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const steps = [
    { name: asset.source, to: links.browse(`source:${asset.source}`) },
    ...asset.path.map((crumb) => ({ name: crumb.name, to: crumb.path ? links.browse(crumb.path) : null })),
    { name: asset.name, to: null },
  ];
  const shown = TABS.filter(([name]) => name !== "schema" || asset.kind === "dataset");
  return (
    <header className={styles.head}>
      <Crumbs steps={steps} label={messages.asset.path} />
      <div className={styles.title}>
        <span className={styles.icon}>
          <FamilyIcon family={asset.family} />
        </span>
        <h1 className={styles.name}>{asset.name}</h1>
        <Text className={styles.quiet}>{asset.typeLabel}</Text>
        {asset.status && <Status status={asset.status} />}
      </div>
      <TabList
        className={styles.tabs}
        selectedValue={tab}
        onTabSelect={(_, data) => void navigate(links.asset(asset.guid, data.value as TabName))}
      >
        {shown.map(([name, text]) => (
          <Tab key={name} value={name}>
            {text}
          </Tab>
        ))}
      </TabList>
    </header>
  );
}
