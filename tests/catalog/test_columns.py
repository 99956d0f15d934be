"""Column walks against brute force, and the law that upstream is downstream seen from the other end."""

import json
import uuid

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref

Edge = tuple[int, str, int, str]
Vertex = tuple[int, str]
COLUMNS = st.sampled_from(["a", "b", "*"])
EDGES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["a", "b"]), st.integers(0, 4), COLUMNS), max_size=12, unique=True
)


def build(desk: Desk, edges: list[Edge], prefix: str = "") -> None:
    operations = []
    for number, (source, column, sink, sink_column) in enumerate(edges):
        kind = "INDIRECT" if sink_column == "*" else "DIRECT"
        line = {"source": f"{prefix}d{source}", "sourceColumn": column, "sinkColumn": sink_column, "type": kind}
        operations.append(
            entity(
                "azure_synapse_operation",
                f"{prefix}op{number}",
                inputs=[ref("DataSet", f"{prefix}d{source}")],
                outputs=[ref("DataSet", f"{prefix}d{sink}")],
                columnLineage=json.dumps([line]),
            )
        )
    desk.write(*(entity("DataSet", f"{prefix}d{number}") for number in range(5)), *operations)


def brute(edges: list[Edge], start: tuple[int, str], *, up: bool) -> set[tuple[int, str]]:
    """Return every column that is reached. A column stands on its asset's rows; rows carry all of its columns."""
    named = {(source, column) for source, column, _, _ in edges} | {(sink, column) for _, _, sink, column in edges}
    found: set[tuple[int, str]] = set()
    level, seen = {start}, {start}
    while level:
        if up:
            level |= {(asset, "*") for asset, _ in level if (asset, "*") in named}
        else:
            level |= {vertex for vertex in named if (vertex[0], "*") in level}
        seen |= level
        met = (
            {edge[:2] for edge in edges if edge[2:] in level}
            if up
            else {edge[2:] for edge in edges if edge[:2] in level}
        )
        found |= met
        level = met - seen
        seen |= level
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=EDGES)
def test_walk_of_any_column_graph_equals_brute_force_both_ways(edges: list[Edge], desk: Desk) -> None:
    prefix = f"{uuid.uuid4()}/"
    build(desk, edges, prefix)
    columns = sorted({(e[0], e[1]) for e in edges} | {(e[2], e[3]) for e in edges if e[3] != "*"})
    reached: dict[bool, dict[Vertex, set[Vertex]]] = {True: {}, False: {}}
    for asset, column in columns:
        for up in (True, False):
            way = "upstream" if up else "downstream"
            graph = desk.catalog.columns.walk(desk.guid(f"{prefix}d{asset}"), [column], way=way, depth=50)
            found = {(int(desk.name(node.guid)[-1]), node.column) for node in graph.nodes if node.level}
            assert found | {(asset, column)} == brute(edges, (asset, column), up=up) | {(asset, column)}
            reached[up][asset, column] = found
    for here in columns:
        for other in columns:
            is_above = other in reached[True][here]
            is_below = here in reached[False][other] or (here[0], "*") in reached[False][other]
            # Upstream seen from the other end is downstream; an asset's rows stand for all its columns.
            assert here == other or is_above == is_below


def test_walk_of_direct_edges_only_leaves_rows_out(desk: Desk) -> None:
    build(desk, [(0, "a", 1, "b"), (0, "b", 1, "*")])
    every = desk.catalog.columns.walk(desk.guid("d1"), ["b"], way="upstream")
    direct = desk.catalog.columns.walk(desk.guid("d1"), ["b"], way="upstream", kinds=["DIRECT"])
    assert {(edge.source_column, edge.sink_column) for edge in every.edges} == {("a", "b"), ("b", "*")}
    assert {(edge.source_column, edge.sink_column) for edge in direct.edges} == {("a", "b")}


def test_edges_carry_expression_steps_and_time(desk: Desk) -> None:
    steps = [{"name": "derive1", "kind": "derive", "column": "y", "expression": "x + 1"}]
    line = {"source": "d0", "sourceColumn": "x", "sinkColumn": "y", "subtype": "TRANSFORMATION", "expression": "x + 1"}
    desk.write(
        entity("DataSet", "d0"),
        entity("DataSet", "d1"),
        entity(
            "azure_synapse_operation",
            "op",
            inputs=[ref("DataSet", "d0")],
            outputs=[ref("DataSet", "d1")],
            runId="r1",
            lastRunTime=1_000,
            columnLineage=json.dumps([{**line, "steps": steps}]),
        ),
    )
    (edge,) = desk.catalog.columns.of_operation(desk.guid("op"))
    assert (edge.kind, edge.subtype, edge.expression) == ("DIRECT", "TRANSFORMATION", "x + 1")
    assert [(step.name, step.expression) for step in edge.steps] == [("derive1", "x + 1")]
    assert edge.first_seen.timestamp() == 1.0
    assert edge.ended_at is None
    assert desk.catalog.columns.within([desk.guid("op")]) == (edge,)


def test_walk_stops_at_its_limit_and_says_so(desk: Desk) -> None:
    build(desk, [(0, "a", 1, "a"), (1, "a", 2, "a"), (2, "a", 3, "a")])
    graph = desk.catalog.columns.walk(desk.guid("d3"), ["a"], way="upstream", depth=10, limit=2)
    assert graph.truncated
    assert not desk.catalog.columns.walk(desk.guid("d3"), ["a"], way="upstream", depth=10).truncated


def test_degrees_count_edges_into_and_out_of_each_column(desk: Desk) -> None:
    build(desk, [(0, "a", 1, "a"), (0, "b", 1, "a"), (1, "a", 2, "b")])
    assert desk.catalog.columns.degrees(desk.guid("d1")) == {"a": (2, 1)}


def test_column_that_no_operation_named_has_no_lineage(desk: Desk) -> None:
    build(desk, [(0, "a", 1, "a")])
    assert desk.catalog.columns.walk(desk.guid("d1"), ["nobody"]).nodes == ()
