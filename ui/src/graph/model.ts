// The graph as the rest of graph/ reads it: the server's answer with its neighbours indexed.
import type { ColumnLink, LineageEdge, LineageNode, LineageView } from "../client/types";

/** The row of an operation or step that decides which rows come out; it stands above every row of its node. */
export const ALL_ROWS = "*";

export type RowKey = string;

export interface Graph {
  readonly focus: string;
  readonly nodes: ReadonlyMap<string, LineageNode>;
  readonly edges: readonly LineageEdge[];
  readonly links: readonly ColumnLink[];
  readonly upstream: ReadonlyMap<string, readonly string[]>;
  readonly downstream: ReadonlyMap<string, readonly string[]>;
}

export function rowKey(node: string, column: string): RowKey {
  return `${node}~${column}`;
}

export function splitRow(key: RowKey): { node: string; column: string } {
  const at = key.indexOf("~");
  return { node: key.slice(0, at), column: key.slice(at + 1) };
}

export function graphFrom(view: LineageView): Graph {
  const nodes = new Map(view.nodes.map((node) => [node.id, node]));
  const known = (edge: LineageEdge) => nodes.has(edge.source) && nodes.has(edge.target);
  return index(view.focus, nodes, view.edges.filter(known), joined(view.links));
}

/** The part of a graph with only these nodes, and what runs between them. */
export function subgraph(graph: Graph, keep: ReadonlySet<string>): Graph {
  const nodes = new Map([...graph.nodes].filter(([id]) => keep.has(id)));
  const edges = graph.edges.filter((edge) => keep.has(edge.source) && keep.has(edge.target));
  const links = graph.links.filter((link) => keep.has(link.source.node) && keep.has(link.target.node));
  return index(graph.focus, nodes, edges, links);
}

function index(
  focus: string,
  nodes: ReadonlyMap<string, LineageNode>,
  edges: readonly LineageEdge[],
  links: readonly ColumnLink[],
): Graph {
  const upstream = new Map<string, string[]>();
  const downstream = new Map<string, string[]>();
  for (const edge of edges) {
    push(upstream, edge.target, edge.source);
    push(downstream, edge.source, edge.target);
  }
  return { focus, nodes, edges, links, upstream, downstream };
}

function push(into: Map<string, string[]>, key: string, value: string): void {
  const list = into.get(key);
  if (!list) into.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

/** One link between two rows, however many ways there are; a direct one is what is drawn. */
function joined(links: readonly ColumnLink[]): readonly ColumnLink[] {
  const found = new Map<string, ColumnLink>();
  for (const link of links) {
    const key = linkKey(link);
    const known = found.get(key);
    if (!known || (known.kind === "INDIRECT" && link.kind === "DIRECT")) found.set(key, link);
  }
  return [...found.values()];
}

export function linkKey(link: ColumnLink): string {
  return `${rowKey(link.source.node, link.source.column)}→${rowKey(link.target.node, link.target.column)}`;
}

/** Operations that stand unfolded: they are frames around their steps, not boxes. */
export function unfoldedIn(graph: Graph): ReadonlySet<string> {
  const parents = new Set<string>();
  for (const node of graph.nodes.values()) if (node.parent) parents.add(node.parent);
  return parents;
}

/** How many levels each node lies from the focus: negative upstream, positive downstream. */
export function levels(graph: Graph): ReadonlyMap<string, number> {
  const found = new Map<string, number>([[graph.focus, 0]]);
  const walk = (ways: ReadonlyMap<string, readonly string[]>, step: number) => {
    let front = [graph.focus];
    for (let level = step; front.length > 0; level += step) {
      const next: string[] = [];
      for (const id of front)
        for (const other of ways.get(id) ?? [])
          if (!found.has(other)) {
            found.set(other, level);
            next.push(other);
          }
      front = next;
    }
  };
  walk(graph.upstream, -1);
  walk(graph.downstream, 1);
  return found;
}
