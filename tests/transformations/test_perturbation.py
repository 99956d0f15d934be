"""Lineage is exact: a source column reaches the sink columns that its edges name, and no other.

Soundness: after the values of one source column change, the rows less the columns that its edges name are the same,
unless a `*` edge says that it decides about rows. Completeness: each edge is seen to carry a change on some data.
"""

from __future__ import annotations

import datetime
import functools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.data import types
from headwater.data.batch import arrow_schema
from headwater.transformations.graph import Graph
from headwater.transformations.known import Known
from headwater.transformations.registry import TRANSFORMATIONS
from headwater.transformations.trace import ROWS, trace
from transformations.flow_cases import FlowRun, flowlet, graph_of
from transformations.perturbed_flows import CLEAN, FLOWS

DOMAINS = {
    types.DOUBLE: [0.0, 0.5, 2.0, None],
    types.INTEGER: [0, 1, 2, 30, None],
    types.STRING: ["x", "y", "Z", None],
    types.TIMESTAMP: [datetime.datetime(2013, 1, day) for day in (1, 2)] + [None],
}
ROUNDS = 80

KNOWN = Known(flowlets={"clean": flowlet(CLEAN)})

Columns = dict[str, list[object]]


@dataclass(frozen=True)
class Change:
    """The data of all sources, and other values for one column of one of them."""

    data: dict[str, Columns]
    source: str
    column: str
    values: list[object]

    def after(self) -> dict[str, Columns]:
        changed = {**self.data[self.source], self.column: self.values}
        return {**self.data, self.source: changed}


@st.composite
def changes(draw: st.DrawFn, graph: Graph) -> Change:
    data: dict[str, Columns] = {}
    for source in graph.sources:
        size = draw(st.integers(0, 5))
        data[source.name] = {
            column.name: draw(st.lists(st.sampled_from(DOMAINS[column.type]), min_size=size, max_size=size))
            for column in source.schema
        }
    source = draw(st.sampled_from(graph.sources))
    column = draw(st.sampled_from(source.schema.columns))
    size = len(data[source.name][column.name])
    values = draw(st.lists(st.sampled_from(DOMAINS[column.type]), min_size=size, max_size=size))
    return Change(data, source.name, column.name, values)


@functools.cache
def _compiled(name: str) -> tuple[Graph, FlowRun]:
    graph = graph_of(FLOWS[name], known=KNOWN)
    return graph, FlowRun(graph)


def _run(graph: Graph, run: FlowRun, data: dict[str, Columns]) -> dict[str, pa.Table]:
    return run.rows({node.name: pa.table(data[node.name], schema=arrow_schema(node.schema)) for node in graph.sources})


def _rows(table: pa.Table, columns: list[str]) -> Counter[tuple[object, ...]]:
    rows = table.select(columns).to_pylist() if columns else [{} for _ in range(table.num_rows)]
    return Counter(tuple(row.values()) for row in rows)


def _named(graph: Graph, sink: str, change: Change) -> set[str]:
    """Return the sink columns that the edges of the changed column name."""
    edges = trace(graph, sink)
    return {edge.sink_column for edge in edges if (edge.input, edge.column) == (change.source, change.column)}


@pytest.mark.parametrize("name", FLOWS)
@settings(max_examples=30, deadline=None, derandomize=True)
@given(data=st.data())
def test_changed_column_changes_only_what_its_edges_name(name: str, data: st.DataObject) -> None:
    graph, run = _compiled(name)
    change = data.draw(changes(graph))
    before, after = _run(graph, run, change.data), _run(graph, run, change.after())
    for sink in (*graph.sinks, *graph.cache_sinks):
        named = _named(graph, sink.name, change)
        if ROWS not in named:
            untouched = [column for column in sink.schema.names if column not in named]
            assert _rows(before[sink.name], untouched) == _rows(after[sink.name], untouched)


@pytest.mark.parametrize("name", FLOWS)
def test_every_edge_carries_a_change_on_some_data(name: str) -> None:
    graph, run = _compiled(name)
    missing = {
        (sink.name, edge.input, edge.column, edge.sink_column)
        for sink in graph.sinks
        for edge in trace(graph, sink.name)
    }
    for change in _random_changes(graph):
        if missing:
            missing -= set(_seen(graph, run, change))
    assert missing == set()


def _random_changes(graph: Graph) -> Iterator[Change]:
    chance = random.Random(7)
    for _ in range(ROUNDS):
        data: dict[str, Columns] = {}
        for node in graph.sources:
            size = chance.randint(2, 5)
            data[node.name] = {c.name: chance.choices(DOMAINS[c.type], k=size) for c in node.schema}
        for node in graph.sources:
            for column in node.schema:
                values = chance.choices(DOMAINS[column.type], k=len(data[node.name][column.name]))
                yield Change(data, node.name, column.name, values)


def _seen(graph: Graph, run: FlowRun, change: Change) -> Iterator[tuple[str, str, str, str]]:
    """Yield the edges of the changed column that are seen to carry the change.

    A column's values count together with those that must stay; `*` is seen where these are other or reordered.
    """
    before, after = _run(graph, run, change.data), _run(graph, run, change.after())
    for sink in graph.sinks:
        named = _named(graph, sink.name, change)
        untouched = [column for column in sink.schema.names if column not in named]
        for column in named - {ROWS}:
            columns = [*untouched, column]
            if _rows(before[sink.name], columns) != _rows(after[sink.name], columns):
                yield sink.name, change.source, change.column, column
        first, second = before[sink.name], after[sink.name]
        untouched += [name for name in first.column_names if name not in sink.schema.names]
        if first.num_rows != second.num_rows or first.select(untouched) != second.select(untouched):
            yield sink.name, change.source, change.column, ROWS


def test_flows_cover_every_transformation() -> None:
    verbs = {node.verb for script in FLOWS.values() for node in graph_of(script, known=KNOWN).nodes}
    assert verbs == set(TRANSFORMATIONS)
