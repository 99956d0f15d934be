// An unfolded data flow: a round-edged frame around its steps.
import { Button, mergeClasses } from "@fluentui/react-components";
import { ArrowMinimizeRegular } from "@fluentui/react-icons";
import type { NodeProps } from "@xyflow/react";
import { messages } from "../../messages";
import { StatusMark } from "../../parts/Status";
import { isDimmed, useShown } from "../actions";
import type { BoxNode } from "../elements";
import { Anchors, Head } from "./Parts";
import { useBoxStyles } from "./styles";

export function FrameBox({ data: { node } }: NodeProps<BoxNode>) {
  const styles = useBoxStyles();
  const shown = useShown();
  return (
    <div
      className={mergeClasses(
        styles.frame,
        node.id === shown.graph.focus && styles.focus,
        isDimmed(shown, node.id) && styles.dim,
      )}
    >
      <Anchors />
      <div className={styles.frameHead}>
        <Head
          node={node}
          title={node.detail}
          detail={
            <>
              {node.status && <StatusMark status={node.status} />}
              <span>
                {[messages.lineage.steps(node.steps), node.rows != null && messages.lineage.rows(node.rows)]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </>
          }
        />
        <Button
          className="nodrag"
          size="small"
          appearance="subtle"
          icon={<ArrowMinimizeRegular />}
          aria-label={messages.lineage.fold}
          title={messages.lineage.fold}
          onClick={() => shown.actions.fold(node.guid)}
        />
      </div>
    </div>
  );
}
