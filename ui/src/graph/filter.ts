// Which nodes stay on the canvas: not hidden by hand, and on the way of the chosen columns.
import { type Graph, type RowKey, subgraph } from "./model";
import { trace } from "./trace";

/** `any`: assets with at least one chosen column on its way; `all`: only those with every one of them. */
export type Match = "any" | "all";

export interface Filter {
  readonly hidden: ReadonlySet<string>;
  readonly chosen: readonly RowKey[];
  readonly match: Match;
}

export interface Filtered {
  readonly graph: Graph;
  readonly hiddenByHand: number;
  readonly hiddenByColumns: number;
}

export function filter(graph: Graph, by: Filter): Filtered {
  const onTheWay = nodesOf(graph, by.chosen, by.match);
  const keep = new Set<string>();
  let hiddenByHand = 0;
  let hiddenByColumns = 0;
  for (const node of graph.nodes.values()) {
    const owner = node.parent ?? node.id;
    if (by.hidden.has(owner)) hiddenByHand += node.parent ? 0 : 1;
    else if (node.id !== graph.focus && onTheWay && !onTheWay.has(node.id)) hiddenByColumns += node.parent ? 0 : 1;
    else keep.add(node.id);
  }
  return { graph: subgraph(graph, keep), hiddenByHand, hiddenByColumns };
}

/** Nodes on the way of the chosen columns, or null where no chosen column leads anywhere yet. */
function nodesOf(graph: Graph, chosen: readonly RowKey[], match: Match): ReadonlySet<string> | null {
  const sets = chosen.map((key) => trace(graph, key).nodes);
  if (sets.length === 0 || graph.links.length === 0) return null;
  const counts = new Map<string, number>();
  for (const set of sets) for (const id of set) counts.set(id, (counts.get(id) ?? 0) + 1);
  const needed = match === "all" ? sets.length : 1;
  return new Set([...counts].filter(([, count]) => count >= needed).map(([id]) => id));
}
