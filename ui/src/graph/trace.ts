// The path of a column, end to end: everything that feeds it and everything that it feeds.
import type { ColumnLink } from "../client/types";
import { ALL_ROWS, type Graph, linkKey, type RowKey, rowKey, splitRow } from "./model";

export interface Trace {
  readonly start: RowKey;
  readonly rows: ReadonlySet<RowKey>;
  readonly links: ReadonlySet<string>;
  readonly nodes: ReadonlySet<string>;
}

type Ways = Map<RowKey, RowKey[]>;

export function trace(graph: Graph, start: RowKey): Trace {
  const [incoming, outgoing] = ways(graph.links);
  const above = reach(start, incoming);
  const below = reach(start, outgoing);
  const links = graph.links.filter((link) => {
    const [source, target] = ends(link);
    return (above.has(source) && above.has(target)) || (below.has(source) && below.has(target));
  });
  const rows = new Set<RowKey>([start, ...links.flatMap(ends)]);
  const nodes = new Set([...rows].map((key) => splitRow(key).node));
  for (const id of [...nodes]) {
    const parent = graph.nodes.get(id)?.parent;
    if (parent) nodes.add(parent);
  }
  return { start, rows, links: new Set(links.map(linkKey)), nodes };
}

function ends(link: ColumnLink): [RowKey, RowKey] {
  return [rowKey(link.source.node, link.source.column), rowKey(link.target.node, link.target.column)];
}

function ways(links: readonly ColumnLink[]): [Ways, Ways] {
  const incoming: Ways = new Map();
  const outgoing: Ways = new Map();
  const add = (source: RowKey, target: RowKey) => {
    incoming.set(target, [...(incoming.get(target) ?? []), source]);
    outgoing.set(source, [...(outgoing.get(source) ?? []), target]);
  };
  for (const link of links) add(...ends(link));
  for (const target of [...incoming.keys()]) {
    const { node, column } = splitRow(target);
    const every = rowKey(node, ALL_ROWS);
    if (column !== ALL_ROWS && incoming.has(every)) add(every, target);
  }
  return [incoming, outgoing];
}

function reach(start: RowKey, along: Ways): Set<RowKey> {
  const seen = new Set([start]);
  const queue = [start];
  for (let key = queue.pop(); key !== undefined; key = queue.pop())
    for (const next of along.get(key) ?? [])
      if (!seen.has(next)) {
        seen.add(next);
        queue.push(next);
      }
  return seen;
}

/** One line of the path list. */
export interface PathLine {
  readonly key: RowKey;
  readonly node: string;
  readonly column: string;
  readonly kind: "dataset" | "change";
  readonly subtype: string;
  readonly indirect: boolean;
  readonly expression: string;
  readonly level: number;
}

/**
 * The path as lines from the first source to the last sink: every dataset column, and between them each step that
 * does more than pass the column on.
 */
export function pathLines(graph: Graph, path: Trace): readonly PathLine[] {
  const links = graph.links.filter((link) => path.links.has(linkKey(link)));
  const rank = ranks(path.rows, links);
  const lines: PathLine[] = [];
  for (const key of path.rows) {
    const { node, column } = splitRow(key);
    const box = graph.nodes.get(node);
    if (!box) continue;
    const into = links.filter((link) => link.target.node === node && link.target.column === column);
    const strongest = into.find((link) => link.kind === "DIRECT" && link.subtype !== "IDENTITY") ?? into[0];
    const changes = into.some((link) => link.kind === "INDIRECT" || link.subtype !== "IDENTITY");
    if (box.kind !== "dataset" && !changes) continue;
    lines.push({
      key,
      node,
      column,
      kind: box.kind === "dataset" ? "dataset" : "change",
      subtype: strongest?.subtype ?? "",
      indirect: strongest?.kind === "INDIRECT",
      expression: strongest?.expression ?? "",
      level: rank.get(key) ?? 0,
    });
  }
  return lines.sort((a, b) => a.level - b.level || a.node.localeCompare(b.node) || a.column.localeCompare(b.column));
}

/** The longest way from a source to each row, so that every line stands below what feeds it. */
function ranks(rows: ReadonlySet<RowKey>, links: readonly ColumnLink[]): ReadonlyMap<RowKey, number> {
  const [incoming] = ways(links);
  const rank = new Map<RowKey, number>();
  const open = new Set<RowKey>();
  const visit = (key: RowKey): number => {
    const known = rank.get(key);
    if (known !== undefined) return known;
    if (open.has(key)) return 0;
    open.add(key);
    const above = (incoming.get(key) ?? []).filter((other) => rows.has(other));
    const value = above.length === 0 ? 0 : 1 + Math.max(...above.map(visit));
    open.delete(key);
    rank.set(key, value);
    return value;
  };
  for (const key of rows) visit(key);
  return rank;
}
