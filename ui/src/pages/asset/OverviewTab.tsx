// Overview: what the asset is, its last run, and one hop of lineage each way.
import {
  Button,
  makeStyles,
  mergeClasses,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  Text,
  tokens,
} from "@fluentui/react-components";
import { FlowRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { useLineage } from "../../client/queries";
import type { Asset, LineageNode } from "../../client/types";
import { graphFrom } from "../../graph/model";
import { links } from "../../links";
import { messages } from "../../messages";
import { Copyable } from "../../parts/Copyable";
import { FamilyIcon } from "../../parts/FamilyIcon";
import { NavLinkText } from "../../parts/NavLinkText";
import { Status, StatusMark, statusText } from "../../parts/Status";
import { Ready } from "../../parts/Waiting";
import { ago, bytes, count, exactly } from "../../time";
import { MEDIUM, NARROW, usePageStyles } from "../layout";
import { Annotations } from "./Annotations";
import { useAssetOfPage } from "./AssetPage";

const useStyles = makeStyles({
  body: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 2fr) minmax(0, 1fr)",
    gap: tokens.spacingHorizontalL,
    alignItems: "start",
    [MEDIUM]: { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  side: { display: "grid", gap: tokens.spacingHorizontalL, gridTemplateColumns: "minmax(0, 1fr)" },
  facts: {
    display: "grid",
    gridTemplateColumns: "140px minmax(0, 1fr)",
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    margin: 0,
    [NARROW]: { gridTemplateColumns: "minmax(0, 1fr)", gap: "0" },
  },
  term: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0, minWidth: 0, overflowWrap: "anywhere", [NARROW]: { marginBottom: tokens.spacingVerticalS } },
  section: { display: "grid", gap: tokens.spacingVerticalM, gridTemplateColumns: "minmax(0, 1fr)" },
  preview: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) auto minmax(0, 1fr) auto minmax(0, 1fr)",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    [NARROW]: { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  hop: { display: "grid", gap: tokens.spacingVerticalXS, minWidth: 0 },
  box: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    minWidth: 0,
  },
  process: { borderRadius: "14px" },
  here: { border: `2px solid ${tokens.colorBrandStroke1}` },
  arrow: { color: tokens.colorNeutralForeground3, [NARROW]: { transform: "rotate(90deg)", justifySelf: "center" } },
  list: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: tokens.spacingVerticalXS },
});

export function OverviewTab() {
  const page = usePageStyles();
  const styles = useStyles();
  const asset = useAssetOfPage();
  return (
    <div className={page.page}>
      {asset.unsupported && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{messages.asset.unsupported}.</MessageBarTitle> {asset.unsupported}
          </MessageBarBody>
        </MessageBar>
      )}
      {asset.error && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{asset.error}</MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.body}>
        <div className={styles.side}>
          <Facts asset={asset} />
          {asset.hasLineage && <Around asset={asset} />}
        </div>
        <div className={styles.side}>
          <Annotations asset={asset} />
          <LastRun asset={asset} />
          {asset.related.length > 0 && <Related asset={asset} />}
        </div>
      </div>
    </div>
  );
}

function Facts({ asset }: { readonly asset: Asset }) {
  const page = usePageStyles();
  const styles = useStyles();
  const line = (term: string, value: ReactNode) => (
    <>
      <dt className={styles.term}>{term}</dt>
      <dd className={styles.value}>{value}</dd>
    </>
  );
  return (
    <section className={page.card}>
      <dl className={styles.facts}>
        {line(
          messages.asset.description,
          asset.description || <Text className={page.quiet}>{messages.asset.noDescription}</Text>,
        )}
        {line(messages.asset.qualifiedName, <Copyable text={asset.qualifiedName} wrap />)}
        {line(messages.asset.type, `${asset.source} · ${asset.typeLabel}`)}
        {line(messages.asset.collection, <NavLinkText to={links.search("*")}>{asset.collection}</NavLinkText>)}
        {line(
          messages.asset.created,
          [exactly(asset.createdAt), asset.createdBy && messages.asset.by(asset.createdBy)].filter(Boolean).join(" "),
        )}
        {line(messages.asset.updated, exactly(asset.updatedAt))}
      </dl>
    </section>
  );
}

