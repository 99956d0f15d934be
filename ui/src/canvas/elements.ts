// From graph and layout to what React Flow draws.
import type { Edge, Node } from "@xyflow/react";
import type { ColumnLink, LineageEdge, LineageNode } from "../client/types";
import { type Layout, lines, routeOf } from "../graph/layout";
import { type Graph, linkKey, unfoldedIn } from "../graph/model";
import type { Point } from "../graph/route";

export type BoxNode = Node<{ readonly node: LineageNode }>;

export interface LineData extends Record<string, unknown> {
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
      zIndex: isFrame ? 0 : 2,
      draggable: !isFrame && !node.parent,
      selectable: false,
      focusable: false,
      data: { node },
    });
  }
  return nodes.sort((a, b) => (a.zIndex ?? 0) - (b.zIndex ?? 0));
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
        points: routeOf(graph, layout, line),
        link: links.get(line.id) ?? null,
        arrow: arrows.get(`${line.source}→${line.target}`) ?? null,
      },
    }));
}
