"""Lineage through every function of groups and windows is exact: one column after another gets other values.

What changes must come of a column that an edge names, and every edge is seen to carry a change.
"""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from headwater.data.batch import arrow_schema
from headwater.language.dataflow.ast import ColumnRef
from headwater.language.dataflow.functions import aggregate, window
from headwater.language.dataflow.functions.examples import EXAMPLES
from headwater.language.dataflow.parser import parse_expression
from headwater.language.source import Source
from headwater.run.rehearsal.script_walk import walk
from headwater.transformations.graph import Graph
from headwater.transformations.trace import trace
from transformations.flow_cases import FlowRun, graph_of

Columns = dict[str, list[object]]
SOURCE = (
    "source(output(n as integer, customer as integer, name as string, price as double, region as string,\n"
    "    tax as double), allowSchemaDrift: false) ~> s\n"
)
DOMAINS: dict[str, list[object]] = {
    "customer": [1, 2, 3],
    "name": ["Ann", "Bob", "Cid"],
    "price": [0.5, 2.0, 7.25],
    "region": ["East", "West"],
    "tax": [0.25, 1.0, 4.0],
}
SIZE, ROUNDS = 5, 250
GROUPS = {function.name: EXAMPLES[function.name] for function in aggregate.FUNCTIONS}
WINDOWS = {function.name: EXAMPLES[function.name] for function in window.FUNCTIONS}
ORDER = ("price", "region")
"""What windows are made by."""


def _named(text: str) -> set[str]:
    tree, _ = parse_expression(Source(text))
    return {node.name for node in walk(tree) if isinstance(node, ColumnRef)} if tree is not None else set()


def _edges(graph: Graph, column: str) -> set[str]:
    return {edge.column for edge in trace(graph, "k") if edge.sink_column == column}


def _data(chance: random.Random) -> Columns:
    return {"n": list(range(SIZE)), **{name: chance.choices(domain, k=SIZE) for name, domain in DOMAINS.items()}}


def _carried(graph: Graph, outputs: list[str]) -> dict[str, set[str]]:
    """Return output → the columns that were seen to change it, over many data."""
    run, chance = FlowRun(graph), random.Random(5)
    schema = arrow_schema(graph.by_name["s"].schema)
    carried: dict[str, set[str]] = {output: set() for output in outputs}

    def rows(data: Columns) -> dict[str, list[object]]:
        table = run.rows({"s": pa.table(data, schema=schema)})["k"]
        ordered = table.sort_by("n") if "n" in table.column_names else table
        return {output: ordered[output].to_pylist() for output in outputs}

    for _ in range(ROUNDS):
        data = _data(chance)
        before = rows(data)
        column = chance.choice(list(DOMAINS))
        after = rows({**data, column: chance.choices(DOMAINS[column], k=SIZE)})
        for output in outputs:
            if repr(before[output]) != repr(after[output]):
                carried[output].add(column)
    return carried


def test_groups_change_with_the_columns_that_edges_name_and_no_other() -> None:
    made = ", ".join(f"{name}_ = {text}" for name, text in GROUPS.items())
    graph = graph_of(f"{SOURCE}s aggregate({made}) ~> g\ng sink() ~> k")
    carried = _carried(graph, [f"{name}_" for name in GROUPS])
    for name, text in GROUPS.items():
        edges = _edges(graph, f"{name}_")
        assert edges == _named(text), name
        assert carried[f"{name}_"] <= edges, name
    still = {name: _named(text) - carried[f"{name}_"] for name, text in GROUPS.items()}
    # How many values there are says nothing of which, where none is null.
    assert {name: columns for name, columns in still.items() if columns} == {"count": {"customer"}}


@pytest.mark.parametrize("name", WINDOWS)
def test_windows_change_with_the_columns_that_edges_name_and_no_other(name: str) -> None:
    text = WINDOWS[name]
    made = f"s window(over(region), asc(price, true), w = {text}) ~> d\n"
    script = f"{SOURCE}{made}d select(mapColumn(n, w)) ~> p\np sink() ~> k"
    graph = graph_of(script)
    edges = _edges(graph, "w")
    assert edges == _named(text) | set(ORDER)
    assert _carried(graph, ["w"])["w"] == edges
