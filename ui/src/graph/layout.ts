// What is asked of elk and what it answers, as plain values; elk itself runs in a worker of the canvas.
import type { LineageNode } from "../client/types";
import { type Graph, linkKey, unfoldedIn } from "./model";
import { elbow, type Point } from "./route";
import { FRAME, rowY, type Size, sizeOf } from "./sizes";

export interface ElkPort {
  readonly id: string;
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly layoutOptions?: Readonly<Record<string, string>>;
}

export interface ElkEdge {
  readonly id: string;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly sections?: readonly { startPoint: Point; endPoint: Point; bendPoints?: readonly Point[] }[];
}

export interface ElkBox {
  readonly id: string;
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly ports?: readonly ElkPort[];
  readonly children?: readonly ElkBox[];
  readonly edges?: readonly ElkEdge[];
  readonly layoutOptions?: Readonly<Record<string, string>>;
}

/** A line on the canvas: between two boxes, or between two of their rows. */
export interface Line {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly sourceColumn: string | null;
  readonly targetColumn: string | null;
}

export interface Box extends Point, Size {}

export interface Layout {
  /** Boxes by node id, in canvas coordinates. */
  readonly boxes: ReadonlyMap<string, Box>;
  readonly routes: ReadonlyMap<string, readonly Point[]>;
}

const OPTIONS: Readonly<Record<string, string>> = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.json.edgeCoords": "ROOT",
  "elk.spacing.nodeNode": "36",
  "elk.spacing.edgeEdge": "12",
  "elk.spacing.edgeNode": "20",
  "elk.layered.spacing.nodeNodeBetweenLayers": "52",
  "elk.layered.spacing.edgeNodeBetweenLayers": "18",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.nodePlacement.favorStraightEdges": "true",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.crossingMinimization.forceNodeModelOrder": "false",
  "elk.layered.mergeEdges": "true",
  "elk.separateConnectedComponents": "true",
};

/** From this many boxes on, a quicker placement: the straightest one takes seconds that nobody can see the gain of. */
const MANY = 250;
const QUICK: Readonly<Record<string, string>> = {
  "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  "elk.layered.thoroughness": "1",
  "elk.layered.considerModelOrder.strategy": "NONE",
};

/** The lines of a graph: its links, and the arrows between boxes that no link joins. */
export function lines(graph: Graph): readonly Line[] {
  const joined = new Set(graph.links.map((link) => `${link.source.node}→${link.target.node}`));
  const arrows = graph.edges
    .filter((edge) => !joined.has(`${edge.source}→${edge.target}`))
    .map((edge) => ({
      id: `${edge.source}→${edge.target}`,
      source: edge.source,
      target: edge.target,
      sourceColumn: null,
      targetColumn: null,
    }));
  const links = graph.links.map((link) => ({
    id: linkKey(link),
    source: link.source.node,
    target: link.target.node,
    sourceColumn: link.source.column,
    targetColumn: link.target.column,
  }));
  return [...arrows, ...links];
}

export function layoutRequest(graph: Graph): ElkBox {
  const all = lines(graph);
  const ports = portsOf(all);
  const frames = unfoldedIn(graph);
  const inside = new Map<string, ElkBox[]>();
  const top: ElkBox[] = [];
  for (const node of graph.nodes.values()) {
    if (frames.has(node.id)) continue;
    const box = leaf(node, ports.get(node.id) ?? []);
    const parent = node.parent && frames.has(node.parent) && graph.nodes.has(node.parent) ? node.parent : null;
    if (parent) inside.set(parent, [...(inside.get(parent) ?? []), box]);
    else top.push(box);
  }
  for (const [id, children] of inside) top.push(frame(id, children));
  const edges = all.map((line) => ({
    id: line.id,
    sources: [frames.has(line.source) ? line.source : portId(line.source, "out", line.sourceColumn)],
    targets: [frames.has(line.target) ? line.target : portId(line.target, "in", line.targetColumn)],
  }));
  const layoutOptions = graph.nodes.size < MANY ? OPTIONS : { ...OPTIONS, ...QUICK };
  return { id: "root", layoutOptions, children: top, edges };
}

export function layoutResult(answer: ElkBox): Layout {
  const boxes = new Map<string, Box>();
  const routes = new Map<string, readonly Point[]>();
  const visit = (box: ElkBox, origin: Point) => {
    for (const child of box.children ?? []) {
      const at = { x: origin.x + (child.x ?? 0), y: origin.y + (child.y ?? 0) };
      boxes.set(child.id, { ...at, width: child.width ?? 0, height: child.height ?? 0 });
      visit(child, at);
    }
    for (const edge of box.edges ?? []) {
      const section = edge.sections?.[0];
      if (section) routes.set(edge.id, [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]);
    }
  };
  visit(answer, { x: 0, y: 0 });
  return { boxes, routes };
}

/** Where a line leaves or enters a box, in canvas coordinates. */
export function anchor(graph: Graph, layout: Layout, id: string, column: string | null, side: "in" | "out"): Point {
  const box = layout.boxes.get(id);
  const node = graph.nodes.get(id);
  if (!box || !node) return { x: 0, y: 0 };
  return { x: side === "out" ? box.x + box.width : box.x, y: box.y + rowY(node, column) };
}

/** The points of a line: as the layout led it, or an elbow where a box has been moved since. */
export function routeOf(graph: Graph, layout: Layout, line: Line): readonly Point[] {
  const from = anchor(graph, layout, line.source, line.sourceColumn, "out");
  const to = anchor(graph, layout, line.target, line.targetColumn, "in");
  const led = layout.routes.get(line.id);
  const [first, last] = [led?.[0], led?.[led.length - 1]];
  if (led && first && last && near(first, from) && near(last, to)) return led;
  return elbow(from, to);
}

function near(a: Point, b: Point): boolean {
  return Math.abs(a.x - b.x) < 3 && Math.abs(a.y - b.y) < 3;
}

function portId(node: string, side: "in" | "out", column: string | null): string {
  return column === null ? `${node}|${side}` : `${node}|${side}|${column}`;
}

interface PortUse {
  readonly side: "in" | "out";
  readonly column: string | null;
}

function portsOf(all: readonly Line[]): ReadonlyMap<string, readonly PortUse[]> {
  const found = new Map<string, Map<string, PortUse>>();
  const use = (node: string, side: "in" | "out", column: string | null) => {
    const ports = found.get(node) ?? new Map<string, PortUse>();
    found.set(node, ports.set(portId(node, side, column), { side, column }));
  };
  for (const line of all) {
    use(line.source, "out", line.sourceColumn);
    use(line.target, "in", line.targetColumn);
  }
  return new Map([...found].map(([node, ports]) => [node, [...ports.values()]]));
}

function leaf(node: LineageNode, ports: readonly PortUse[]): ElkBox {
  const size = sizeOf(node);
  return {
    id: node.id,
    ...size,
    layoutOptions: { "elk.portConstraints": "FIXED_POS" },
    ports: ports.map((port) => ({
      id: portId(node.id, port.side, port.column),
      x: port.side === "out" ? size.width : 0,
      y: rowY(node, port.column),
      width: 0,
      height: 0,
      layoutOptions: { "elk.port.side": port.side === "out" ? "EAST" : "WEST" },
    })),
  };
}

function frame(id: string, children: readonly ElkBox[]): ElkBox {
  const padding = `[top=${FRAME.top},left=${FRAME.side},bottom=${FRAME.bottom},right=${FRAME.side}]`;
  return { id, children, layoutOptions: { "elk.padding": padding, "elk.layered.spacing.nodeNodeBetweenLayers": "44" } };
}
