// A dataset: a rectangle with its store, its name, and the columns that are drawn.
import { mergeClasses } from "@fluentui/react-components";
import { Info12Regular } from "@fluentui/react-icons";
import type { NodeProps } from "@xyflow/react";
import { hasMore } from "../../graph/sizes";
import { messages } from "../../messages";
import { MiddleEllipsis } from "../../parts/MiddleEllipsis";
import { isDimmed, useShown } from "../actions";
import type { BoxNode } from "../elements";
import { Anchors, Bubbles, ColumnRows, Head } from "./Parts";
import { useBoxStyles } from "./styles";

export function DatasetBox({ data: { node } }: NodeProps<BoxNode>) {
  const styles = useBoxStyles();
  const shown = useShown();
  const unsupported = node.unsupported && `${messages.asset.unsupported}: ${node.unsupported}`;
  const rest = node.columnCount - node.columns.length;
  return (
    <div
      className={mergeClasses(
        styles.box,
        styles.dataset,
        shown.trace?.nodes.has(node.id) && styles.lit,
        node.id === shown.graph.focus && styles.focus,
        isDimmed(shown, node.id) && styles.dim,
      )}
    >
      <Anchors />
      <Head
        node={node}
        title={[node.typeLabel, node.qualifiedName, unsupported].filter(Boolean).join("\n")}
        detail={
          <>
            {unsupported && <Info12Regular aria-label={unsupported} />}
            <MiddleEllipsis text={place(node.qualifiedName)} tail={10} />
          </>
        }
      />
      <ColumnRows node={node} />
      {hasMore(node) && (
        <button
          type="button"
          className={mergeClasses("nodrag", styles.more)}
          onClick={() => shown.actions.columnsOf(node)}
        >
          {node.columns.length === 0 || rest <= 0
            ? messages.lineage.columnCount(node.columnCount)
            : messages.lineage.moreColumns(rest)}
        </button>
      )}
      <Bubbles node={node} />
    </div>
  );
}

/** Where it lies, for a quiet second line: `https://acct.dfs.core.windows.net/lake/a/b.csv` → `acct/lake/a`. */
function place(name: string): string {
  const [host = "", ...path] = name.replace(/^[a-z0-9+]+:\/\//i, "").split("/");
  return [host.split(".")[0], ...path.slice(0, -1)].join("/");
}
