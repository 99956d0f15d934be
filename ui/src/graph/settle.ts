// Taking in a new layout without moving what already stands: for boxes that an expansion brought.
import type { Box, Layout } from "./layout";
import { type Graph } from "./model";
import { type Point, shifted } from "./route";

const GAP = 24;

/** True where `next` only adds boxes to what `before` has, each as large as it was. */
export function onlyAdds(before: Layout, next: Layout): boolean {
  for (const [id, box] of before.boxes) {
    const now = next.boxes.get(id);
    if (!now || now.width !== box.width || now.height !== box.height) return false;
  }
  return next.boxes.size > before.boxes.size;
}

/** The old boxes where they were; each new one beside the neighbour that brought it, below whatever is in its way. */
export function settle(graph: Graph, before: Layout, next: Layout): Layout {
  const boxes = new Map<string, Box>(before.boxes);
  const waiting = new Set([...next.boxes.keys()].filter((id) => !boxes.has(id)));
  for (let progress = true; progress && waiting.size > 0;) {
    progress = false;
    for (const id of waiting) {
      const near = [...(graph.upstream.get(id) ?? []), ...(graph.downstream.get(id) ?? [])];
      const host = near.find((other) => boxes.has(other));
      if (host === undefined) continue;
      boxes.set(id, free(beside(id, host, boxes, next), boxes));
      waiting.delete(id);
      progress = true;
    }
  }
  for (const id of waiting) {
    const box = next.boxes.get(id);
    if (box) boxes.set(id, free(box, boxes));
  }
  return { boxes, routes: routes(graph, boxes, next) };
}

function beside(id: string, host: string, boxes: ReadonlyMap<string, Box>, next: Layout): Box {
  const box = next.boxes.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };
  const [was, is] = [next.boxes.get(host), boxes.get(host)];
  return was && is ? { ...box, x: box.x + is.x - was.x, y: box.y + is.y - was.y } : box;
}

function free(box: Box, boxes: ReadonlyMap<string, Box>): Box {
  const others = [...boxes.values()];
  let at = box;
  for (let tries = 0; tries < 200; tries += 1) {
    const hit = others.find((other) => overlaps(at, other));
    if (!hit) return at;
    at = { ...at, y: hit.y + hit.height + GAP };
  }
  return at;
}

function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height + GAP / 2 && b.y < a.y + a.height + GAP / 2;
}

/** Routes of lines whose two ends moved alike keep their shape; the others are drawn as elbows. */
function routes(graph: Graph, boxes: ReadonlyMap<string, Box>, next: Layout): ReadonlyMap<string, readonly Point[]> {
  const kept = new Map<string, readonly Point[]>();
  const move = (id: string): Point => {
    const [was, is] = [next.boxes.get(id), boxes.get(id)];
    return was && is ? { x: is.x - was.x, y: is.y - was.y } : { x: 0, y: 0 };
  };
  const ends = new Map<string, readonly [string, string]>();
  for (const edge of graph.edges) ends.set(`${edge.source}→${edge.target}`, [edge.source, edge.target]);
  for (const [id, points] of next.routes) {
    const pair = ends.get(id);
    if (!pair) continue;
    const [a, b] = pair.map(move);
    if (a && b && Math.abs(a.x - b.x) < 1 && Math.abs(a.y - b.y) < 1) kept.set(id, shifted(points, a));
  }
  return kept;
}
