// The boxes nearest to the focus: what is drawn first of a graph that takes long to lay out.
import type { Layout } from "./layout";
import type { Graph } from "./model";
import { shifted } from "./route";

/** About so many boxes are laid out before the rest: they take a moment, and fill the screen at a size one can read. */
export const FIRST = 80;

/** The nodes nearest to the focus, level by level until there are `count`; steps come with their operation. */
export function nearest(graph: Graph, count: number): ReadonlySet<string> {
  const steps = stepsOf(graph);
  const found = new Set<string>();
  let front: readonly string[] = [graph.focus];
  while (front.length > 0 && found.size < count) {
    const next = new Set<string>();
    for (const id of front) {
      if (found.size >= count) break;
      if (found.has(id)) continue;
      const node = graph.nodes.get(id);
      const owner = node?.parent ?? id;
      const together = [owner, ...(steps.get(owner) ?? [])].filter((one) => graph.nodes.has(one));
      for (const one of together) found.add(one);
      for (const one of together)
        for (const other of [...(graph.upstream.get(one) ?? []), ...(graph.downstream.get(one) ?? [])])
          if (!found.has(other)) next.add(other);
    }
    front = [...next];
  }
  return found;
}

/** The layout, moved so that a box of it stands where it stood before. */
export function anchored(layout: Layout, before: Layout, id: string): Layout {
  const [was, is] = [before.boxes.get(id), layout.boxes.get(id)];
  if (!was || !is) return layout;
  const by = { x: was.x - is.x, y: was.y - is.y };
  return {
    boxes: new Map([...layout.boxes].map(([key, box]) => [key, { ...box, x: box.x + by.x, y: box.y + by.y }])),
    routes: new Map([...layout.routes].map(([key, points]) => [key, shifted(points, by)])),
  };
}

function stepsOf(graph: Graph): ReadonlyMap<string, readonly string[]> {
  const steps = new Map<string, string[]>();
  for (const node of graph.nodes.values())
    if (node.parent) {
      const known = steps.get(node.parent);
      if (known) known.push(node.id);
      else steps.set(node.parent, [node.id]);
    }
  return steps;
}
