// The path of a column, end to end: everything that feeds it and everything that it feeds.
import type { ColumnLink } from "../client/types";
import { ALL_ROWS, type Graph, linkKey, type RowKey, rowKey, splitRow } from "./model";

export interface Trace {
  readonly start: RowKey;
  readonly rows: ReadonlySet<RowKey>;
  readonly links: ReadonlySet<string>;
  readonly nodes: ReadonlySet<string>;
  /** The rows that the value itself runs through; the others decide rows or choices. */
  readonly direct: ReadonlySet<RowKey>;
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
  const [valuesIn, valuesOut] = ways(links.filter((link) => link.kind === "DIRECT"));
  const direct = new Set([...reach(start, valuesIn), ...reach(start, valuesOut)]);
  return { start, rows, links: new Set(links.map(linkKey)), nodes, direct };
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
  const rows = new Set(links.flatMap(ends));
  for (const row of rows) {
    const { node, column } = splitRow(row);
    const every = rowKey(node, ALL_ROWS);
    if (column !== ALL_ROWS && rows.has(every)) add(every, row);
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

/** One line of the path list: a column of a dataset, or what a process or step does to it. */
export interface PathLine {
  readonly id: string;
  readonly row: RowKey;
  readonly node: string;
  readonly column: string;
  readonly kind: "dataset" | "change";
  readonly subtype: string;
  readonly indirect: boolean;
  readonly expression: string;
}

export interface PathLines {
  /** Where the value comes from and goes to, from the first source to the last sink. */
  readonly value: readonly PathLine[];
  /** What decides which rows there are, or which value is chosen. */
  readonly deciding: readonly PathLine[];
}

/** The path as lines: dataset columns, and between them each step that does more than pass the column on. */
export function pathLines(graph: Graph, path: Trace): PathLines {
  const links = graph.links.filter((link) => path.links.has(linkKey(link)));
  const rank = ranks(path.rows, links);
  const inOrder = [...path.rows].sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0) || a.localeCompare(b));
  const value: PathLine[] = [];
  const deciding: PathLine[] = [];
  for (const row of inOrder) {
    const { node, column } = splitRow(row);
    const box = graph.nodes.get(node);
    if (!box) continue;
    const isDirect = path.direct.has(row);
    if (box.kind === "dataset") {
      const line = {
        id: row,
        row,
        node,
        column,
        kind: "dataset",
        subtype: "",
        indirect: !isDirect,
        expression: "",
      } as const;
      (isDirect ? value : deciding).push(line);
      continue;
    }
    const into = links.filter((link) => link.target.node === node && link.target.column === column);
    for (const line of changes(row, into)) (line.indirect || !isDirect ? deciding : value).push(line);
  }
  return { value, deciding };
}

/** What is done to a row: each different way once, mere passing on left out. */
function changes(row: RowKey, into: readonly ColumnLink[]): readonly PathLine[] {
  const { node, column } = splitRow(row);
  const found = new Map<string, PathLine>();
  for (const { kind, subtype, expression } of into) {
    if (kind === "DIRECT" && subtype === "IDENTITY") continue;
    const id = `${row}|${kind}|${subtype}|${expression}`;
    found.set(id, { id, row, node, column, kind: "change", subtype, indirect: kind === "INDIRECT", expression });
  }
  return [...found.values()];
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
