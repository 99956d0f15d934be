// Where the arrow keys lead: left and right along the lineage, up and down among what stands above and below.
import type { Box, Layout } from "./layout";
import type { Graph } from "./model";

export type Arrow = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

export function neighbour(graph: Graph, layout: Layout, from: string, arrow: Arrow): string | null {
  const here = layout.boxes.get(from);
  if (!here) return graph.focus;
  if (arrow === "ArrowLeft") return nearest(here, graph.upstream.get(from) ?? [], layout);
  if (arrow === "ArrowRight") return nearest(here, graph.downstream.get(from) ?? [], layout);
  const sign = arrow === "ArrowUp" ? -1 : 1;
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [id, box] of layout.boxes) {
    const away = (middleY(box) - middleY(here)) * sign;
    if (id === from || away <= 0 || !graph.nodes.has(id) || encloses(box, here) || encloses(here, box)) continue;
    const cost = away + 3 * Math.abs(middleX(box) - middleX(here));
    if (cost < least) [best, least] = [id, cost];
  }
  return best;
}

function nearest(here: Box, ids: readonly string[], layout: Layout): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const id of ids) {
    const box = layout.boxes.get(id);
    const away = box ? Math.abs(middleY(box) - middleY(here)) : Number.POSITIVE_INFINITY;
    if (away < least) [best, least] = [id, away];
  }
  return best;
}

function encloses(outer: Box, inner: Box): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}

function middleX(box: Box): number {
  return box.x + box.width / 2;
}

function middleY(box: Box): number {
  return box.y + box.height / 2;
}
