import ELK from "elkjs/lib/elk.bundled.js";
import { describe, expect, test } from "vitest";
import { type ElkBox, type Layout, layoutRequest, layoutResult, lines, routeOf } from "../src/graph/layout";
import type { Graph } from "../src/graph/model";
import { elbow, rounded } from "../src/graph/route";
import { onlyAdds, settle } from "../src/graph/settle";
import { graph } from "./made";

const elk = new ELK();

async function laid(given: Graph): Promise<Layout> {
  return layoutResult((await elk.layout(layoutRequest(given) as never)) as unknown as ElkBox);
}

const FLOW = graph(
  "out",
  ["in > FLOW/source > FLOW/sink > out", "in > COPY > other"],
  ["in.x > FLOW/source.x", "FLOW/source.x > FLOW/sink.x", "FLOW/sink.x > out.x"],
);

describe("the layout", () => {
  test("runs from left to right", async () => {
    const { boxes } = await laid(FLOW);
    const x = (id: string) => boxes.get(id)?.x ?? Number.NaN;
    expect(x("in")).toBeLessThan(x("FLOW"));
    expect(x("FLOW/source")).toBeLessThan(x("FLOW/sink"));
    expect(x("FLOW/sink")).toBeLessThan(x("out"));
  });

  test("draws a frame round the steps, and nothing else inside it", async () => {
    const { boxes } = await laid(FLOW);
    const frame = boxes.get("FLOW");
    if (!frame) throw new Error("no frame");
    const inside = [...boxes].filter(
      ([id, box]) =>
        id !== "FLOW" &&
        box.x >= frame.x &&
        box.x + box.width <= frame.x + frame.width &&
        box.y >= frame.y &&
        box.y + box.height <= frame.y + frame.height,
    );
    expect(inside.map(([id]) => id).sort()).toEqual(["FLOW/sink", "FLOW/source"]);
  });

  test("leads every line from its row to its row", async () => {
    const layout = await laid(FLOW);
    const led = lines(FLOW);
    expect(led.map((line) => line.id)).toContain("in~x→FLOW/source~x");
    for (const line of led) expect(layout.routes.get(line.id), line.id).toEqual(routeOf(FLOW, layout, line));
  });

  test("draws no arrow where a link joins the same two boxes", () => {
    expect(lines(FLOW).map((line) => line.id)).not.toContain("in→FLOW/source");
    expect(lines(FLOW).map((line) => line.id)).toContain("in→COPY");
  });
});

test("many boxes are laid out too, no two on one another", async () => {
  const chains = Array.from({ length: 130 }, (_, i) => `a${i} > P${i} > b${i % 20}`);
  const boxes = [...(await laid(graph("b0", chains))).boxes.values()];
  expect(boxes).toHaveLength(280);
  const spots = new Set(boxes.map((box) => `${box.x},${box.y}`));
  expect(spots.size).toBe(280);
});

describe("expanding", () => {
  const before = graph("b", ["a > P > b"]);
  const after = graph("b", ["a > P > b", "z > Q > a", "y > Q > a"]);

  test("moves nothing that stands", async () => {
    const [first, next] = [await laid(before), await laid(after)];
    expect(onlyAdds(first, next)).toBe(true);
    const settled = settle(after, first, next);
    for (const [id, box] of first.boxes) expect(settled.boxes.get(id), id).toEqual(box);
    expect([...settled.boxes.keys()].sort()).toEqual([...next.boxes.keys()].sort());
  });

  test("puts no box on another", async () => {
    const settled = settle(after, await laid(before), await laid(after));
    const boxes = [...settled.boxes.values()];
    boxes.forEach((a, i) =>
      boxes.slice(i + 1).forEach((b) => {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(apart).toBe(true);
      }),
    );
  });

  test("lays out anew where a box has grown or gone", async () => {
    const grown = graph("b", ["a > P > b"], ["a.x > P.x", "P.x > b.x"]);
    expect(onlyAdds(await laid(before), await laid(grown))).toBe(false);
    expect(onlyAdds(await laid(after), await laid(before))).toBe(false);
  });
});

describe("lines", () => {
  test("are straight where both ends are level", () => {
    expect(elbow({ x: 0, y: 5 }, { x: 90, y: 5 })).toHaveLength(2);
  });

  test("have orthogonal elbows", () => {
    const points = elbow({ x: 0, y: 0 }, { x: 100, y: 50 });
    points.slice(1).forEach((point, i) => expect(point.x === points[i]?.x || point.y === points[i]?.y).toBe(true));
  });

  test("round their corners as far as there is room", () => {
    expect(
      rounded([
        { x: 0, y: 0 },
        { x: 10, y: 0 },
        { x: 10, y: 8 },
      ]),
    ).toBe("M0 0L6 0Q10 0 10 4L10 8");
  });
});
