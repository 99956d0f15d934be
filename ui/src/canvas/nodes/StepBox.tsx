// A step inside a data flow, with its statement on hover.
import { mergeClasses } from "@fluentui/react-components";
import type { NodeProps } from "@xyflow/react";
import { messages } from "../../messages";
import { isDimmed, useShown } from "../actions";
import type { BoxNode } from "../elements";
import { Anchors, ColumnRows, Head } from "./Parts";
import { useBoxStyles } from "./styles";

export function StepBox({ data: { node } }: NodeProps<BoxNode>) {
  const styles = useBoxStyles();
  const shown = useShown();
  const rows = node.rows != null ? ` · ${messages.lineage.rows(node.rows)}` : "";
  return (
    <div
      className={mergeClasses(
        styles.box,
        styles.step,
        shown.trace?.nodes.has(node.id) && styles.lit,
        isDimmed(shown, node.id) && styles.dim,
      )}
    >
      <Anchors />
      <Head node={node} title={node.expression || node.typeLabel} detail={<span>{node.typeLabel + rows}</span>} />
      <ColumnRows node={node} />
    </div>
  );
}
