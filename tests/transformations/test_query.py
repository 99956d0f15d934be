"""Which streams are evaluated once, as tables, and which are repeated for each consumer."""

from __future__ import annotations

import pytest

from headwater.data.schema import Column, Schema
from headwater.data.types import INTEGER, STRING, DataType
from headwater.language.dataflow.parser import parse_script
from headwater.language.source import Source
from headwater.transformations.graph import Graph, build_graph
from headwater.transformations.query import flow_queries

TWICE = """
source(output(a as integer), allowSchemaDrift: false) ~> s
s filter(a > 1) ~> f
s filter(a < 1) ~> g
f sink() ~> one
g sink() ~> two
"""
DERIVED = """
source(output(a as integer), allowSchemaDrift: false) ~> s
s derive(b = a + 1) ~> d
d filter(b > 1) ~> f
d filter(b < 1) ~> g
f sink() ~> one
g sink() ~> two
"""
ONCE = "source(output(a as integer), allowSchemaDrift: false) ~> s\ns sink() ~> one"


def graph(script: str, held: DataType) -> Graph:
    """Return the graph over data whose column is of this type."""
    source = Source(script)
    tree, faults = parse_script(source)
    assert tree is not None, faults
    return build_graph(tree, {}, {"s": Schema((Column("a", held),))}, source)


@pytest.mark.parametrize(
    ("script", "held", "shared"),
    [
        (TWICE, INTEGER, []),
        (TWICE, STRING, ["s"]),
        (DERIVED, INTEGER, []),
        (DERIVED, STRING, ["d"]),
        (ONCE, STRING, []),
    ],
)
def test_text_that_is_read_as_values_is_read_once(script: str, held: DataType, shared: list[str]) -> None:
    made = graph(script, held)
    queries = flow_queries(made, [node.name for node in made.sinks])
    assert [one.stream for one in queries.shared] == shared
