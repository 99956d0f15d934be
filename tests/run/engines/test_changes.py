"""Sources that read only what is new of a table, and notes that count once everything is committed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from headwater.errors import RunError
from headwater.plan.resolved import FlowPlan, ResolvedDataset
from headwater.run.engines.changes import Window
from run.engines.flow_world import World, files, finished, plan, query, table
from run.engines.killed_flow import POINTS

TESTS = Path(__file__).parents[2]
PROGRAM = Path(__file__).parent / "killed_flow.py"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.sql("CREATE SCHEMA dbo")
    made.sql("CREATE TABLE dbo.t (id INTEGER, stamp TIMESTAMP, price DECIMAL(10, 2))")
    add(made, 1, 2)
    made.sql("INSERT INTO dbo.t VALUES (0, NULL, NULL)")
    return made


def add(world: World, *ids: int) -> None:
    for id_ in ids:
        world.sql(
            f"INSERT INTO dbo.t VALUES ({id_}, TIMESTAMP '2026-01-01 00:00:00.123456' + INTERVAL {id_} DAY, {id_}.5)"
        )


def flow(options: str = "waterMarkColumn: 'stamp'", source: ResolvedDataset | None = None) -> FlowPlan:
    script = f"source(output(id as integer), allowSchemaDrift: false, enableCdc: true, {options}) ~> s\ns sink() ~> out"
    return plan(script, {"s": source or table("t")}, {"out": files("out.csv")})


def read(world: World, window: Window, made: FlowPlan | None = None) -> tuple[list[str], Window]:
    staged = finished(world, made or flow(), windows={"s": window})
    note = staged.sources["s"].note
    assert note is not None
    return sorted(world.read("out.csv").splitlines()[1:]), Window(since=note)


@pytest.mark.parametrize("column", ["stamp", "id", "price"])
def test_each_run_reads_the_rows_that_came_since_the_last(world: World, column: str) -> None:
    made = flow(f"waterMarkColumn: '{column}'")
    found, window = read(world, Window(), made)
    assert found == ["0", "1", "2"]
    assert read(world, window, made)[0] == []
    add(world, 3, 4)
    found, window = read(world, window, made)
    assert found == ["3", "4"]
    assert read(world, window, made)[0] == []


def test_first_load_is_skipped_when_asked(world: World) -> None:
    made = flow("waterMarkColumn: 'stamp', skipInitialLoad: true")
    found, window = read(world, Window(), made)
    assert found == []
    add(world, 3)
    assert read(world, window, made)[0] == ["3"]


def test_query_is_read_by_what_is_new_too(world: World) -> None:
    made = flow(source=query("SELECT id, stamp FROM dbo.t WHERE id <> 2"))
    found, window = read(world, Window(), made)
    assert found == ["0", "1"]
    add(world, 3)
    assert read(world, window, made)[0] == ["3"]


def test_empty_table_is_noted_as_such(world: World) -> None:
    world.sql("DELETE FROM dbo.t")
    found, window = read(world, Window())
    assert found == []
    add(world, 1)
    assert read(world, window)[0] == ["1"]


def test_attempt_that_was_killed_reads_what_it_had_noted_and_no_more(world: World) -> None:
    _, first = read(world, Window())
    add(world, 3)
    _, noted = read(world, first)
    add(world, 4)
    found, again = read(world, Window(since=first.since, until=noted.since))
    assert (found, again) == (["3"], noted)


def test_column_that_the_table_does_not_have_is_named(world: World) -> None:
    with pytest.raises(RunError, match="reads what is new by column 'gone', which its data does not have"):
        read(world, Window(), flow("waterMarkColumn: 'gone'"))


def process(folder: Path, verb: str, point: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])
    arguments = [sys.executable, str(PROGRAM), str(folder), verb, point]
    given = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(arguments, env=given, capture_output=True, text=True, timeout=120, check=False)


def succeed(folder: Path, verb: str) -> None:
    ended = process(folder, verb, "never")
    assert (ended.stdout, ended.returncode) == ("Succeeded", 0), ended.stderr


def sql(folder: Path, statement: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "db.duckdb")) as connection:
        return connection.execute(statement).fetchall()


def insert(folder: Path, *ids: int) -> None:
    for id_ in ids:
        sql(folder, f"INSERT INTO dbo.source VALUES ({id_}, TIMESTAMP '2026-01-01' + INTERVAL {id_} DAY)")


def ids_in_files(folder: Path) -> list[int]:
    found = (file.read_text().splitlines() for file in (folder / "lake/data/out").glob("part-*"))
    return sorted(int(line.split(",")[0]) for lines in found for line in lines)


def test_run_that_fails_leaves_what_is_new_to_the_next(tmp_path: Path) -> None:
    sql(tmp_path, "CREATE SCHEMA dbo")
    sql(tmp_path, "CREATE TABLE dbo.source (id INTEGER, stamp TIMESTAMP)")
    insert(tmp_path, 1, 2)
    assert process(tmp_path, "run", "never").stdout == "Failed"
    assert ids_in_files(tmp_path) == []
    sql(tmp_path, "CREATE TABLE dbo.target (id INTEGER, stamp TIMESTAMP)")
    succeed(tmp_path, "run")
    assert ids_in_files(tmp_path) == [1, 2]


@pytest.mark.parametrize("point", POINTS)
def test_rows_are_read_exactly_once_though_a_process_is_killed(tmp_path: Path, point: str) -> None:
    sql(tmp_path, "CREATE SCHEMA dbo")
    for name in ("source", "target"):
        sql(tmp_path, f"CREATE TABLE dbo.{name} (id INTEGER, stamp TIMESTAMP)")
    insert(tmp_path, 1, 2)
    succeed(tmp_path, "run")
    insert(tmp_path, 3)
    assert process(tmp_path, "run", point).returncode == -signal.SIGKILL
    insert(tmp_path, 4)
    succeed(tmp_path, "recover")
    assert set(ids_in_files(tmp_path)) >= {1, 2, 3}
    succeed(tmp_path, "run")
    assert ids_in_files(tmp_path) == [1, 2, 3, 4]
    assert sql(tmp_path, "SELECT id FROM dbo.target ORDER BY id") == [(1,), (2,), (3,), (4,)]
