// How large a box is. The layout needs it before anything is drawn, so the boxes are drawn to these figures.
import type { LineageNode } from "../client/types";

export interface Size {
  readonly width: number;
  readonly height: number;
}

const WIDTHS: Record<LineageNode["kind"], number> = { dataset: 208, process: 176, step: 164 };
const HEADERS: Record<LineageNode["kind"], number> = { dataset: 54, process: 48, step: 44 };

export const ROW = 26;
export const MORE = 26;
export const FRAME = { top: 52, side: 18, bottom: 18 };

export function headerOf(node: LineageNode): number {
  return HEADERS[node.kind];
}

/** A dataset has a last line that tells how many columns it has and opens the pane. */
export function hasMore(node: LineageNode): boolean {
  return node.kind === "dataset" && node.columnCount > 0;
}

export function sizeOf(node: LineageNode): Size {
  const rows = node.columns.length * ROW;
  return { width: WIDTHS[node.kind], height: HEADERS[node.kind] + rows + (hasMore(node) ? MORE : 0) + 2 };
}

/** Middle of a row of a box, from its top; of the header where the column is not shown. */
export function rowY(node: LineageNode, column: string | null): number {
  const index = column === null ? -1 : node.columns.findIndex((one) => one.name === column);
  return index < 0 ? HEADERS[node.kind] / 2 : HEADERS[node.kind] + index * ROW + ROW / 2;
}
