"""A flow's sinks are committed together: when one fails, every target is as it was, commands and folders included."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from headwater.connectors.folder import FolderFiles
from headwater.connectors.protocol import AnyStore, FileEntry, StagedFile
from headwater.errors import ConnectorError, Fault, RunError
from headwater.plan.resolved import FlowPlan, ResolvedDataset
from headwater.run.engines.flow import staged_flow
from run.engines.flow_world import LAKE, World, files, finished, plan, table

SOURCE = "source(output(id as integer, name as string), allowSchemaDrift: false) ~> s\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.write("in/a.csv", "id,name\n1,ann\n2,bob\n")
    made.write("out/a.csv", "before")
    made.sql("CREATE SCHEMA dbo")
    made.sql("CREATE TABLE dbo.t (id INTEGER, name VARCHAR)")
    made.sql("CREATE TABLE dbo.u (id INTEGER, name VARCHAR)")
    made.sql("INSERT INTO dbo.t VALUES (9, 'before')")
    return made


def flow(script: str, **sinks: ResolvedDataset) -> FlowPlan:
    return plan(SOURCE + script, {"s": files("in/a.csv")}, sinks)


def test_tables_of_one_database_are_written_in_one_transaction(world: World) -> None:
    script = "s sink(saveOrder: 1) ~> first\ns sink(saveOrder: 2, postSQLs: ['SELECT * FROM absent']) ~> second"
    with pytest.raises(ConnectorError, match="absent"):
        finished(world, flow(script, first=table("t"), second=table("u")))
    assert world.sql("SELECT * FROM dbo.t") == [(9, "before")]
    assert world.sql("SELECT * FROM dbo.u") == []


def test_two_sinks_of_one_table_see_each_others_rows(world: World) -> None:
    script = (
        "s alterRow(updateIf(id == 1), insertIf(id == 2)) ~> a\n"
        "s sink(recreate: true, saveOrder: 1) ~> first\n"
        "a derive(name = upper(name)) ~> d\n"
        "d sink(keys: ['id'], insertable: false, updateable: true, saveOrder: 2) ~> second"
    )
    staged = finished(world, flow(script, first=table("t"), second=table("t")))
    assert world.sql("SELECT * FROM dbo.t ORDER BY id") == [(1, "ANN"), (2, "bob")]
    with duckdb.connect(str(world.root / "warehouse.duckdb")) as connection:
        keys = connection.execute("SELECT key FROM headwater.commits ORDER BY key").fetchall()
    assert keys == [("run-1/first",), ("run-1/second",)]
    assert [sink.rows for sink in staged.sinks] == [2, 1]


def test_files_are_taken_back_when_a_table_cannot_be_committed(world: World) -> None:
    script = (
        "s sink(saveOrder: 1) ~> replaced\ns sink(saveOrder: 2) ~> new\n"
        "s sink(saveOrder: 3, postSQLs: ['SELECT * FROM absent']) ~> last"
    )
    with pytest.raises(ConnectorError, match="absent"):
        finished(world, flow(script, replaced=files("out/a.csv"), new=files("out/b.csv"), last=table("t")))
    assert world.listing() == ["in/a.csv", "out/a.csv"]
    assert world.read("out/a.csv") == "before"
    assert world.sql("SELECT * FROM dbo.t") == [(9, "before")]


class Failing(FolderFiles):
    """A folder whose disk is full when a file called `full.csv` is committed or `stuck.csv` is deleted."""

    def stage(self, container: str, path: str) -> StagedFile:  # type: ignore[override]  # another class of the protocol
        return _Full(super().stage(container, path), path)

    def stat(self, container: str, path: str) -> FileEntry | None:
        return super().stat(container, path)

    def delete(self, container: str, path: str) -> None:
        if path.endswith("stuck.csv"):
            raise ConnectorError(Fault("CON-011", f"'{path}' refuses access", cure="Ask."))
        super().delete(container, path)


class _Full:
    def __init__(self, staged: StagedFile, path: str) -> None:
        self._staged = staged
        self._path = path

    def __getattr__(self, name: str) -> object:
        return getattr(self._staged, name)

    def commit(self) -> None:
        if self._path.endswith("full.csv"):
            raise ConnectorError(Fault("CON-013", "The disk has no room left", cure="Make room."))
        self._staged.commit()


def with_failing(world: World) -> object:
    def connect(dataset: ResolvedDataset) -> AnyStore:
        return Failing(world.root / "lake") if dataset.location.store == LAKE else world.connect(dataset)

    return connect


def test_file_that_cannot_be_committed_takes_those_before_it_back(world: World) -> None:
    script = (
        "s sink(saveOrder: 1) ~> replaced\ns sink(saveOrder: 2) ~> table\n"
        "s sink(saveOrder: 3, preCommands: ['mv out/keep.txt out/moved.txt', 'rm in/a.csv']) ~> full"
    )
    world.write("out/keep.txt", "kept")
    sinks = {"replaced": files("out/a.csv"), "table": table("t"), "full": files("out/full.csv")}
    with pytest.raises(ConnectorError) as caught:
        finished(world, flow(script, **sinks), connect=with_failing(world))
    assert [fault.code for fault in caught.value.faults] == ["CON-013"]
    assert world.listing() == ["in/a.csv", "out/a.csv", "out/keep.txt"]
    assert (world.read("out/a.csv"), world.read("out/keep.txt")) == ("before", "kept")
    assert world.sql("SELECT * FROM dbo.t") == [(9, "before")]


def test_what_cannot_be_taken_back_is_told(world: World) -> None:
    script = "s sink(saveOrder: 1) ~> stuck\ns sink(saveOrder: 2) ~> full"
    sinks = {"stuck": files("out/stuck.csv"), "full": files("out/full.csv")}
    with pytest.raises(RunError) as caught:
        finished(world, flow(script, **sinks), connect=with_failing(world))
    assert [(fault.code, fault.message) for fault in caught.value.faults] == [
        ("CON-013", "The disk has no room left"),
        ("RUN-049", "File 'out/stuck.csv' in 'data' cannot be taken back"),
    ]


def test_folders_are_not_cleared_by_a_flow_that_fails(world: World) -> None:
    script = "s sink(saveOrder: 1, truncate: true) ~> first\ns sink(saveOrder: 2) ~> full"
    with pytest.raises(ConnectorError):
        finished(world, flow(script, first=files("out/"), full=files("other/full.csv")), connect=with_failing(world))
    assert world.listing() == ["in/a.csv", "out/a.csv"]


def test_recreated_table_has_the_sinks_types_and_comes_back_when_the_flow_fails(world: World) -> None:
    script = "s derive(price = toDecimal(id, 10, 2), day = toDate('2026-01-01')) ~> d\nd sink(recreate: true) ~> out"
    with staged_flow(flow(script, out=table("t")), world.host()):
        pass
    assert world.sql("SELECT * FROM dbo.t") == [(9, "before")]
    finished(world, flow(script, out=table("t")))
    columns = world.sql("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 't'")
    assert columns == [("id", "INTEGER"), ("name", "VARCHAR"), ("price", "DECIMAL(10,2)"), ("day", "DATE")]


def test_sink_that_fails_alone_is_left_out_where_the_others_go_on(world: World) -> None:
    script = "s sink(saveOrder: 1) ~> absent\ns sink(saveOrder: 2) ~> there"
    staged = finished(world, flow(script, absent=table("absent"), there=table("u")), goes_on=True)
    assert [sink.name for sink in staged.sinks] == ["there"]
    assert {name: error.code for name, error in staged.failed.items()} == {"absent": "CON-031"}
    assert world.sql("SELECT count(*) FROM dbo.u") == [(2,)]


def test_flow_whose_sinks_all_fail_fails(world: World) -> None:
    with pytest.raises(ConnectorError, match="absent"):
        finished(world, flow("s sink() ~> out", out=table("absent")), goes_on=True)


COMMANDS = [
    ("mkdir -p out/new", ["in/a.csv", "out/a.csv", "out/z.csv", "x/1.txt", "x/2.txt"]),
    ("cp x/1.txt /out/one.txt", ["in/a.csv", "out/a.csv", "out/one.txt", "out/z.csv", "x/1.txt", "x/2.txt"]),
    ("cp x/*.txt out/", ["in/a.csv", "out/1.txt", "out/2.txt", "out/a.csv", "out/z.csv", "x/1.txt", "x/2.txt"]),
    ("cp -r x out/", ["in/a.csv", "out/a.csv", "out/x/1.txt", "out/x/2.txt", "out/z.csv", "x/1.txt", "x/2.txt"]),
    ("mv x/*.* y/", ["in/a.csv", "out/a.csv", "out/z.csv", "y/1.txt", "y/2.txt"]),
    ("mv x y", ["in/a.csv", "out/a.csv", "out/z.csv", "y/1.txt", "y/2.txt"]),
    ("mv 'x/1.txt' out", ["in/a.csv", "out/1.txt", "out/a.csv", "out/z.csv", "x/2.txt"]),
    ("rm x/1.txt", ["in/a.csv", "out/a.csv", "out/z.csv", "x/2.txt"]),
    ("rm -r /x", ["in/a.csv", "out/a.csv", "out/z.csv"]),
    ("rm -r -f nothing", ["in/a.csv", "out/a.csv", "out/z.csv", "x/1.txt", "x/2.txt"]),
]


@pytest.mark.parametrize("option", ["preCommands", "postCommands"])
@pytest.mark.parametrize(("command", "listing"), COMMANDS)
def test_commands_change_the_sinks_container(world: World, option: str, command: str, listing: list[str]) -> None:
    world.write("x/1.txt", "1")
    world.write("x/2.txt", "2")
    text = command.replace("'", "\\'")
    finished(world, flow(f"s sink({option}: ['{text}']) ~> out", out=files("out/z.csv")))
    assert world.listing() == listing


def test_commands_come_before_and_after_the_files(world: World) -> None:
    world.write("out/old.csv", "old")
    script = "s sink(preCommands: ['rm -r out'], postCommands: ['cp out/z.csv copies/z.csv']) ~> out"
    finished(world, flow(script, out=files("out/z.csv")))
    assert world.listing() == ["copies/z.csv", "in/a.csv", "out/z.csv"]
    assert world.read("copies/z.csv") == world.read("out/z.csv")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("mv nothing there", "'mv nothing there' finds no file 'nothing'"),
        ("rm nothing", "'rm nothing' finds no file 'nothing'"),
        ("rm x", "'rm x' would remove the folder 'x'"),
        ("cp x y", "'cp x y' finds no file 'x'"),
    ],
)
def test_command_that_does_not_fit_fails_and_nothing_is_written(world: World, command: str, message: str) -> None:
    world.write("x/1.txt", "1")
    script = f"s sink(preCommands: ['rm out/a.csv', '{command}']) ~> out"
    with pytest.raises(RunError) as caught:
        finished(world, flow(script, out=files("out/z.csv")))
    assert (caught.value.code, caught.value.message) == ("RUN-051", message)
    assert world.listing() == ["in/a.csv", "out/a.csv", "x/1.txt"]
