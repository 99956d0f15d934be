// Asks elk, in its worker, where everything goes; and keeps what stands where it is when a level is added.
// A large graph comes in two parts: the boxes around the focus at once, and the whole when it is ready.
import ELK from "elkjs/lib/elk-api.js";
import elkWorker from "elkjs/lib/elk-worker.min.js?url";
import { useEffect, useRef, useState } from "react";
import { type ElkBox, type Layout, layoutRequest, layoutResult } from "../graph/layout";
import { type Graph, subgraph } from "../graph/model";
import { anchored, FIRST, nearest } from "../graph/near";
import { onlyAdds, settle } from "../graph/settle";

interface Elk {
  layout: (graph: ElkBox) => Promise<ElkBox>;
  terminateWorker: () => void;
}

let elk: Elk | null = null;

/** One worker for the page's life: starting elk costs more than most layouts. */
function worker(): Elk {
  elk ??= new ELK({ workerFactory: () => new Worker(elkWorker) }) as unknown as Elk;
  return elk;
}

/** Start elk while the graph is still on its way. */
export function startLayout(): void {
  worker()
    .layout({ id: "root", children: [] })
    .catch(() => undefined); // The graph's own layout tells what is wrong.
}

/** Drop a worker that is busy with what nobody waits for any more. */
function abandon(): void {
  elk?.terminateWorker();
  elk = null;
}

export interface Laid {
  readonly graph: Graph;
  readonly layout: Layout;
  /** Counts layouts that moved what stood, so that the view can follow. */
  readonly moved: number;
  /** How many boxes are still to come. */
  readonly waiting: number;
}

/** The graphs to lay out, one after the other: the last is the whole. What only adds to what is shown comes at once. */
function partsOf(graph: Graph, shown: Laid | null): readonly Graph[] {
  const adds = shown !== null && [...shown.graph.nodes.keys()].every((id) => graph.nodes.has(id));
  return adds || graph.nodes.size <= 2 * FIRST ? [graph] : [subgraph(graph, nearest(graph, FIRST)), graph];
}

export function useLayout(graph: Graph, again: number): { laid: Laid | null; error: unknown } {
  const [laid, setLaid] = useState<Laid | null>(null);
  const [error, setError] = useState<unknown>(null);
  const asked = useRef(again);
  const shown = useRef<Laid | null>(null);
  shown.current = laid;
  useEffect(() => {
    let current = true;
    const parts = partsOf(graph, shown.current);
    let left = parts.length;
    const lay = async () => {
      for (const part of parts) {
        const next = layoutResult(await worker().layout(layoutRequest(part)));
        if (!current) return;
        left -= 1;
        const anew = asked.current !== again;
        asked.current = again;
        const first = part === parts[0];
        const waiting = graph.nodes.size - part.nodes.size;
        setLaid((before) => taken(before, { graph: part, next, waiting, anew, first }));
      }
      setError(null);
    };
    lay().catch((reason: unknown) => current && setError(reason));
    return () => {
      current = false;
      if (left > 0 && parts.length > 1) abandon();
    };
  }, [graph, again]);
  return { laid, error };
}

interface Answer {
  readonly graph: Graph;
  readonly next: Layout;
  readonly waiting: number;
  readonly anew: boolean;
  readonly first: boolean;
}

function taken(before: Laid | null, { graph, next, waiting, anew, first }: Answer): Laid {
  if (before !== null && !first) {
    // The whole of what is shown in part: the focus stays under the reader's eyes.
    return { graph, layout: anchored(next, before.layout, graph.focus), moved: before.moved, waiting };
  }
  const keep = before !== null && !anew && onlyAdds(before.layout, next);
  const layout = keep ? settle(graph, before.layout, next) : next;
  return { graph, layout, moved: (before?.moved ?? 0) + (keep ? 0 : 1), waiting };
}
