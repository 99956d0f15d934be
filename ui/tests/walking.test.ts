import { describe, expect, test } from "vitest";
import type { Layout } from "../src/graph/layout";
import { levels } from "../src/graph/model";
import { neighbour } from "../src/graph/neighbours";
import { tableRows } from "../src/graph/table";
import { graph } from "./made";

const FORK = graph("b", ["a > P > b", "c > P > b", "b > Q > d"]);
const box = (x: number, y: number) => ({ x, y, width: 100, height: 40 });
const LAYOUT: Layout = {
  boxes: new Map([
    ["a", box(0, 0)],
    ["c", box(0, 100)],
    ["P", box(150, 10)],
    ["b", box(300, 50)],
    ["Q", box(450, 50)],
    ["d", box(600, 50)],
  ]),
  routes: new Map(),
};

describe("the arrow keys", () => {
  test("walk along the lineage, to the nearest of several", () => {
    expect(neighbour(FORK, LAYOUT, "b", "ArrowLeft")).toBe("P");
    expect(neighbour(FORK, LAYOUT, "P", "ArrowLeft")).toBe("a");
    expect(neighbour(FORK, LAYOUT, "b", "ArrowRight")).toBe("Q");
  });

  test("walk up and down among what stands above and below", () => {
    expect(neighbour(FORK, LAYOUT, "a", "ArrowDown")).toBe("c");
    expect(neighbour(FORK, LAYOUT, "c", "ArrowUp")).toBe("a");
  });

  test("stay where there is nothing further", () => {
    expect(neighbour(FORK, LAYOUT, "d", "ArrowRight")).toBeNull();
    expect(neighbour(FORK, LAYOUT, "a", "ArrowUp")).toBeNull();
  });

  test("start at the focus from a box that is no longer there", () => {
    expect(neighbour(FORK, LAYOUT, "gone", "ArrowUp")).toBe("b");
  });
});

describe("the table", () => {
  test("runs from farthest upstream to farthest downstream", () => {
    expect(tableRows(FORK).map((row) => `${row.level} ${row.node.name}`)).toEqual([
      "-2 a",
      "-2 c",
      "-1 P",
      "0 b",
      "1 Q",
      "2 d",
    ]);
  });

  test("tells where each row's data comes from and goes to", () => {
    const row = tableRows(FORK).find((one) => one.node.id === "P");
    expect(row?.from.map((node) => node.name)).toEqual(["a", "c"]);
    expect(row?.to.map((node) => node.name)).toEqual(["b"]);
  });
});

test("levels count arrows from the focus, upstream below zero", () => {
  expect(Object.fromEntries(levels(FORK))).toEqual({ a: -2, c: -2, P: -1, b: 0, Q: 1, d: 2 });
});
