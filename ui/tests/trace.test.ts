import { describe, expect, test } from "vitest";
import { pathLines, trace } from "../src/graph/trace";
import { graph } from "./made";

const REPORT = graph(
  "report",
  ["flights > COPY > lake > FLOW > report", "airlines > FLOW > report"],
  [
    "flights.dep > COPY.dep",
    "COPY.dep > lake.dep",
    "lake.dep AGGREGATION> FLOW.avg",
    "airlines.carrier ~JOIN> FLOW.*",
    "FLOW.avg > report.avg",
    "airlines.name > FLOW.name",
    "FLOW.name > report.name",
  ],
);

describe("the path of a column", () => {
  test("reaches its sources end to end", () => {
    const path = trace(REPORT, "report~avg");
    expect([...path.rows].sort()).toEqual(
      ["COPY~dep", "FLOW~*", "FLOW~avg", "airlines~carrier", "flights~dep", "lake~dep", "report~avg"].sort(),
    );
    expect([...path.nodes].sort()).toEqual(["COPY", "FLOW", "airlines", "flights", "lake", "report"].sort());
  });

  test("tells the value's way from what decides its rows", () => {
    const path = trace(REPORT, "report~avg");
    expect(path.direct.has("flights~dep")).toBe(true);
    expect(path.direct.has("airlines~carrier")).toBe(false);
  });

  test("leaves out columns that only stand beside it", () => {
    expect(trace(REPORT, "report~avg").rows.has("airlines~name")).toBe(false);
  });

  test("goes down from what decides rows to every column of them", () => {
    const path = trace(REPORT, "airlines~carrier");
    expect(path.rows.has("report~avg")).toBe(true);
    expect(path.rows.has("report~name")).toBe(true);
  });

  test("does not turn round: what a source also feeds is not on the way of one sink", () => {
    const fork = graph(
      "a",
      ["src > ONE > a", "src > TWO > b"],
      ["src.x > ONE.x", "ONE.x > a.x", "src.x > TWO.x", "TWO.x > b.x"],
    );
    expect(trace(fork, "a~x").rows.has("b~x")).toBe(false);
  });

  test("lights the frame of an unfolded data flow with its steps", () => {
    const flow = graph(
      "out",
      ["in > FLOW/src > FLOW/sink > out"],
      ["in.x > FLOW/src.x", "FLOW/src.x > FLOW/sink.x", "FLOW/sink.x > out.x"],
    );
    expect(trace(flow, "out~x").nodes.has("FLOW")).toBe(true);
  });

  test("ends on a column that comes back to itself", () => {
    const loop = graph("a", ["a > P > a"], ["a.x > P.x", "P.x > a.x"]);
    expect([...trace(loop, "a~x").rows].sort()).toEqual(["P~x", "a~x"]);
  });
});

describe("the path list", () => {
  test("stands in the order in which the value is made, passing on left out", () => {
    const lines = pathLines(REPORT, trace(REPORT, "report~avg"));
    expect(lines.value.map((line) => `${line.node}.${line.column} ${line.subtype}`.trim())).toEqual([
      "flights.dep",
      "lake.dep",
      "FLOW.avg AGGREGATION",
      "report.avg",
    ]);
    expect(lines.deciding.map((line) => `${line.node}.${line.column} ${line.subtype}`.trim())).toEqual([
      "airlines.carrier",
      "FLOW.* JOIN",
    ]);
  });

  test("ends for a cycle", () => {
    const loop = graph("a", ["a > P > a"], ["a.x > P.x", "P.x > a.x"]);
    expect(pathLines(loop, trace(loop, "a~x")).value).toHaveLength(1);
  });
});
