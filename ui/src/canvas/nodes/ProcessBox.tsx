// A process: round-edged, with how its last run ended and how many rows it moved.
import { mergeClasses } from "@fluentui/react-components";
import type { NodeProps } from "@xyflow/react";
import { messages } from "../../messages";
import { StatusMark, statusText } from "../../parts/Status";
import { ago } from "../../time";
import { isDimmed, useShown } from "../actions";
import type { BoxNode } from "../elements";
import { Anchors, Bubbles, ColumnRows, Head } from "./Parts";
import { useBoxStyles } from "./styles";

export function ProcessBox({ data: { node } }: NodeProps<BoxNode>) {
  const styles = useBoxStyles();
  const shown = useShown();
  const facts = [
    node.rows != null && messages.lineage.rows(node.rows),
    node.stale && messages.lineage.staleShort,
    node.steps > 0 && messages.lineage.steps(node.steps),
  ].filter(Boolean);
  const title = [
    `${node.typeLabel} · ${node.detail}`,
    node.status && `${statusText(node.status)}, ${ago(node.lastRunAt)}`,
    !node.written && messages.lineage.notWritten,
    node.stale && messages.lineage.stale,
  ]
    .filter(Boolean)
    .join("\n");
  return (
    <div
      className={mergeClasses(
        styles.box,
        styles.process,
        !node.written && styles.unwritten,
        node.stale && styles.stale,
        shown.trace?.nodes.has(node.id) && styles.lit,
        node.id === shown.graph.focus && styles.focus,
        isDimmed(shown, node.id) && styles.dim,
      )}
    >
      <Anchors />
      <Head
        node={node}
        title={title}
        detail={
          <>
            {node.status && <StatusMark status={node.status} />}
            <span>{facts.join(" · ") || node.typeLabel}</span>
          </>
        }
      />
      <ColumnRows node={node} />
      <Bubbles node={node} />
    </div>
  );
}
