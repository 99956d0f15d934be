// The same graph as rows of a table, from the farthest upstream to the farthest downstream.
import type { LineageNode } from "../client/types";
import { type Graph, levels } from "./model";

export interface TableRow {
  readonly node: LineageNode;
  readonly level: number;
  readonly from: readonly LineageNode[];
  readonly to: readonly LineageNode[];
}

export function tableRows(graph: Graph): readonly TableRow[] {
  const level = levels(graph);
  const known = (ids: readonly string[] | undefined) =>
    (ids ?? []).map((id) => graph.nodes.get(id)).filter((node): node is LineageNode => node !== undefined);
  return [...graph.nodes.values()]
    .map((node) => ({
      node,
      level: level.get(node.id) ?? level.get(node.parent ?? "") ?? 0,
      from: known(graph.upstream.get(node.id)),
      to: known(graph.downstream.get(node.id)),
    }))
    .sort((a, b) => a.level - b.level || a.node.name.localeCompare(b.node.name));
}
