"""The impact list says what a plain reading of the same events says: on any graph, now and as of any time."""

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from catalog.lineage.events import (
    COLUMNS,
    DATASETS,
    START,
    Event,
    Fed,
    asset_levels,
    column_levels,
    events,
    moment,
    moments,
    names,
    standing,
    tell,
)
from headwater.catalog.lineage import Impact, Question
from headwater.errors import CatalogError

LAW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def short(name: str | None, run: str) -> str:
    return str(name).removeprefix(run)


def reached_columns(found: Impact, run: str) -> dict[tuple[str, str], tuple[int, str]]:
    return {
        (short(one.asset.name, run), column.name): (column.distance, column.kind)
        for one in found.value
        for column in one.columns
    }


@LAW
@given(
    told=events, start=st.integers(0, DATASETS - 1), up=st.booleans(), depth=st.sampled_from([1, 2, 100]), as_of=moments
)
def test_impact_of_any_asset_equals_a_plain_reading(
    told: list[Event], start: int, up: bool, depth: int, as_of: int | None, desk: Desk
) -> None:
    run = tell(desk, told)
    asked = Question(way="INPUT" if up else "OUTPUT", depth=depth, as_of=moment(as_of))
    found = desk.catalog.impact.of(desk.guid(f"{run}d{start}", "DataSet"), asked)
    expected = asset_levels(told, start, up=up, depth=depth, as_of=as_of)
    assert {short(one.asset.name, run): one.distance for one in found.value} == expected
    assert found.totals.assets == len(expected)
    assert [one.distance for one in found.value] == sorted(expected.values())
    told_last = {f"p{process}": number for process, (number, _) in standing(told, as_of).items()}
    for one in found.value:
        check_path(one.path, f"d{start}", one, told_last, run, up=up)
    begin = [(f"d{start}", column) for column in (*COLUMNS, "*")]
    levels = column_levels(told, begin, up=up, depth=depth, as_of=as_of)
    direct = column_levels(told, begin, up=up, depth=depth, as_of=as_of, only_direct=True)
    kinds = {column: (n, "DIRECT" if column in direct else "INDIRECT") for column, n in levels.items()}
    assert reached_columns(found, run) == {column: said for column, said in kinds.items() if column[0] in expected}


def check_path(path, start, one, told_last, run, *, up) -> None:
    """Every hop goes on where the last one ended, over an edge that stands, and the last run is its process'."""
    assert len(path) == one.distance
    assert short(path[-1].asset.name, run) == short(one.asset.name, run)
    assert all(hop.relationship_id for hop in path)
    last = short(path[-1].operation.name, run)
    assert one.last_run.run_id == f"{run}{told_last[last]}"


@LAW
@given(told=events, start=st.integers(0, DATASETS - 1), column=names, up=st.booleans(), as_of=moments)
def test_impact_of_any_column_equals_a_plain_reading(
    told: list[Event], start: int, column: str, up: bool, as_of: int | None, desk: Desk
) -> None:
    run = tell(desk, told)
    asked = Question(way="INPUT" if up else "OUTPUT", columns=(column,), as_of=moment(as_of))
    found = desk.catalog.impact.of(desk.guid(f"{run}d{start}", "DataSet"), asked)
    begin = [(f"d{start}", column)]
    levels = column_levels(told, begin, up=up, depth=100, as_of=as_of)
    direct = column_levels(told, begin, up=up, depth=100, as_of=as_of, only_direct=True)
    expected = {one: (n, "DIRECT" if one in direct else "INDIRECT") for one, n in levels.items()}
    assert reached_columns(found, run) == expected
    for one in found.value:
        assert one.distance == min(column.distance for column in one.columns)
        for reached in one.columns:
            ends = [hop.source if up else hop.sink for hop in reached.path]
            assert len(ends) == reached.distance
            assert short(ends[-1].name, run) == short(one.asset.name, run)


def hub(desk: Desk, spokes: int) -> str:
    desk.write(entity("DataSet", "hub"), *(entity("DataSet", f"s{n:03d}") for n in range(spokes)))
    desk.write(
        *(
            entity(
                "azure_synapse_operation",
                f"o{n:03d}",
                inputs=[ref("DataSet", "hub")],
                outputs=[ref("DataSet", f"s{n:03d}")],
                runId=f"r{n}",
                lastRunTime=START,
                status="Completed",
            )
            for n in range(spokes)
        )
    )
    return desk.guid("hub", "DataSet")


