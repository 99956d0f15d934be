// From graph and layout to what React Flow draws.
import { type Edge, type Node, type NodeHandle, Position } from "@xyflow/react";
import type { ColumnLink, LineageEdge, LineageNode } from "../client/types";
import { type Box, type Layout, type Line as DrawnLine, lines, routeOf } from "../graph/layout";
import { type Graph, linkKey, unfoldedIn } from "../graph/model";
import type { Point } from "../graph/route";

export type BoxNode = Node<{ readonly node: LineageNode }>;

export interface LineData extends Record<string, unknown> {
  readonly line: DrawnLine;
  readonly points: readonly Point[];
  readonly link: ColumnLink | null;
  readonly arrow: LineageEdge | null;
}

export type LineEdge = Edge<LineData>;

export function boxNodes(graph: Graph, layout: Layout): BoxNode[] {
  const frames = unfoldedIn(graph);
  const nodes: BoxNode[] = [];
  for (const node of graph.nodes.values()) {
    const box = layout.boxes.get(node.id);
    if (!box) continue;
    const isFrame = frames.has(node.id);
    nodes.push({
      id: node.id,
      type: isFrame ? "frame" : node.kind,
      position: { x: box.x, y: box.y },
      width: box.width,
      height: box.height,
      // Told and not measured: what is not on the screen is then never drawn, not even once.
      measured: { width: box.width, height: box.height },
      handles: handlesOf(box),
      zIndex: isFrame ? 0 : 2,
      draggable: !isFrame && !node.parent,
      selectable: false,
      focusable: false,
      data: { node },
    });
  }
  return nodes.sort((a, b) => (a.zIndex ?? 0) - (b.zIndex ?? 0));
}

/** The anchors of a box at its two sides, as its component draws them. */
function handlesOf(box: Box): NodeHandle[] {
  const y = box.height / 2;
  return [
    { type: "target", position: Position.Left, x: 0, y, width: 1, height: 1 },
    { type: "source", position: Position.Right, x: box.width, y, width: 1, height: 1 },
  ];
}

/** The nodes with some of them elsewhere; all others stay the same objects, so that they are not drawn again. */
export function movedNodes(nodes: BoxNode[], moved: ReadonlyMap<string, Point>): BoxNode[] {
  if (moved.size === 0) return nodes;
  return nodes.map((node) => {
    const position = moved.get(node.id);
    return position ? { ...node, position } : node;
  });
}

/** The edges with those of moved boxes led anew. */
export function movedEdges(
  edges: LineEdge[],
  graph: Graph,
  layout: Layout,
  moved: ReadonlyMap<string, Point>,
): LineEdge[] {
  if (moved.size === 0) return edges;
  return edges.map((edge) => {
    if (!edge.data || !(moved.has(edge.source) || moved.has(edge.target))) return edge;
    return { ...edge, data: { ...edge.data, points: routeOf(graph, layout, edge.data.line) } };
  });
}

export function lineEdges(graph: Graph, layout: Layout): LineEdge[] {
  const links = new Map(graph.links.map((link) => [linkKey(link), link]));
  const arrows = new Map(graph.edges.map((edge) => [`${edge.source}→${edge.target}`, edge]));
  return lines(graph)
    .filter((line) => layout.boxes.has(line.source) && layout.boxes.has(line.target))
    .map((line) => ({
      id: line.id,
      source: line.source,
      target: line.target,
      type: "line",
      zIndex: 1,
      focusable: false,
      selectable: false,
      data: {
        line,
        points: routeOf(graph, layout, line),
        link: links.get(line.id) ?? null,
        arrow: arrows.get(`${line.source}→${line.target}`) ?? null,
      },
    }));
}
