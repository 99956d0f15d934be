import { describe, expect, test } from "vitest";
import { readState, START, toggled, writeState } from "../src/graph/state";

describe("the state in the address", () => {
  test("comes back as it was", () => {
    const state = {
      depth: 3,
      chosen: ["a~x", "b~name with ~ and &"],
      unfolded: ["op"],
      expanded: ["a~upstream"],
      hidden: ["c"],
      match: "all",
      indirect: false,
      view: "table",
      pane: "b",
      asOf: "2026-11-22T18:00:00Z",
    } as const;
    expect(readState(new URLSearchParams(writeState(state).toString()))).toEqual(state);
  });

  test("is empty for the first view", () => {
    expect(writeState(START).toString()).toBe("");
    expect(readState(new URLSearchParams())).toEqual(START);
  });

  test("takes the first view's value for what makes no sense", () => {
    const read = readState(
      new URLSearchParams("depth=99&match=some&view=film&column=nothing&expand=a~sideways&asOf=soon"),
    );
    expect(read).toEqual(START);
  });
});

test("toggling adds what is not there and takes what is", () => {
  expect(toggled(["a"], "b")).toEqual(["a", "b"]);
  expect(toggled(["a", "b"], "a")).toEqual(["b"]);
});