function LastRun({ asset }: { readonly asset: Asset }) {
  const page = usePageStyles();
  const styles = useStyles();
  const run = asset.lastRun;
  return (
    <section className={mergeClasses(page.card, styles.section)}>
      <h2 className={page.heading}>{messages.asset.lastRun}</h2>
      {run ? (
        <>
          <span className={page.row}>
            <Status status={run.status} />
            <span title={exactly(run.at)}>{ago(run.at)}</span>
          </span>
          <NavLinkText to={links.run(run.runId, run.activityRunId)}>
            {[run.workspace, run.pipeline, run.activity].filter(Boolean).join(" › ")}
          </NavLinkText>
          <span className={page.small}>
            {[
              messages.asset.role[run.role],
              run.rows != null && messages.lineage.rows(run.rows),
              run.bytes != null && bytes(run.bytes),
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
          <span className={page.row}>
            <StatusMark status={run.lineage} />
            {`${messages.monitor.lineage}: ${statusText(run.lineage)}`}
          </span>
        </>
      ) : (
        <Text className={page.quiet}>{messages.asset.noRun}</Text>
      )}
    </section>
  );
}

function Related({ asset }: { readonly asset: Asset }) {
  const page = usePageStyles();
  const styles = useStyles();
  return (
    <section className={mergeClasses(page.card, styles.section)}>
      {asset.related.map((group) => (
        <div key={group.label} className={styles.section}>
          <h2 className={page.heading}>{`${group.label} (${count(group.items.length)})`}</h2>
          <ul className={styles.list}>
            {group.items.map((item) => (
              <li key={item.guid ?? item.name} className={page.row}>
                <FamilyIcon family={item.family} />
                {item.guid ? <NavLinkText to={links.asset(item.guid)}>{item.name}</NavLinkText> : item.name}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Around({ asset }: { readonly asset: Asset }) {
  const page = usePageStyles();
  const styles = useStyles();
  const navigate = useNavigate();
  const lineage = useLineage({ guid: asset.guid, depth: 1 });
  return (
    <section className={mergeClasses(page.card, styles.section)}>
      <div className={page.spread}>
        <h2 className={page.heading}>{messages.asset.around}</h2>
        <Button size="small" icon={<FlowRegular />} onClick={() => void navigate(links.asset(asset.guid, "lineage"))}>
          {messages.asset.openLineage}
        </Button>
      </div>
      <Ready query={lineage}>
        {(view) => {
          const graph = graphFrom(view);
          const boxes = (ids: readonly string[] | undefined) =>
            (ids ?? []).map((id) => graph.nodes.get(id)).filter((node): node is LineageNode => node !== undefined);
          const before = boxes(graph.upstream.get(view.focus));
          const after = boxes(graph.downstream.get(view.focus));
          const here = graph.nodes.get(view.focus);
          return (
            <div className={styles.preview}>
              <Hop nodes={before} empty={messages.asset.upstream(0)} />
              <span className={styles.arrow}>→</span>
              {here && <Hop nodes={[here]} here empty="" />}
              <span className={styles.arrow}>→</span>
              <Hop nodes={after} empty={messages.asset.downstream(0)} />
            </div>
          );
        }}
      </Ready>
    </section>
  );
}

function Hop({
  nodes,
  here,
  empty,
}: {
  readonly nodes: readonly LineageNode[];
  readonly here?: boolean;
  readonly empty: string;
}) {
  const page = usePageStyles();
  const styles = useStyles();
  if (nodes.length === 0) return <Text className={page.small}>{empty}</Text>;
  return (
    <div className={styles.hop}>
      {nodes.map((node) => (
        <span
          key={node.id}
          className={mergeClasses(styles.box, node.kind === "process" && styles.process, here && styles.here)}
        >
          <FamilyIcon family={node.family} />
          {here ? (
            <Text weight="semibold" truncate wrap={false}>
              {node.name}
            </Text>
          ) : (
            <NavLinkText to={links.asset(node.guid)}>{node.name}</NavLinkText>
          )}
        </span>
      ))}
    </div>
  );
}
