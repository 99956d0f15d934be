// The same graph as a table, for those who would rather read than look.
import { makeStyles, tokens } from "@fluentui/react-components";
import type { LineageNode } from "../client/types";
import type { Graph } from "../graph/model";
import { tableRows } from "../graph/table";
import { links } from "../links";
import { messages } from "../messages";
import { FamilyIcon } from "../parts/FamilyIcon";
import { NavLinkText } from "../parts/NavLinkText";
import { Rows } from "../parts/Rows";
import { Status } from "../parts/Status";
import { ago, count } from "../time";

const useStyles = makeStyles({
  root: { position: "absolute", inset: 0, overflow: "auto", backgroundColor: tokens.colorNeutralBackground1 },
  name: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalS },
  columns: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

const names = (nodes: readonly LineageNode[]) => nodes.map((node) => node.name).join(", ") || messages.unknown;

export function LineageTable({ graph }: { readonly graph: Graph }) {
  const styles = useStyles();
  const head = messages.lineage.tableHead;
  return (
    <div className={styles.root}>
      <Rows
        caption={messages.lineage.tableCaption(graph.nodes.get(graph.focus)?.name ?? "")}
        rows={tableRows(graph)}
        id={(row) => row.node.id}
        chosen={graph.focus}
        columns={[
          { key: "level", head: head.level, cell: (row) => messages.lineage.level(row.level) },
          {
            key: "name",
            head: head.name,
            cell: ({ node }) => (
              <>
                <span className={styles.name}>
                  <FamilyIcon family={node.family} />
                  <NavLinkText to={links.asset(node.guid, "lineage")}>{node.name}</NavLinkText>
                </span>
                {node.columns.length > 0 && (
                  <div className={styles.columns}>{node.columns.map((column) => column.name).join(", ")}</div>
                )}
              </>
            ),
          },
          { key: "type", head: head.type, cell: ({ node }) => node.typeLabel, spare: true },
          { key: "from", head: head.from, cell: (row) => names(row.from), spare: true },
          { key: "to", head: head.to, cell: (row) => names(row.to) },
          {
            key: "status",
            head: head.status,
            cell: ({ node }) =>
              node.stale ? (
                messages.lineage.staleShort
              ) : node.status ? (
                <Status status={node.status} />
              ) : node.lastRunAt ? (
                ago(node.lastRunAt)
              ) : (
                messages.unknown
              ),
          },
          { key: "rows", head: head.rows, cell: ({ node }) => count(node.rows), end: true, spare: true },
        ]}
      />
    </div>
  );
}
