"""A walk over columns finds what a plain reading of the same events finds, now and as of any time."""

import json

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from catalog.lineage.events import (
    DATASETS,
    START,
    Event,
    Fed,
    column_levels,
    events,
    moment,
    moments,
    names,
    standing,
    tell,
)

# An edge that ended and came again.
TOLD, NOTHING = Event(0, frozenset({Fed(0, "a", 1, "a")})), Event(0, frozenset())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=events,
    start=st.integers(0, DATASETS - 1),
    column=names,
    up=st.booleans(),
    depth=st.sampled_from([1, 2, 50]),
    as_of=moments,
)
@example(told=[TOLD, NOTHING, TOLD], start=0, column="a", up=False, depth=2, as_of=1)
@example(told=[TOLD, NOTHING, TOLD], start=0, column="a", up=False, depth=2, as_of=2)
def test_walk_of_any_column_equals_a_plain_reading(
    told: list[Event], start: int, column: str, up: bool, depth: int, as_of: int | None, desk: Desk
) -> None:
    run = tell(desk, told)
    way = "upstream" if up else "downstream"
    graph = desk.catalog.columns.walk(
        desk.guid(f"{run}d{start}", "DataSet"), [column], way=way, depth=depth, as_of=moment(as_of)
    )
    found = {
        (desk.name(node.guid).removeprefix(run), node.column): abs(node.level) for node in graph.nodes if node.level
    }
    assert found == column_levels(told, [(f"d{start}", column)], up=up, depth=depth, as_of=as_of)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=events, as_of=moments)
def test_edges_within_operations_are_those_that_were_told_last(
    told: list[Event], as_of: int | None, desk: Desk
) -> None:
    run = tell(desk, told)
    operations = [desk.guid(f"{run}p{event.process}", "Process") for event in told]
    short = {guid: desk.name(guid).removeprefix(run) for guid in operations}

    def name(guid: str) -> str:
        return desk.name(guid).removeprefix(run)

    found = sorted(
        (short[edge.operation], name(edge.source), edge.source_column, name(edge.sink), edge.sink_column, edge.kind)
        for edge in desk.catalog.columns.within(operations, as_of=moment(as_of))
    )
    assert found == sorted(
        (
            f"p{process}",
            f"d{one.source}",
            one.column,
            f"d{one.sink}",
            one.sink_column,
            "DIRECT" if one.is_direct else "INDIRECT",
        )
        for process, (_, fed) in standing(told, as_of).items()
        for one in fed
    )


def test_column_edge_that_was_reported_late_is_shown_once(desk: Desk) -> None:
    """Run 6 ends it, and the late run 5 tells it again: as of then two records hold, for one edge."""
    line = [{"source": "a", "sourceColumn": "x", "sinkColumn": "y"}]
    desk.write(entity("DataSet", "a"), entity("DataSet", "b"))
    for second, lines in ((4, line), (6, []), (5, line)):
        desk.write(
            entity(
                "azure_synapse_operation",
                "p",
                inputs=[ref("DataSet", "a")],
                outputs=[ref("DataSet", "b")],
                columnLineage=json.dumps(lines),
                runId=f"r{second}",
                lastRunTime=START + second * 1000,
            )
        )
    guid = desk.guid("a", "DataSet")
    for second, number in ((3, 0), (4, 1), (5, 1), (6, 1)):
        graph = desk.catalog.columns.walk(guid, ["x"], way="downstream", as_of=moment(second))
        assert len(graph.edges) == number
