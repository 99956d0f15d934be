// The state of the lineage tab as it stands in the URL, so that a link shows what its sender saw.
import type { Match } from "./filter";
import { type RowKey } from "./model";

export interface TabState {
  readonly depth: number;
  readonly chosen: readonly RowKey[];
  readonly unfolded: readonly string[];
  /** `<guid>~upstream` or `<guid>~downstream`. */
  readonly expanded: readonly string[];
  readonly hidden: readonly string[];
  readonly match: Match;
  /** Draw also what decides rows or choices, not only where values come from. */
  readonly indirect: boolean;
  readonly view: "canvas" | "table";
  /** The dataset whose columns the pane lists; none: the focus. */
  readonly pane: string | null;
  /** The time whose lineage is shown, as ISO 8601 in UTC to the minute; none: now. */
  readonly asOf: string | null;
}

export const DEPTHS = [1, 2, 3, 5, 8, 12] as const;

export const START: TabState = {
  depth: 5,
  chosen: [],
  unfolded: [],
  expanded: [],
  hidden: [],
  match: "any",
  indirect: true,
  view: "canvas",
  pane: null,
  asOf: null,
};

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/;

export function readState(search: URLSearchParams): TabState {
  const depth = Number(search.get("depth"));
  return {
    depth: Number.isInteger(depth) && depth >= 1 && depth <= 20 ? depth : START.depth,
    chosen: search.getAll("column").filter((key) => key.includes("~")),
    unfolded: search.getAll("unfold"),
    expanded: search.getAll("expand").filter((key) => /~(up|down)stream$/.test(key)),
    hidden: search.getAll("hide"),
    indirect: search.get("indirect") !== "0",
    match: search.get("match") === "all" ? "all" : "any",
    view: search.get("view") === "table" ? "table" : "canvas",
    pane: search.get("pane"),
    asOf: momentIn(search.get("asOf")),
  };
}

function momentIn(text: string | null): string | null {
  return text && MOMENT.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
}

export function writeState(state: TabState): URLSearchParams {
  const search = new URLSearchParams();
  if (state.depth !== START.depth) search.set("depth", String(state.depth));
  for (const key of state.chosen) search.append("column", key);
  for (const guid of state.unfolded) search.append("unfold", guid);
  for (const key of state.expanded) search.append("expand", key);
  for (const guid of state.hidden) search.append("hide", guid);
  if (state.match !== START.match) search.set("match", state.match);
  if (!state.indirect) search.set("indirect", "0");
  if (state.view !== START.view) search.set("view", state.view);
  if (state.pane) search.set("pane", state.pane);
  if (state.asOf) search.set("asOf", state.asOf);
  return search;
}

export function toggled<T>(list: readonly T[], item: T): readonly T[] {
  return list.includes(item) ? list.filter((one) => one !== item) : [...list, item];
}
