// Graphs written in few words: "a > op > b" for arrows, "a.x > op.x" for links, "a.x ~FILTER> op.*" for indirect ones.
import type { ColumnLink, LineageEdge, LineageNode, LineageView } from "../src/client/types";
import { type Graph, graphFrom } from "../src/graph/model";

const EMPTY: LineageNode = {
  id: "",
  guid: "",
  kind: "dataset",
  family: "file",
  typeLabel: "File",
  name: "",
  detail: "",
  qualifiedName: "",
  columnCount: 0,
  columns: [],
  status: "",
  written: true,
  stale: false,
  steps: 0,
  expression: "",
  unsupported: "",
  moreUpstream: 0,
  moreDownstream: 0,
};

/** Names in capitals are processes; `P/step` is a step of P; all others are datasets. */
function node(id: string, columns: readonly string[]): LineageNode {
  const [parent, step] = id.split("/");
  const kind = step ? "step" : id === id.toUpperCase() ? "process" : "dataset";
  return {
    ...EMPTY,
    id,
    guid: parent ?? id,
    name: step ?? id,
    kind,
    parent: step ? parent : null,
    columnCount: columns.length,
    columns: columns.map((name) => ({ name, type: "", expression: "" })),
  };
}

function row(text: string) {
  const at = text.indexOf(".");
  return { node: text.slice(0, at), column: text.slice(at + 1) };
}

function link(text: string): ColumnLink {
  const [, from = "", kind = "", to = ""] = /^(\S+) (?:(~?[A-Z_]*))?> (\S+)$/.exec(text) ?? [];
  const indirect = kind.startsWith("~");
  return {
    source: row(from),
    target: row(to),
    kind: indirect ? "INDIRECT" : "DIRECT",
    subtype: kind.replace("~", "") || "IDENTITY",
    expression: "",
  };
}

export function view(focus: string, arrows: readonly string[], links: readonly string[] = []): LineageView {
  const made = links.map(link);
  const columns = new Map<string, string[]>();
  for (const end of made.flatMap((one) => [one.source, one.target])) {
    const known = columns.get(end.node) ?? [];
    if (!known.includes(end.column)) columns.set(end.node, [...known, end.column]);
  }
  const edges: LineageEdge[] = [];
  const ids = new Set([focus]);
  for (const arrow of arrows) {
    const chain = arrow.split(" > ");
    for (const id of chain) {
      ids.add(id);
      if (id.includes("/")) ids.add(id.slice(0, id.indexOf("/")));
    }
    chain
      .slice(1)
      .forEach((target, index) => edges.push({ source: chain[index] ?? "", target, written: true, stale: false }));
  }
  const nodes = [...ids].map((id) => node(id, columns.get(id) ?? []));
  return { focus, depth: 5, nodes, edges, links: made };
}

export function graph(focus: string, arrows: readonly string[], links: readonly string[] = []): Graph {
  return graphFrom(view(focus, arrows, links));
}
