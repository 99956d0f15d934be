import { describe, expect, test } from "vitest";
import { filter } from "../src/graph/filter";
import { graph } from "./made";

const TWO = graph(
  "out",
  ["a > P > out", "b > P > out", "c > P > out"],
  ["a.x > P.x", "P.x > out.x", "b.y > P.y", "P.y > out.y"],
);
const by = (part: object) => ({ hidden: new Set<string>(), chosen: [], match: "any" as const, ...part });
const ids = (part: object) => [...filter(TWO, by(part)).graph.nodes.keys()].sort();

describe("what stays on the canvas", () => {
  test("is everything while no column is chosen", () => {
    expect(ids({})).toEqual(["P", "a", "b", "c", "out"]);
  });

  test("is what any of the chosen columns runs through", () => {
    expect(ids({ chosen: ["out~x"] })).toEqual(["P", "a", "out"]);
    expect(ids({ chosen: ["out~x", "out~y"] })).toEqual(["P", "a", "b", "out"]);
  });

  test("is only what all of them run through, on demand", () => {
    expect(ids({ chosen: ["out~x", "out~y"], match: "all" })).toEqual(["P", "out"]);
  });

  test("counts what it hides, by hand and by columns", () => {
    const kept = filter(TWO, by({ hidden: new Set(["a"]), chosen: ["out~x"] }));
    expect([kept.hiddenByHand, kept.hiddenByColumns]).toEqual([1, 2]);
  });

  test("keeps the focus, whatever is chosen", () => {
    expect(ids({ chosen: ["a~x"], match: "all" })).toContain("out");
  });

  test("hides the steps with their data flow, and counts it once", () => {
    const flow = graph("out", ["in > FLOW/one > FLOW/two > out"]);
    const kept = filter(flow, by({ hidden: new Set(["FLOW"]) }));
    expect([...kept.graph.nodes.keys()].sort()).toEqual(["in", "out"]);
    expect(kept.hiddenByHand).toBe(1);
  });

  test("leaves no arrow without both its ends", () => {
    const kept = filter(TWO, by({ hidden: new Set(["P"]) }));
    expect(kept.graph.edges).toEqual([]);
  });
});
