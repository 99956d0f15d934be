"""What a sink needs beside its columns (partitions, keys, failed assertions) comes from Spark as from DuckDB."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headwater.run.engines.flow import staged_flow
from run.engines.flow_world import World, files, plan
from run.engines.spark.local_spark import SETTINGS, LocalSpark

SOURCE = "source(output(id as integer, city as string), allowSchemaDrift: false) ~> s\n"


@pytest.fixture
def world(tmp_path: Path, spark: LocalSpark) -> World:
    made = World(tmp_path)
    made.write("in/a.csv", "id,city\n1,bern\n2,rome\n3,bern\n4,NA\n")
    return made


def written(world: World, script: str) -> dict[str, list[str]]:
    flow = plan(SOURCE + script, {"s": files("in/a.csv")}, {"out": files("out/")})
    with staged_flow(flow, replace(world.host(), settings=SETTINGS)) as staged:
        staged.commit()
    paths = [path for path in world.listing() if path.startswith("out/")]
    return {path: sorted(world.read(path).splitlines()[1:]) for path in paths}


def test_equal_values_are_in_one_partition(world: World) -> None:
    found = written(world, "s sink(partitionBy('hash', 3, city), filePattern: 'p[n].csv') ~> out")
    assert sorted(row for rows in found.values() for row in rows) == ["1,bern", "2,rome", "3,bern", "4,NA"]
    assert sum({"1,bern", "3,bern"} <= set(rows) for rows in found.values()) == 1
    assert set(found) <= {"out/p1.csv", "out/p2.csv", "out/p3.csv"}


def test_ranges_and_keys_name_files_and_folders(world: World) -> None:
    ranges = written(world, "s sink(partitionBy('range', 2, desc(id)), filePattern: 'p[n].csv') ~> out")
    assert ranges == {"out/p1.csv": ["3,bern", "4,NA"], "out/p2.csv": ["1,bern", "2,rome"]}
    keys = written(world, "s sink(partitionBy('key', 0, city), truncate: true) ~> out")
    part = "part-00000-run-1-out-c000.csv"
    assert keys[f"out/city=bern/{part}"] == ["1", "3"]
    assert keys[f"out/city=__HIVE_DEFAULT_PARTITION__/{part}"] == ["4"]


def test_failed_assertions_are_known(world: World) -> None:
    script = (
        "s assert(expectTrue(id > 1, false, 'big', null(), concat('small ', toString(id))), "
        "expectTrue(!isNull(city), false, 'named')) ~> a\n"
        "a sink(outputAssertFailedRows: true, assertFailure_container: 'data', ignoreAssertFailedRows: true) ~> out"
    )
    flow = plan(SOURCE + script, {"s": files("in/a.csv")}, {"out": files("out/a.csv")})
    with staged_flow(flow, replace(world.host(), settings=SETTINGS)) as staged:
        assert staged.sinks[0].rows == 2
        assert dict(staged.sinks[0].set_apart) == {"assertFailedRows": 2}
