"""Rows that a sink sets apart: those that failed an assertion, and those that its table refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from headwater.connectors.formats.registry import format_from_dataset
from headwater.data.locations import FileLocation
from headwater.data.schema import Schema
from headwater.errors import ConnectorError, Fault, RunError
from headwater.plan.resolved import FlowPlan, ResolvedDataset
from headwater.run.engines.flow import StagedFlow
from headwater.run.engines.movements import flow_movements
from headwater.run.engines.output import flow_output
from run.engines.flow_world import LAKE, World, files, finished, plan, table

ROWS = "id,name\n1,ann\n2,\n3,cat\n3,dan\n-4,eve\nx,fay\n"
SOURCE = "source(output(id as integer, name as string), allowSchemaDrift: false) ~> s\n"
ASSERTED = SOURCE + (
    "s assert(expectTrue(id > 0, false, 'positive', null(), concat('bad ', toString(id))),"
    " expectUnique(id, true, 'unique')) ~> a\n"
)
REJECTS = ResolvedDataset(
    "rejects", "DelimitedText", FileLocation(LAKE, "", ""), format_from_dataset("DelimitedText", {}), Schema()
)
TO_FILE = "outputAssertFailedRows: true, assertFailure_container: 'data', assertFailure_folderPath: '/bad/rows/'"
TOLERANT = "errorHandlingOption: 'allErrors', outputRejectedData: true, rejectedData_container: 'data', "
TOLERANT += "rejectedData_folderPath: 'bad', reportSuccessOnError: true, transactionCommit: 'single'"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.write("in/a.csv", ROWS)
    made.sql("CREATE SCHEMA dbo")
    return made


def flow(script: str, target: ResolvedDataset, rejects: ResolvedDataset | None = REJECTS) -> FlowPlan:
    return plan(script, {"s": files("in/a.csv", nullValue="")}, {"out": replace(target, rejects=rejects)})


def metrics(staged: StagedFlow) -> dict[str, object]:
    status = flow_output(staged)["runStatus"]
    assert isinstance(status, dict)
    found: dict[str, object] = status["metrics"]["out"]
    return found


def lines(world: World, path: str) -> list[str]:
    header, *rows = world.read(path).splitlines()
    return [header, *sorted(rows)]


FAILED = [
    "id,name,failed assertions,messages of failed assertions",
    ",fay,positive,positive",
    "-4,eve,positive,bad -4",
    "3,cat,unique,unique",
    "3,dan,unique,unique",
]


def test_rows_that_failed_an_assertion_land_in_a_file_and_in_the_sink(world: World) -> None:
    staged = finished(world, flow(ASSERTED + f"a sink({TO_FILE}) ~> out", files("out/a.csv")))
    assert lines(world, "bad/rows/out-assert-run-1.csv") == FAILED
    assert len(world.read("out/a.csv").splitlines()) == 7
    assert world.read("out/a.csv").startswith("id,name\n")
    assert (metrics(staged)["rowsWritten"], metrics(staged)["assertFailedRows"]) == (6, 4)


def test_rows_that_failed_are_left_out_of_the_sink_when_asked(world: World) -> None:
    script = ASSERTED + f"a sink({TO_FILE}, ignoreAssertFailedRows: true) ~> out"
    staged = finished(world, flow(script, files("out/a.csv")))
    assert lines(world, "bad/rows/out-assert-run-1.csv") == FAILED
    assert lines(world, "out/a.csv") == ["id,name", "1,ann", "2,NA"]
    assert (metrics(staged)["rowsWritten"], metrics(staged)["assertFailedRows"]) == (2, 4)


def test_rows_that_failed_are_left_out_of_a_table(world: World) -> None:
    world.sql("CREATE TABLE dbo.t (id INTEGER, name VARCHAR)")
    script = ASSERTED + f"a sink({TO_FILE}, ignoreAssertFailedRows: true) ~> out"
    finished(world, flow(script, table("t")))
    assert world.sql("SELECT * FROM dbo.t ORDER BY id") == [(1, "ann"), (2, None)]
    assert lines(world, "bad/rows/out-assert-run-1.csv") == FAILED


def test_rows_that_failed_are_spread_with_the_others(world: World) -> None:
    script = ASSERTED + f"a sink({TO_FILE}, partitionBy('roundRobin', 2), filePattern: 'p[n].csv') ~> out"
    finished(world, flow(script, files("out/")))
    assert world.listing() == ["bad/rows/out-assert-run-1.csv", "in/a.csv", "out/p1.csv", "out/p2.csv"]


def test_keys_stay_in_a_named_file_though_rows_are_set_apart(world: World) -> None:
    script = ASSERTED + f"a sink({TO_FILE}, partitionBy('key', 0, id)) ~> out"
    finished(world, flow(script, files("out/a.csv")))
    assert world.read("out/a.csv").startswith("id,name\n")


def test_no_file_is_written_where_all_rows_pass(world: World) -> None:
    world.write("in/a.csv", "id,name\n1,ann\n")
    staged = finished(world, flow(ASSERTED + f"a sink({TO_FILE}) ~> out", files("out/a.csv")))
    assert world.listing() == ["in/a.csv", "out/a.csv"]
    assert metrics(staged)["assertFailedRows"] == 0


def test_rows_without_assertions_have_none_to_fail(world: World) -> None:
    staged = finished(world, flow(SOURCE + f"s sink({TO_FILE}) ~> out", files("out/a.csv")))
    assert "assertFailedRows" not in metrics(staged)


def test_file_of_failed_rows_is_no_asset_and_no_sink(world: World) -> None:
    staged = finished(world, flow(ASSERTED + f"a sink({TO_FILE}) ~> out", files("out/a.csv")))
    (movement,) = flow_movements(staged)
    assert isinstance(movement.sink.location, FileLocation)
    assert movement.sink.location.path == "out/a.csv"
    assert {edge.sink_column for edge in movement.edges} == {"id", "name"}


def test_failed_rows_are_counted_alone_where_there_is_no_store_for_them(world: World) -> None:
    staged = finished(world, flow(ASSERTED + f"a sink({TO_FILE}) ~> out", files("out/a.csv"), None))
    assert world.listing() == ["in/a.csv", "out/a.csv"]
    assert metrics(staged)["assertFailedRows"] == 4


def test_nothing_of_failed_rows_is_seen_when_the_sink_fails(world: World) -> None:
    with pytest.raises(ConnectorError):
        finished(world, flow(ASSERTED + f"a sink({TO_FILE}) ~> out", table("absent")))
    assert world.listing() == ["in/a.csv"]


def make_strict(world: World) -> None:
    world.sql("CREATE TABLE dbo.t (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, CHECK (id > 0))")
    world.sql("INSERT INTO dbo.t VALUES (1, 'there')")


def test_rows_that_the_table_refuses_land_in_a_file(world: World) -> None:
    make_strict(world)
    staged = finished(world, flow(SOURCE + f"s sink({TOLERANT}) ~> out", table("t")))
    assert world.sql("SELECT * FROM dbo.t ORDER BY id") == [(1, "there"), (3, "cat")]
    header, *rows = world.read("bad/out-rejected-run-1.csv").splitlines()
    assert header == "id,name,SQL operation,error code,error message"
    assert [row.split(",")[:4] for row in rows] == [
        ["1", "ann", "INSERT", "CON-033"],
        ["2", "", "INSERT", "CON-033"],
        ["3", "dan", "INSERT", "CON-033"],
        ["-4", "eve", "INSERT", "CON-033"],
        ["", "fay", "INSERT", "CON-033"],
    ]
    assert (metrics(staged)["rowsWritten"], metrics(staged)["rejectedRows"]) == (1, 5)
    assert staged.sinks[0].complaint == ""
    assert staged.rows == {"s": 6, "out": 1}


def test_refused_rows_without_a_file_are_counted_and_complained_of(world: World) -> None:
    make_strict(world)
    staged = finished(world, flow(SOURCE + "s sink(errorHandlingOption: 'allErrors') ~> out", table("t")))
    assert world.listing() == ["in/a.csv"]
    assert metrics(staged)["rejectedRows"] == 5
    assert "left out 5 rows that its table refused" in staged.sinks[0].complaint


def test_rows_change_others_where_each_says_how(world: World) -> None:
    make_strict(world)
    script = SOURCE + (
        "s filter(id != 3) ~> f\nf alterRow(upsertIf(true())) ~> a\n"
        f"a sink(keys: ['id'], insertable: false, upsertable: true, {TOLERANT}) ~> out"
    )
    finished(world, flow(script, table("t")))
    assert world.sql("SELECT * FROM dbo.t ORDER BY id") == [(1, "ann")]
    rows = world.read("bad/out-rejected-run-1.csv").splitlines()[1:]
    assert [row.split(",")[:3] for row in rows] == [["2", "", "UPSERT"], ["-4", "eve", "UPSERT"]]


def test_table_that_refuses_nothing_is_written_once(world: World) -> None:
    world.sql("CREATE TABLE dbo.t (id INTEGER, name VARCHAR)")
    staged = finished(world, flow(SOURCE + f"s sink({TOLERANT}) ~> out", table("t")))
    assert world.sql("SELECT count(*) FROM dbo.t") == [(6,)]
    assert (metrics(staged)["rejectedRows"], world.listing()) == (0, ["in/a.csv"])


def test_error_that_is_not_of_a_row_fails_the_flow(world: World) -> None:
    with pytest.raises(ConnectorError, match="absent"):
        finished(world, flow(SOURCE + f"s sink({TOLERANT}) ~> out", table("absent")))


class _Refusing:
    """A store of one table, which refuses negative ids in the shortest time."""

    dialect = "duckdb"

    def stage(self, *_: object) -> _Refusing:
        return self

    def write(self, batches: pa.RecordBatchReader) -> int:
        ids = batches.read_all().column("id").to_pylist()
        if any(id_ < 0 for id_ in ids):
            raise ConnectorError(Fault("CON-033", "An id is negative", cure="Mend it."))
        return len(ids)

    def discard(self) -> None:
        pass


def test_very_many_refused_rows_fail_the_flow(world: World) -> None:
    world.write("in/a.csv", "id,name\n" + "".join(f"{-n},x\n" for n in range(1, 1_100)))
    made = flow(SOURCE + f"s sink({TOLERANT}) ~> out", table("t"))

    def connect(dataset: ResolvedDataset) -> object:
        return world.connect(dataset) if dataset.location.store == LAKE else _Described(_Refusing())

    with pytest.raises(RunError, match="refuses more than 1000 rows, such as: An id is negative"):
        finished(world, made, connect=connect)


class _Described:
    def __init__(self, store: _Refusing) -> None:
        self.stage = store.stage
        self.dialect = store.dialect

    def describe(self, *_: object) -> None:
        return None
