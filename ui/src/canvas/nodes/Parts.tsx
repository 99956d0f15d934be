// What boxes are put together from: anchors for the lines, a head that opens the menu, rows, bubbles.
import { mergeClasses } from "@fluentui/react-components";
import { Handle, Position } from "@xyflow/react";
import { AddCircle16Regular } from "@fluentui/react-icons";
import type { KeyboardEvent, ReactNode } from "react";
import type { LineageNode } from "../../client/types";
import { ALL_ROWS, rowKey } from "../../graph/model";
import { headerOf } from "../../graph/sizes";
import { messages } from "../../messages";
import { FamilyIcon } from "../../parts/FamilyIcon";
import { useShown } from "../actions";
import { useBoxStyles } from "./styles";

const unseen = { opacity: 0, pointerEvents: "none" } as const;

/** React Flow wants a place at each side for lines to be tied to. */
export function Anchors() {
  return (
    <>
      <Handle type="target" position={Position.Left} style={unseen} isConnectable={false} />
      <Handle type="source" position={Position.Right} style={unseen} isConnectable={false} />
    </>
  );
}

interface HeadProps {
  readonly node: LineageNode;
  readonly detail: ReactNode;
  readonly title: string;
}

export function Head({ node, detail, title }: HeadProps) {
  const styles = useBoxStyles();
  const { actions, current, graph } = useShown();
  const up = (graph.upstream.get(node.id) ?? []).length + node.moreUpstream;
  const down = (graph.downstream.get(node.id) ?? []).length + node.moreDownstream;
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>) => {
    if (event.key !== ".") return;
    event.preventDefault();
    actions.menu(node.id, event.currentTarget);
  };
  return (
    <button
      type="button"
      className={styles.head}
      style={{ height: headerOf(node) }}
      data-box={node.id}
      tabIndex={current === node.id ? 0 : -1}
      aria-haspopup="menu"
      title={title}
      onClick={(event) => actions.menu(node.id, event.currentTarget)}
      onKeyDown={onKeyDown}
    >
      <span className={styles.icon}>
        <FamilyIcon family={node.family} />
      </span>
      <span className={styles.texts}>
        <span className={styles.name}>{node.name}</span>
        <span className={styles.detail}>{detail}</span>
        <span className={styles.spoken}>{messages.lineage.node(node.typeLabel, up, down)}</span>
      </span>
    </button>
  );
}

export function ColumnRows({ node }: { readonly node: LineageNode }) {
  const styles = useBoxStyles();
  const { actions, trace } = useShown();
  if (node.columns.length === 0) return null;
  return (
    <ul className={styles.rows} aria-label={messages.lineage.columns}>
      {node.columns.map((column) => {
        const key = rowKey(node.id, column.name);
        const lit = trace?.rows.has(key) ?? false;
        const also = lit && !trace?.direct.has(key);
        const dim = trace !== null && !lit && trace.nodes.has(node.id);
        const every = column.name === ALL_ROWS;
        return (
          <li
            key={column.name}
            data-row={key}
            className={mergeClasses(
              "nodrag",
              styles.row,
              lit && (also ? styles.rowAlso : styles.rowLit),
              dim && styles.rowDim,
            )}
            title={column.expression || undefined}
            onMouseEnter={() => actions.hover(key)}
            onMouseLeave={() => actions.hover(null)}
            onClick={() => actions.pin(key)}
          >
            <span className={styles.column}>{every ? messages.lineage.allRows : column.name}</span>
            <span className={styles.type}>
              {column.type || (column.expression === column.name ? "" : column.expression)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

export function Bubbles({ node }: { readonly node: LineageNode }) {
  const styles = useBoxStyles();
  const { actions } = useShown();
  if (node.moreUpstream + node.moreDownstream === 0) return null;
  return (
    <span className={mergeClasses("nodrag", styles.bubbles)}>
      {node.moreUpstream > 0 && (
        <button type="button" className={styles.bubble} onClick={() => actions.expand(node.guid, "upstream")}>
          <AddCircle16Regular aria-hidden />
          {messages.lineage.moreUp(node.moreUpstream)}
        </button>
      )}
      {node.moreDownstream > 0 && (
        <button
          type="button"
          className={mergeClasses(styles.bubble, styles.right)}
          onClick={() => actions.expand(node.guid, "downstream")}
        >
          <AddCircle16Regular aria-hidden />
          {messages.lineage.moreDown(node.moreDownstream)}
        </button>
      )}
    </span>
  );
}
