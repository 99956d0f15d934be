// The drawing: React Flow over the graph and its layout. It draws and reports; the tab decides.
import "@xyflow/react/dist/base.css";
import { makeStyles, tokens } from "@fluentui/react-components";
import { Background, type EdgeTypes, MiniMap, type OnNodeDrag, ReactFlow, useReactFlow } from "@xyflow/react";
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useColours } from "../colours";
import { type Layout } from "../graph/layout";
import { type Arrow, neighbour } from "../graph/neighbours";
import type { Point } from "../graph/route";
import { messages } from "../messages";
import { type BoxNode, boxNodes, lineEdges, movedEdges, movedNodes } from "./elements";
import { Line } from "./Line";
import { NODE_TYPES } from "./nodes";
import type { Laid } from "./useLayout";

const EDGE_TYPES: EdgeTypes = { line: Line };

const useStyles = makeStyles({
  root: {
    position: "absolute",
    inset: 0,
    backgroundColor: tokens.colorNeutralBackground2,
    "--xy-background-color": tokens.colorNeutralBackground2,
    "--xy-attribution-background-color": tokens.colorNeutralBackground2,
    "& .react-flow__attribution a": { color: tokens.colorNeutralForeground2 },
  },
  map: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    overflow: "hidden",
  },
});

interface Props {
  readonly laid: Laid;
  readonly unfolded: readonly string[];
  readonly current: string;
  readonly onCurrent: (id: string) => void;
  readonly onColumns: () => void;
  readonly onClear: () => void;
  readonly withMap: boolean;
}

export function Canvas({ laid, unfolded, current, onCurrent, onColumns, onClear, withMap }: Props) {
  const styles = useStyles();
  const { colours } = useColours();
  const [moved, setMoved] = useState<ReadonlyMap<string, Point>>(new Map());
  const layout = useMemo(() => shiftedBoxes(laid.layout, moved), [laid.layout, moved]);
  const placed = useMemo(() => boxNodes(laid.graph, laid.layout), [laid.graph, laid.layout]);
  const led = useMemo(() => lineEdges(laid.graph, laid.layout), [laid.graph, laid.layout]);
  const nodes = useMemo(() => movedNodes(placed, moved), [placed, moved]);
  const edges = useMemo(() => movedEdges(led, laid.graph, layout, moved), [led, laid.graph, layout, moved]);
  const root = useRef<HTMLDivElement>(null);
  const frame = useView(laid, unfolded, root);

  useEffect(() => setMoved(new Map()), [laid.moved]);

  const onDrag: OnNodeDrag<BoxNode> = useCallback(
    (_, node) => setMoved((before) => new Map(before).set(node.id, node.position)),
    [],
  );
  const walk = (arrow: Arrow) => {
    const next = neighbour(laid.graph, layout, current, arrow);
    if (next === null) return;
    onCurrent(next);
    frame.show(next, layout);
    requestAnimationFrame(() => focusBox(root.current, next));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      (event.target as HTMLElement).closest("input, select, textarea")
    )
      return;
    const keys: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => walk("ArrowLeft"),
      ArrowRight: () => walk("ArrowRight"),
      ArrowUp: () => walk("ArrowUp"),
      ArrowDown: () => walk("ArrowDown"),
      "+": () => frame.zoom(1.25),
      "=": () => frame.zoom(1.25),
      "-": () => frame.zoom(0.8),
      "−": () => frame.zoom(0.8),
      f: frame.fit,
      c: onColumns,
      Escape: onClear,
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  const name = laid.graph.nodes.get(laid.graph.focus)?.name ?? "";
  return (
    <div
      ref={root}
      className={styles.root}
      role="group"
      aria-label={messages.lineage.canvasLabel(name)}
      onKeyDown={onKeyDown}
      data-testid="canvas"
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        colorMode={colours}
        onNodeDrag={onDrag}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        zIndexMode="manual"
        minZoom={0.05}
        maxZoom={2}
        onlyRenderVisibleElements={nodes.length > 300}
        attributionPosition="bottom-left"
      >
        <Background gap={24} size={1} color={tokens.colorNeutralStroke2} />
        {withMap && (
          <MiniMap
            className={styles.map}
            pannable
            zoomable
            ariaLabel={messages.lineage.map}
            bgColor={tokens.colorNeutralBackground1}
            maskColor={tokens.colorNeutralBackgroundAlpha}
            nodeColor={tokens.colorNeutralStroke1}
            nodeStrokeColor={(node) =>
              node.id === laid.graph.focus ? tokens.colorBrandStroke1 : tokens.colorNeutralStroke1
            }
            nodeStrokeWidth={6}
          />
        )}
      </ReactFlow>
    </div>
  );
}

/** Below this zoom the names cannot be read, so the view stays with the asset in focus instead. */
const READABLE = 0.45;

function useView(laid: Laid, unfolded: readonly string[], root: RefObject<HTMLDivElement | null>) {
  const flow = useReactFlow();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const duration = calm ? 0 : 240;
  const fit = useCallback(() => void flow.fitView({ padding: 0.05, maxZoom: 1, duration }), [flow, duration]);

  useEffect(() => {
    const size = root.current?.getBoundingClientRect();
    const boxes = [...laid.layout.boxes.values()];
    if (!size || boxes.length === 0) return;
    const width = Math.max(...boxes.map((box) => box.x + box.width)) - Math.min(...boxes.map((box) => box.x));
    const height = Math.max(...boxes.map((box) => box.y + box.height)) - Math.min(...boxes.map((box) => box.y));
    const zoom = Math.min(size.width / width, size.height / height);
    const last = unfolded[unfolded.length - 1];
    const opened = last === undefined ? undefined : laid.layout.boxes.get(last);
    const focus = laid.layout.boxes.get(laid.graph.focus);
    if (opened) {
      const whole = Math.min(size.width / (opened.width + 48), size.height / (opened.height + 48), 1);
      const at = Math.max(whole, READABLE);
      // A frame that is wider than the screen shows its first steps.
      const x = at > whole ? 16 - opened.x * at : size.width / 2 - (opened.x + opened.width / 2) * at;
      void flow.setViewport({ x, y: size.height / 2 - (opened.y + opened.height / 2) * at, zoom: at });
    } else if (zoom >= READABLE || !focus) void flow.fitView({ padding: 0.05, maxZoom: 1 });
    else void flow.fitView({ nodes: around(laid).map((id) => ({ id })), padding: 0.05, minZoom: READABLE, maxZoom: 1 });
    // Only a layout that moved things moves the view; a level that was added leaves it alone.
  }, [laid.moved]);

  return {
    fit,
    zoom: (by: number) => void flow.zoomTo(flow.getZoom() * by, { duration }),
    show: (id: string, layout: Layout) => {
      const box = layout.boxes.get(id);
      if (box)
        void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, {
          zoom: Math.max(READABLE, flow.getZoom()),
          duration,
        });
    },
  };
}

/** The asset in focus and what stands next to it. */
function around({ graph }: Laid): readonly string[] {
  return [graph.focus, ...(graph.upstream.get(graph.focus) ?? []), ...(graph.downstream.get(graph.focus) ?? [])];
}

function focusBox(root: HTMLElement | null, id: string): void {
  root?.querySelector<HTMLElement>(`[data-box="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
}

function shiftedBoxes(layout: Layout, moved: ReadonlyMap<string, Point>): Layout {
  if (moved.size === 0) return layout;
  const boxes = new Map(layout.boxes);
  for (const [id, point] of moved) {
    const box = boxes.get(id);
    if (box) boxes.set(id, { ...box, ...point });
  }
  return { boxes, routes: layout.routes };
}
