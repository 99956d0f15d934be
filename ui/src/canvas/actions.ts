// What a box may ask the tab to do, and what the tab tells every box: handed down by context, not box by box.
import { createContext, useContext } from "react";
import type { LineageNode } from "../client/types";
import type { Graph, RowKey } from "../graph/model";
import type { Trace } from "../graph/trace";

export interface Actions {
  readonly menu: (id: string, target: HTMLElement) => void;
  readonly hover: (row: RowKey | null) => void;
  readonly pin: (row: RowKey) => void;
  readonly expand: (guid: string, direction: "upstream" | "downstream") => void;
  readonly columnsOf: (node: LineageNode) => void;
  readonly fold: (guid: string) => void;
}

export interface Shown {
  readonly graph: Graph;
  readonly trace: Trace | null;
  /** The box that the keyboard stands on. */
  readonly current: string;
  /** Boxes whose name has the text that is looked for; null where nothing is. */
  readonly found: ReadonlySet<string> | null;
  readonly actions: Actions;
}

const nothing = () => undefined;

export const ShownContext = createContext<Shown>({
  graph: { focus: "", nodes: new Map(), edges: [], links: [], upstream: new Map(), downstream: new Map() },
  trace: null,
  current: "",
  found: null,
  actions: { menu: nothing, hover: nothing, pin: nothing, expand: nothing, columnsOf: nothing, fold: nothing },
});

export const useShown = () => useContext(ShownContext);

/** Does the box stand back, because something else is lit? */
export function isDimmed(shown: Shown, id: string): boolean {
  if (shown.trace) return !shown.trace.nodes.has(id);
  return shown.found !== null && !shown.found.has(id);
}
