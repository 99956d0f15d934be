"""The impact list of a process, or of what contains processes, begins with the columns that these write, or read."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from catalog.lineage.events import (
    PROCESSES,
    Event,
    Fed,
    column_levels,
    events,
    levels_around,
    moment,
    moments,
    standing,
    tell,
)
from headwater.catalog.lineage import Impact, Question
from headwater.catalog.lineage.impact import Reached

LAW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORKSPACE, PIPELINE = "azure_synapse_workspace", "azure_synapse_pipeline"
ACTIVITY, OPERATION = "azure_synapse_copy_activity", "azure_synapse_operation"
HOLDERS = {"operation": OPERATION, "activity": ACTIVITY, "pipeline": PIPELINE, "workspace": WORKSPACE}


def put_inside(desk: Desk, run: str, processes: frozenset[int]) -> None:
    """The processes belong to an activity of a pipeline of a workspace."""
    desk.write(
        entity(WORKSPACE, f"{run}workspace"),
        entity(PIPELINE, f"{run}pipeline", rel_workspace=ref(WORKSPACE, f"{run}workspace")),
        entity(ACTIVITY, f"{run}activity", rel_pipeline=ref(PIPELINE, f"{run}pipeline")),
        *(entity(OPERATION, f"{run}p{n}", rel_parent=ref(ACTIVITY, f"{run}activity")) for n in sorted(processes)),
    )


def columns_of(found: Impact, run: str) -> dict[tuple[str, str], tuple[int, str]]:
    return {
        (str(one.asset.name).removeprefix(run), column.name): (column.distance, column.kind)
        for one in found.value
        for column in one.columns
    }


@LAW
@given(
    told=events,
    inside=st.frozensets(st.integers(0, PROCESSES - 1), min_size=1),
    holder=st.sampled_from(sorted(HOLDERS)),
    up=st.booleans(),
    depth=st.sampled_from([1, 2, 100]),
    as_of=moments,
)
def test_impact_of_any_process_equals_a_plain_reading(
    told: list[Event], inside: frozenset[int], holder: str, up: bool, depth: int, as_of: int | None, desk: Desk
) -> None:
    run = tell(desk, told)
    put_inside(desk, run, inside)
    starts, name = (inside, holder) if holder != "operation" else ({min(inside)}, f"p{min(inside)}")
    asked = Question(way="INPUT" if up else "OUTPUT", depth=depth, as_of=moment(as_of))
    found = desk.catalog.impact.of(desk.guid(f"{run}{name}", HOLDERS[holder]), asked)
    expected = levels_around(told, starts, up=up, depth=depth, as_of=as_of)
    assert {str(one.asset.name).removeprefix(run): one.distance for one in found.value} == expected
    begin = [(f"p{n}", "") for n in starts]
    levels = column_levels(told, begin, up=up, depth=depth, as_of=as_of)
    direct = column_levels(told, begin, up=up, depth=depth, as_of=as_of, only_direct=True)
    kinds = {column: (n, "DIRECT" if column in direct else "INDIRECT") for column, n in levels.items()}
    assert columns_of(found, run) == kinds
    assert found.totals.columns == len(kinds)
    for one in found.value:
        check_ways(one, told, {f"{run}p{n}" for n in starts}, run, up=up, as_of=as_of)


def check_ways(one: Reached, told: list[Event], starts: set[str], run: str, *, up: bool, as_of: int | None) -> None:
    """Each way begins with an edge that a starting process tells, goes over edges that stand, and ends here."""
    told_last = {f"{run}p{process}": number for process, (number, _) in standing(told, as_of).items()}
    assert one.path[0].operation.name in starts
    assert one.last_run.run_id == f"{run}{told_last[one.path[-1].operation.name]}"
    for column in one.columns:
        assert len(column.path) == column.distance
        assert column.path[0].operation.name in starts
        for hop in column.path:
            ends = (hop.source.name, hop.source_column, hop.sink.name, hop.sink_column)
            _, fed = standing(told, as_of)[int(hop.operation.name.removeprefix(f"{run}p"))]
            assert ends in {(f"{run}d{a.source}", a.column, f"{run}d{a.sink}", a.sink_column) for a in fed}
        last = column.path[-1]
        end, name = (last.source, last.source_column) if up else (last.sink, last.sink_column)
        assert (end.name, name) == (one.asset.name, column.name)


@pytest.fixture
def two(desk: Desk) -> tuple[Desk, str]:
    """d0.a → p0 → d1.a → p1 → d2.b, and p2 writes d1.b. p0 belongs to an activity of a pipeline of a workspace."""
    told = [
        Event(0, frozenset({Fed(0, "a", 1, "a")})),
        Event(1, frozenset({Fed(1, "a", 2, "b"), Fed(1, "b", 3, "b")})),
        Event(2, frozenset({Fed(4, "a", 1, "b")})),
    ]
    run = tell(desk, told)
    put_inside(desk, run, frozenset({0}))
    return desk, run


@pytest.mark.parametrize(
    ("name", "kind"), [("p0", OPERATION), *((name, HOLDERS[name]) for name in HOLDERS if name != "operation")]
)
def test_columns_that_others_write_to_the_same_asset_are_not_listed(
    name: str, kind: str, two: tuple[Desk, str]
) -> None:
    desk, run = two
    found = desk.catalog.impact.of(desk.guid(f"{run}{name}", kind), Question())
    assert columns_of(found, run) == {("d1", "a"): (1, "DIRECT"), ("d2", "b"): (2, "DIRECT")}
    assert {str(one.asset.name).removeprefix(run): one.kind for one in found.value} == {
        "d1": "DIRECT",
        "d2": "DIRECT",
        "d3": None,
    }


def test_columns_upstream_of_an_operation_are_those_that_it_reads(two: tuple[Desk, str]) -> None:
    desk, run = two
    found = desk.catalog.impact.of(desk.guid(f"{run}p1", OPERATION), Question(way="INPUT"))
    assert columns_of(found, run) == {
        ("d1", "a"): (1, "DIRECT"),
        ("d1", "b"): (1, "DIRECT"),
        ("d0", "a"): (2, "DIRECT"),
        ("d4", "a"): (2, "DIRECT"),
    }


def test_process_has_no_columns_of_its_own(two: tuple[Desk, str]) -> None:
    desk, run = two
    found = desk.catalog.impact.of(desk.guid(f"{run}p0", OPERATION), Question(columns=("a",)))
    assert (found.value, found.totals.assets, found.totals.columns) == ((), 0, 0)


def test_search_from_an_operation_that_writes_too_much_stops_and_says_so(desk: Desk) -> None:
    run = tell(desk, [Event(0, frozenset(Fed(0, "a", n, name) for n in (1, 2) for name in "ab"))])
    guid = desk.guid(f"{run}p0", OPERATION)
    assert desk.catalog.impact.of(guid, Question(most=3)).totals.truncated
    assert not desk.catalog.impact.of(guid, Question()).totals.truncated


def test_source_that_may_not_be_read_has_no_name_on_the_way(two: tuple[Desk, str]) -> None:
    desk, run = two
    desk.catalog.collections.put("secret", parent=desk.catalog.name, friendly_name="secret", by="tester")
    desk.catalog.moves.move([desk.guid(f"{run}d0", "DataSet")], "secret", by="tester")
    found = desk.catalog.impact.of(desk.guid(f"{run}p0", OPERATION), Question(), frozenset({desk.catalog.name}))
    ((hop,),) = (one.columns[0].path for one in found.value if one.distance == 1)
    assert (hop.source.name, hop.source_column, hop.sink_column) == (None, None, "a")