def test_pages_of_a_hub_meet_without_gap_or_overlap(desk: Desk) -> None:
    guid = hub(desk, 25)
    seen: list[str] = []
    token = None
    for size in (10, 10, 5):
        page = desk.catalog.impact.of(guid, Question(limit=10, continuation=token))
        assert len(page.value) == size
        assert page.totals.assets == 25
        seen += [str(one.asset.name) for one in page.value]
        token = page.continuation_token
    assert token is None
    assert sorted(seen) == [f"s{n:03d}" for n in range(25)]


def test_search_that_meets_too_much_stops_and_says_so(desk: Desk) -> None:
    guid = hub(desk, 25)
    assert desk.catalog.impact.of(guid, Question(most=20)).totals.truncated
    assert not desk.catalog.impact.of(guid, Question()).totals.truncated


def test_search_over_columns_that_meets_too_much_stops_and_says_so(desk: Desk) -> None:
    told = [Event(n, frozenset({Fed(n, "a", n + 1, "a"), Fed(n, "a", n + 1, "b")})) for n in range(4)]
    guid = desk.guid(f"{tell(desk, told)}d0", "DataSet")
    for columns in ((), ("a",)):
        assert desk.catalog.impact.of(guid, Question(columns=columns, most=3)).totals.truncated
        assert not desk.catalog.impact.of(guid, Question(columns=columns)).totals.truncated


def test_last_run_as_of_a_time_is_the_last_one_by_then(desk: Desk) -> None:
    desk.write(entity("DataSet", "a"), entity("DataSet", "b"))
    for number in range(3):
        inputs, outputs = [ref("DataSet", "a")], [ref("DataSet", "b")]
        told = {"runId": f"r{number}", "lastRunTime": START + number * 1000, "rowCount": number}
        desk.write(entity("azure_synapse_operation", "o", inputs=inputs, outputs=outputs, **told))
    (now,) = desk.catalog.impact.of(desk.guid("a", "DataSet"), Question()).value
    (then,) = desk.catalog.impact.of(desk.guid("a", "DataSet"), Question(as_of=moment(1))).value
    assert (now.last_run.run_id, now.last_run.rows) == ("r2", 2)
    assert (then.last_run.run_id, then.last_run.time) == ("r1", moment(1))


def test_assets_out_of_reach_are_counted_and_not_listed(desk: Desk) -> None:
    """On the ways over them they have no name, and neither have the columns of their edges."""
    told = [Event(0, frozenset({Fed(0, "a", 1, "b")})), Event(1, frozenset({Fed(1, "b", 2, "a")}))]
    run = tell(desk, told)
    desk.catalog.collections.put("secret", parent=desk.catalog.name, friendly_name="secret", by="tester")
    desk.catalog.moves.move([desk.guid(f"{run}d1", "DataSet")], "secret", by="tester")
    readable = frozenset({desk.catalog.name})
    found = desk.catalog.impact.of(desk.guid(f"{run}d0", "DataSet"), Question(), readable)
    assert (found.totals.assets, found.totals.hidden) == (2, 1)
    (one,) = found.value
    assert short(one.asset.name, run) == "d2"
    assert [hop.asset.name and short(hop.asset.name, run) for hop in one.path] == [None, "d2"]
    (column,) = one.columns
    assert [(hop.source_column, hop.sink_column) for hop in column.path] == [("a", None), (None, "a")]


@pytest.mark.parametrize("asked", [{"depth": 0}, {"limit": 0}, {"limit": 100_000}, {"continuation": "x"}])
def test_senseless_question_is_refused(asked: dict[str, object], desk: Desk) -> None:
    guid = hub(desk, 1)
    with pytest.raises(CatalogError) as refused:
        desk.catalog.impact.of(guid, Question(**asked))
    assert refused.value.code == "CAT-026"


def test_impact_of_an_operation_is_what_it_writes(desk: Desk) -> None:
    hub(desk, 2)
    found = desk.catalog.impact.of(desk.guid("o001", "Process"), Question())
    (one,) = found.value
    assert (one.asset.name, one.distance, one.path[0].operation.name) == ("s001", 1, "o001")
    assert one.kind is None
    assert isinstance(one.last_run.time, datetime.datetime)
