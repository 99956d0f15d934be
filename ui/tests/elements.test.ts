import { expect, test } from "vitest";
import { boxNodes, lineEdges, movedEdges, movedNodes } from "../src/canvas/elements";
import type { Layout } from "../src/graph/layout";
import { graph } from "./made";

const GRAPH = graph("b", ["a > A > b > B > c"]);
const LAYOUT: Layout = {
  boxes: new Map([...GRAPH.nodes.keys()].map((id, index) => [id, { x: index * 300, y: 0, width: 200, height: 56 }])),
  routes: new Map(),
};

test("only a box that was moved is drawn again, and the lines that end at it", () => {
  const nodes = boxNodes(GRAPH, LAYOUT);
  const edges = lineEdges(GRAPH, LAYOUT);
  const moved = new Map([["a", { x: 0, y: 90 }]]);
  const layout = { ...LAYOUT, boxes: new Map(LAYOUT.boxes).set("a", { x: 0, y: 90, width: 200, height: 56 }) };
  const changed = movedNodes(nodes, moved).filter((node, index) => node !== nodes[index]);
  expect(changed.map((node) => [node.id, node.position])).toEqual([["a", { x: 0, y: 90 }]]);
  const led = movedEdges(edges, GRAPH, layout, moved).filter((edge, index) => edge !== edges[index]);
  expect(led.map((edge) => [edge.id, edge.data?.points[0]])).toEqual([["a→A", expect.objectContaining({ x: 200 })]]);
  expect(movedNodes(nodes, new Map())).toBe(nodes);
});

test("a box tells its size and its anchors, so that one off the screen need not be drawn to be measured", () => {
  const [first] = boxNodes(GRAPH, LAYOUT);
  expect(first?.measured).toEqual({ width: 200, height: 56 });
  expect(first?.handles?.map((handle) => [handle.type, handle.x])).toEqual([
    ["target", 0],
    ["source", 200],
  ]);
});
