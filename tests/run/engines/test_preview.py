"""Previews of streams: the rows that a run would give, from a sample, and nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.errors import HeadwaterError, PlanError
from headwater.plan.resolved import FlowPlan
from headwater.run.engines.preview import ColumnStatistics, Preview, PreviewRequest, preview
from headwater.settings import EngineSettings
from run.engines.flow_world import World, files, plan, table

ORDERS = "id,amount,day,customer,extra\n1,10,2013-01-01,ann,a\n2,x,2013-01-02,bob,b\n3,NA,NA,ann,c\n"
DECLARED = "output(id as integer, amount as integer, day as date, customer as string)"
SCRIPT = (
    f"source({DECLARED}, allowSchemaDrift: true) ~> o\n"
    "o derive(twice = amount * 2) ~> d\n"
    "d split(id > 1, disjoint: false) ~> parts@(late, early)\n"
    "parts@late sink(mapColumn(id, twice)) ~> out\n"
    "parts@early sink() ~> rest"
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.write("in/orders.csv", ORDERS)
    made.sql("CREATE SCHEMA dbo")
    return made


def flow(script: str = SCRIPT) -> FlowPlan:
    sinks = {name: files(f"out/{name}.csv") for name in ("out", "rest")}
    return plan(script, {"o": files("in/orders.csv")}, sinks)


def shown(world: World, stream: str, of: FlowPlan | None = None, **options: object) -> Preview:
    request = PreviewRequest(stream, **options)  # type: ignore[arg-type]  # named by tests
    settings = EngineSettings(memory_limit="256MB", threads=1)
    return preview(of or flow(), request, world.connect, settings, world.scratch)


def rows(found: Preview) -> list[tuple[object, ...]]:
    return [row.values for row in found.rows]


@pytest.mark.parametrize(
    ("stream", "ids"),
    [
        ("o", [1, 2, 3]),
        ("d", [1, 2, 3]),
        ("parts@late", [2, 3]),
        ("late", [2, 3]),
        ("EARLY", [1]),
        ("out", [2, 3]),
        ("rest", [1]),
    ],
)
def test_every_stream_shows_the_rows_it_has_in_a_run(world: World, stream: str, ids: list[int]) -> None:
    assert [row[0] for row in rows(shown(world, stream))] == ids


def test_columns_tell_their_types_and_whether_they_drifted(world: World) -> None:
    found = shown(world, "d")
    assert [(c.name, str(c.type), c.drifted) for c in found.columns] == [
        ("id", "integer", False),
        ("amount", "integer", False),
        ("day", "date", False),
        ("customer", "string", False),
        ("extra", "string", True),
        ("twice", "integer", False),
    ]


def test_sink_shows_the_columns_that_it_would_write(world: World) -> None:
    found = shown(world, "out")
    assert [column.name for column in found.columns] == ["id", "twice"]
    assert rows(found) == [(2, None), (3, None)]


def test_preview_of_everything_leaves_files_and_tables_as_they_were(world: World) -> None:
    world.sql("CREATE TABLE dbo.t AS SELECT 7 AS id")
    script = SCRIPT.replace("sink() ~> rest", "sink(truncate: true) ~> rest")
    of = plan(script, {"o": files("in/orders.csv")}, {"out": files("out/a.csv"), "rest": table("t")})
    for stream in of.graph.by_name:
        shown(world, stream, of, statistics=True)
    assert world.listing() == ["in/orders.csv"]
    assert world.sql("SELECT id FROM dbo.t") == [(7,)]


@pytest.mark.parametrize(("sample", "count"), [(2, 2), (2_500, 2_500), (None, 5_000)])
def test_sample_is_taken_of_files_and_of_tables_alike(world: World, sample: int | None, count: int) -> None:
    world.sql("CREATE TABLE dbo.t AS SELECT i::INTEGER AS id FROM range(5000) r(i)")
    world.write("in/many.csv", "id\n" + "".join(f"{i}\n" for i in range(5_000)))
    script = "source(output(id as integer)) ~> a\na sink() ~> out"
    for source in (table("t"), files("in/many.csv")):
        found = shown(
            world, "a", plan(script, {"a": source}, {"out": files("o/a.csv")}), sample=sample, rows=1, statistics=True
        )
        assert found.row_count == count
        assert rows(found) == [(0,)]


def test_statistics_are_those_of_all_rows_and_not_of_those_shown(world: World) -> None:
    found = shown(world, "d", rows=1, statistics=True)
    assert found.row_count == 3
    assert [column.statistics for column in found.columns[:2]] == [
        ColumnStatistics(0, 3, 1, 3),
        ColumnStatistics(2, 1, 10, 10),
    ]
    assert found.columns[3].statistics == ColumnStatistics(0, 2, "ann", "bob")


def test_arrays_and_maps_have_statistics_without_a_range(world: World) -> None:
    script = f"source({DECLARED}) ~> o\no derive(l = [id, 1], m = [customer -> id]) ~> d\nd sink() ~> out"
    found = shown(world, "d", flow(script), statistics=True)
    assert found.columns[-2].statistics == ColumnStatistics(0, 3)
    assert found.columns[-1].statistics == ColumnStatistics(0, 3)


def test_rows_carry_their_action_and_the_assertions_they_fail(world: World) -> None:
    script = (
        f"source({DECLARED}) ~> o\n"
        "o assert(expectTrue(!isNull(amount), false, 'has_amount', null, 'no amount')) ~> t\n"
        "t alterRow(deleteIf(id == 1), updateIf(id == 2)) ~> w\n"
        "w sink(mapColumn(id), deletable: true, insertable: true, updateable: true, keys: ['id']) ~> out"
    )
    of = plan(script, {"o": files("in/orders.csv")}, {"out": table("t")})
    marked = shown(world, "w", of)
    assert [row.action for row in marked.rows] == ["delete", "update", "insert"]
    assert [dict(row.failed) for row in marked.rows] == [{}, {"has_amount": "no amount"}, {"has_amount": "no amount"}]
    assert [row.action for row in shown(world, "t", of).rows] == [None, None, None]
    assert [row.action for row in shown(world, "out", of).rows] == ["delete", "update", "insert"]


def test_columns_of_a_pivot_are_those_of_the_sample(world: World) -> None:
    script = f"source({DECLARED}) ~> o\no pivot(groupBy(id), pivotBy(customer), n = sum(amount)) ~> p\np sink() ~> out"
    assert [c.name for c in shown(world, "p", flow(script), sample=1).columns] == ["id", "nann"]
    assert len(shown(world, "p", flow(script)).columns) == 3


@pytest.mark.parametrize(
    ("stream", "message", "cure"),
    [
        ("dd", "The data flow has no stream 'dd'", "d"),
        ("parts", "Stream 'parts' is several", "Write one of parts@late, parts@early."),
        ("zzzzzz", "The data flow has no stream 'zzzzzz'", "There are: o, d, parts@late"),
    ],
)
def test_unknown_stream_is_told_with_the_nearest(world: World, stream: str, message: str, cure: str) -> None:
    with pytest.raises(PlanError) as caught:
        shown(world, stream)
    assert caught.value.code == "PLN-044"
    assert message in caught.value.message
    assert cure in caught.value.faults[0].cure


def test_source_without_its_file_is_told_and_others_are_shown(world: World) -> None:
    script = SCRIPT + f"\nsource({DECLARED}) ~> gone\ngone sink() ~> none"
    of = plan(
        script,
        {"o": files("in/orders.csv"), "gone": files("in/gone.csv")},
        {name: files(f"out/{name}.csv") for name in ("out", "rest", "none")},
    )
    assert len(shown(world, "out", of).rows) == 2
    with pytest.raises(HeadwaterError, match="finds no file"):
        shown(world, "none", of)
