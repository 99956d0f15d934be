"""Sinks on files: how their files are named and how rows are spread over them. Nobody sees one before all are there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from headwater.connectors.memory import MemoryFiles
from headwater.data.locations import FileLocation
from headwater.errors import ConnectorError, RunError
from headwater.plan.resolved import FlowPlan
from headwater.run.engines.flow import staged_flow
from headwater.run.engines.movements import expected_movements, flow_movements
from run.engines.flow_world import World, files, finished, plan

ROWS = "id,city,year\n1,bern,2020\n2,bern,2021\n3,rome,2020\n4,,2021\n5,bern,2020\n6,a/b=c,2021\n"
SOURCE = "source(output(id as integer, city as string, year as integer), allowSchemaDrift: false) ~> s\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.write("in/rows.csv", ROWS)
    return made


def flow(sink: str, target: str = "out/", type_: str = "DelimitedText", script: str = SOURCE) -> FlowPlan:
    return plan(script + f"s sink({sink}) ~> out", {"s": files("in/rows.csv")}, {"out": files(target, type_)})


def ids(world: World, path: str) -> list[str]:
    header, *lines = world.read(path).splitlines()
    assert header.startswith("id")
    return [line.split(",")[0] for line in lines]


def written(world: World) -> list[str]:
    return [path for path in world.listing() if path != "in/rows.csv"]


def test_round_robin_deals_rows_to_numbered_parts(world: World) -> None:
    finished(world, flow("partitionBy('roundRobin', 2)"))
    parts = [f"out/part-0000{n}-run-1-out-c000.csv" for n in (0, 1)]
    assert written(world) == parts
    assert [ids(world, part) for part in parts] == [["1", "3", "5"], ["2", "4", "6"]]


def test_pattern_names_a_file_a_partition_from_one(world: World) -> None:
    finished(world, flow("partitionBy('roundRobin', 3), filePattern: 'rows[n].csv'"))
    assert written(world) == ["out/rows1.csv", "out/rows2.csv", "out/rows3.csv"]
    assert ids(world, "out/rows3.csv") == ["3", "6"]


def test_pattern_without_partitions_names_the_one_file(world: World) -> None:
    finished(world, flow("filePattern: 'rows[n].csv'"))
    assert written(world) == ["out/rows1.csv"]


def test_names_without_partitions_share_the_rows(world: World) -> None:
    finished(world, flow("partitionFileNames: ['a.csv', 'b.csv']"))
    assert (ids(world, "out/a.csv"), ids(world, "out/b.csv")) == (["1", "3", "5"], ["2", "4", "6"])


def test_one_name_is_a_single_file_whatever_the_partitions(world: World) -> None:
    finished(world, flow("partitionBy('hash', 4, id), partitionFileNames: ['all.csv']"))
    assert ids(world, "out/all.csv") == ["1", "2", "3", "4", "5", "6"]
    assert written(world) == ["out/all.csv"]


def test_named_file_without_rows_is_written_all_the_same(world: World) -> None:
    script = SOURCE + "s filter(id == 1) ~> f\nf sink(partitionFileNames: ['a.csv', 'b.csv']) ~> out"
    finished(world, plan(script, {"s": files("in/rows.csv")}, {"out": files("out/")}))
    assert (ids(world, "out/a.csv"), ids(world, "out/b.csv")) == (["1"], [])


def test_hash_keeps_equal_values_together_and_loses_no_row(world: World) -> None:
    finished(world, flow("partitionBy('hash', 3, city), filePattern: 'p[n].csv'"))
    found = {path: ids(world, path) for path in written(world)}
    assert sorted(id_ for part in found.values() for id_ in part) == ["1", "2", "3", "4", "5", "6"]
    assert sum({"1", "2", "5"} <= set(part) for part in found.values()) == 1
    assert all(found.values())


def test_range_puts_partitions_in_order(world: World) -> None:
    finished(world, flow("partitionBy('range', 2, desc(id)), filePattern: 'p[n].csv'"))
    assert (sorted(ids(world, "out/p1.csv")), sorted(ids(world, "out/p2.csv"))) == (["4", "5", "6"], ["1", "2", "3"])


def test_file_that_the_dataset_names_is_not_split(world: World) -> None:
    finished(world, flow("partitionBy('hash', 4, id)", "out/all.csv"))
    assert written(world) == ["out/all.csv"]


def test_keys_are_folders_and_not_in_the_files(world: World) -> None:
    finished(world, flow("partitionBy('key', 0, city, year)", type_="Parquet"))
    name = "part-00000-run-1-out-c000.parquet"
    assert written(world) == sorted(
        f"out/city={city}/year={year}/{name}"
        for city, year in (
            ("bern", 2020),
            ("bern", 2021),
            ("rome", 2020),
            ("__HIVE_DEFAULT_PARTITION__", 2021),
            ("a%2Fb%3Dc", 2021),
        )
    )
    rows = pq.ParquetFile(world.files / f"out/city=bern/year=2020/{name}").read()
    assert rows.to_pylist() == [{"id": 1}, {"id": 5}]


def test_keys_with_a_pattern_are_numbered_files(world: World) -> None:
    finished(world, flow("partitionBy('key', 0, year), filePattern: 'y[n].csv'"))
    assert ids(world, "out/y1.csv") == ["1", "3", "5"]
    assert world.read("out/y1.csv").startswith("id,city,year\n")


def test_more_keys_than_names_are_refused_and_nothing_is_written(world: World) -> None:
    sink = flow("partitionBy('key', 0, id), partitionFileNames: ['a.csv', 'b.csv']")
    with pytest.raises(RunError, match="make 6 partitions, and 2 files are named"):
        finished(world, sink)
    assert written(world) == []


def test_partitions_may_be_counted_by_a_cache_sink(world: World) -> None:
    script = (
        SOURCE + "s aggregate(n = max(id) / 3) ~> g\ng sink(store: 'cache', saveOrder: 1) ~> kept\n"
        "s sink(partitionBy('roundRobin', (toInteger(kept#output().n))), filePattern: 'p[n].csv', saveOrder: 2) ~> out"
    )
    finished(world, plan(script, {"s": files("in/rows.csv")}, {"out": files("out/")}))
    assert written(world) == ["out/p1.csv", "out/p2.csv"]


def test_column_names_each_rows_file_from_the_container(world: World) -> None:
    script = SOURCE + "s derive(file = concat('by/', toString(year), '.csv')) ~> d\n"
    target = {"out": files("ignored/")}
    finished(
        world, plan(script + "d sink(rowUrlColumn: 'file', truncate: true) ~> out", {"s": files("in/rows.csv")}, target)
    )
    assert written(world) == ["by/2020.csv", "by/2021.csv"]
    assert ids(world, "by/2021.csv") == ["2", "4", "6"]


def test_column_that_is_not_written_may_name_the_file(world: World) -> None:
    script = SOURCE + "s sink(mapColumn(id), rowUrlColumn: 'year') ~> out"
    finished(world, plan(script, {"s": files("in/rows.csv")}, {"out": files("out/")}))
    assert world.read("2020") == "id\n1\n3\n5\n"


def test_column_names_each_rows_folder(world: World) -> None:
    finished(world, flow("rowFolderUrlColumn: 'year'"))
    assert written(world) == [f"{year}/part-00000-run-1-out-c000.csv" for year in (2020, 2021)]


def test_row_that_names_no_file_is_refused(world: World) -> None:
    world.write("out/old.csv", "old")
    with pytest.raises(RunError, match="A row of sink 'out' does not name its file"):
        finished(world, flow("rowUrlColumn: 'city'"))
    assert written(world) == ["out/old.csv"]


def test_row_that_names_a_file_outside_is_refused(world: World) -> None:
    script = SOURCE + "s derive(file = '../../secret.csv') ~> d\nd sink(rowUrlColumn: 'file') ~> out"
    with pytest.raises(ConnectorError, match="leaves"):
        finished(world, plan(script, {"s": files("in/rows.csv")}, {"out": files("out/")}))
    assert written(world) == []


def test_files_are_seen_all_together_or_not_at_all(world: World) -> None:
    with staged_flow(flow("partitionBy('roundRobin', 3), filePattern: 'rows[n].csv'"), world.host()):
        assert [path for path in written(world) if not path.rpartition("/")[2].startswith(".")] == []
    assert written(world) == []
    assert not (world.files / "out").exists()


def test_folder_is_cleared_of_what_the_sink_does_not_write(world: World) -> None:
    world.write("out/rows1.csv", "old")
    world.write("out/deep/old.csv", "old")
    finished(world, flow("partitionBy('roundRobin', 2), filePattern: 'rows[n].csv', truncate: true"))
    assert written(world) == ["out/rows1.csv", "out/rows2.csv"]


def test_folder_that_one_sink_clears_keeps_what_another_writes(world: World) -> None:
    world.write("out/b.csv", "old")
    script = SOURCE + (
        "s sink(truncate: true, partitionFileNames: ['a.csv']) ~> first\n"
        "s sink(partitionFileNames: ['b.csv']) ~> second"
    )
    sinks = {"first": files("out/"), "second": files("out/")}
    finished(world, plan(script, {"s": files("in/rows.csv")}, sinks))
    assert written(world) == ["out/a.csv", "out/b.csv"]
    assert len(ids(world, "out/b.csv")) == 6


def test_two_sinks_of_one_folder_do_not_share_a_part(world: World) -> None:
    script = SOURCE + "s sink() ~> first\ns sink() ~> second"
    finished(world, plan(script, {"s": files("in/rows.csv")}, {"first": files("out/"), "second": files("out/")}))
    assert written(world) == [f"out/part-00000-run-1-{name}-c000.csv" for name in ("first", "second")]


def test_two_sinks_of_one_file_are_refused(world: World) -> None:
    script = SOURCE + "s sink() ~> first\ns sink() ~> second"
    sinks = {"first": files("out/a.csv"), "second": files("out/a.csv")}
    with pytest.raises(RunError, match=r"Sinks 'first' and 'second' both write 'out/a\.csv'"):
        finished(world, plan(script, {"s": files("in/rows.csv")}, sinks))
    assert written(world) == []


def test_store_that_is_no_folder_takes_several_files(world: World) -> None:
    lake = MemoryFiles()
    lake.put("data", "in/rows.csv", ROWS.encode())
    with staged_flow(flow("partitionBy('key', 0, year)"), replace(world.host(), connect=lambda _: lake)) as staged:
        assert [entry.path for entry in lake.list("data")] == ["in/rows.csv"]
        staged.commit()
    assert len(list(lake.list("data", "out"))) == 2
    assert staged.sinks[0].bytes == sum(entry.size for entry in lake.list("data", "out"))
    assert [lake.committed(token) for token in staged.sinks[0].tokens] == [True, True]


@pytest.mark.parametrize(
    ("sink", "places"),
    [
        ("partitionBy('roundRobin', 3)", {("out", None): 6}),
        ("partitionBy('key', 0, year)", {("out", None): 6}),
        ("partitionFileNames: ['a.csv', 'b.csv']", {("out", "a.csv"): 3, ("out", "b.csv"): 3}),
        ("rowFolderUrlColumn: 'year'", {("2020", None): 3, ("2021", None): 3}),
        ("rowUrlColumn: 'year'", {("", "2020"): 3, ("", "2021"): 3}),
        ("filePattern: 'x[n].csv'", {("out", "x1.csv"): 6}),
    ],
)
def test_lineage_has_each_named_file_or_the_folder_of_parts(
    world: World, sink: str, places: dict[tuple[str, str | None], int]
) -> None:
    staged = finished(world, flow(sink))
    found = {}
    for movement in flow_movements(staged):
        location = movement.sink.location
        assert isinstance(location, FileLocation)
        assert {edge.sink_column for edge in movement.edges} == {"id", "city", "year"}
        found[location.folder, location.file] = movement.sink.rows
    assert found == places


def test_folder_of_very_many_files_is_the_asset(world: World) -> None:
    world.write("in/rows.csv", "id,city,year\n" + "".join(f"{n},x,2020\n" for n in range(101)))
    script = (
        SOURCE + "s derive(file = concat('by/id/', toString(id), '/a.csv')) ~> d\nd sink(rowUrlColumn: 'file') ~> out"
    )
    staged = finished(world, plan(script, {"s": files("in/rows.csv")}, {"out": files("ignored/")}))
    (movement,) = flow_movements(staged)
    location = movement.sink.location
    assert isinstance(location, FileLocation)
    assert (location.folder, location.file, movement.sink.rows) == ("by/id", None, 101)


def test_keys_are_kept_in_a_file_that_the_dataset_names(world: World) -> None:
    finished(world, flow("partitionBy('key', 0, year)", "out/all.csv"))
    assert world.read("out/all.csv").startswith("id,city,year\n")


def test_what_only_rows_tell_is_not_expected_as_an_asset(world: World) -> None:
    sink = flow("rowUrlColumn: 'year'")
    with staged_flow(sink, world.host()) as staged:
        assert expected_movements(staged.graph, staged.sources, sink.sinks, "run-1") == ()


def test_rows_of_a_source_are_counted_though_they_are_kept_first(world: World) -> None:
    staged = finished(world, flow("partitionBy('roundRobin', 3)"))
    assert dict(staged.source_rows) == {"s": 6}
    assert staged.rows == {"s": 6, "out": 6}


def test_partitions_of_a_cache_sink_are_no_columns_of_the_output(world: World) -> None:
    script = SOURCE + "s sink(store: 'cache', output: true, partitionBy('hash', 3, id)) ~> kept\ns sink() ~> out"
    staged = finished(world, plan(script, {"s": files("in/rows.csv")}, {"out": files("out/a.csv")}))
    assert {name for row in staged.outputs["kept"] if isinstance(row, dict) for name in row} == {"id", "city", "year"}


def test_keys_that_differ_in_case_only_and_dates_are_folders_of_their_own(world: World) -> None:
    world.write("in/rows.csv", "id,city,year\n1,Bern,2020\n2,bern,2020\n")
    script = SOURCE + "s derive(day = toDate('2026-01-31')) ~> d\nd sink(partitionBy('key', 0, city, day)) ~> out"
    finished(world, plan(script, {"s": files("in/rows.csv")}, {"out": files("out/")}))
    part = "part-00000-run-1-out-c000.csv"
    assert written(world) == [f"out/city={city}/day=2026-01-31/{part}" for city in ("Bern", "bern")]
