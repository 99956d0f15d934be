import { describe, expect, test } from "vitest";
import type { Layout } from "../src/graph/layout";
import { anchored, nearest } from "../src/graph/near";
import { graph } from "./made";

const CHAIN = graph("d3", ["d1 > A > d2 > B > d3 > C > d4 > D > d5", "x > B"]);

describe("what is drawn first", () => {
  test("is the focus and then what is nearest, both ways", () => {
    expect([...nearest(CHAIN, 1)]).toEqual(["d3"]);
    expect(nearest(CHAIN, 3)).toEqual(new Set(["d3", "B", "C"]));
    expect(nearest(CHAIN, 6)).toEqual(new Set(["d3", "B", "C", "d2", "x", "d4"]));
  });

  test("is all of a graph that is small, and nothing that no way leads to", () => {
    const apart = graph("a", ["a > A > b", "c > C > d"]);
    expect(nearest(apart, 100)).toEqual(new Set(["a", "A", "b"]));
  });

  test("holds an unfolded operation with all its steps or not at all", () => {
    const flow = graph("out", ["in > FLOW/source > FLOW/sink > out"]);
    expect(nearest(flow, 2)).toEqual(new Set(["out", "FLOW", "FLOW/source", "FLOW/sink"]));
  });
});

test("the whole is moved so that the focus stays where it stood", () => {
  const size = { width: 10, height: 10 };
  const before: Layout = { boxes: new Map([["a", { x: 5, y: 7, ...size }]]), routes: new Map() };
  const next: Layout = {
    boxes: new Map([
      ["a", { x: 100, y: 50, ...size }],
      ["b", { x: 120, y: 50, ...size }],
    ]),
    routes: new Map([
      [
        "a→b",
        [
          { x: 110, y: 55 },
          { x: 120, y: 55 },
        ],
      ],
    ]),
  };
  const moved = anchored(next, before, "a");
  expect(moved.boxes.get("a")).toEqual({ x: 5, y: 7, ...size });
  expect(moved.boxes.get("b")).toEqual({ x: 25, y: 7, ...size });
  expect(moved.routes.get("a→b")).toEqual([
    { x: 15, y: 12 },
    { x: 25, y: 12 },
  ]);
  expect(anchored(next, before, "b")).toBe(next);
});
