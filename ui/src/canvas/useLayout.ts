// Asks elk, in its worker, where everything goes; and keeps what stands where it is when a level is added.
import ELK from "elkjs/lib/elk-api.js";
import elkWorker from "elkjs/lib/elk-worker.min.js?url";
import { useEffect, useRef, useState } from "react";
import { type ElkBox, type Layout, layoutRequest, layoutResult } from "../graph/layout";
import type { Graph } from "../graph/model";
import { onlyAdds, settle } from "../graph/settle";

interface Elk {
  layout: (graph: ElkBox) => Promise<ElkBox>;
}

let elk: Elk | null = null;

/** One worker for the page's life: starting elk costs more than most layouts. */
function worker(): Elk {
  elk ??= new ELK({ workerFactory: () => new Worker(elkWorker) }) as unknown as Elk;
  return elk;
}

export interface Laid {
  readonly graph: Graph;
  readonly layout: Layout;
  /** Counts layouts that moved what stood, so that the view can follow. */
  readonly moved: number;
}

export function useLayout(graph: Graph, again: number): { laid: Laid | null; error: unknown } {
  const [laid, setLaid] = useState<Laid | null>(null);
  const [error, setError] = useState<unknown>(null);
  const asked = useRef(again);
  useEffect(() => {
    let current = true;
    worker()
      .layout(layoutRequest(graph))
      .then((answer) => {
        if (!current) return;
        const next = layoutResult(answer);
        const anew = asked.current !== again;
        asked.current = again;
        setLaid((before) => {
          const keep = before !== null && !anew && onlyAdds(before.layout, next);
          const layout = keep ? settle(graph, before.layout, next) : next;
          return { graph, layout, moved: (before?.moved ?? 0) + (keep ? 0 : 1) };
        });
        setError(null);
      })
      .catch((reason: unknown) => current && setError(reason));
    return () => {
      current = false;
    };
  }, [graph, again]);
  return { laid, error };
}
