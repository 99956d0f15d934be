"""ExecuteDataFlow as the runner calls it: what it announces, prepares, commits and says."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from headwater.connectors.protocol import AnyStore
from headwater.connectors.registry import connect
from headwater.definition.workspace import Workspace
from headwater.errors import ConnectorError, RunError
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.plan.resolved import FlowPlan, ResolvedDataset
from headwater.run.activities.execute_data_flow import ExecuteDataFlowRunner
from headwater.run.activities.protocol import (
    ActivityResult,
    Control,
    Ids,
    Resumption,
    SinkToken,
    Surroundings,
)
from headwater.run.events import Movement
from headwater.run.masking import json_from
from headwater.settings import Binding, EngineSettings
from plan.data_flow_workspace import activity, file_dataset, workspace

SCRIPT = """source(output(id as integer, name as string), allowSchemaDrift: false) ~> s
s filter(id > 1) ~> f
f derive(upper = upper(name), fresh = 1) ~> d
d sink(partitionFileNames: ['named.csv'], saveOrder: 1) ~> named
s aggregate(n = count(1)) ~> g
g sink(saveOrder: 2) ~> counted"""
SINKS = ("named", "counted")


class NoControl(Control):
    """A data flow asks nothing of the runner."""


class World:
    """A lake in a folder, and everything that the activity told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "lake/data/in").mkdir(parents=True)
        (root / "lake/data/in/s.csv").write_text("id,name\n1,ann\n2,bob\n3,eve\n")
        (root / "scratch").mkdir()
        self.announced: list[Movement] = []
        self.tokens: list[SinkToken] = []
        self.result: ActivityResult | None = None
        self.files_when_prepared: list[str] = []
        self.progress: list[int] = []
        self.fails_to_prepare = False

    def prepared(self, tokens: Sequence[SinkToken], result: ActivityResult) -> None:
        self.files_when_prepared = self.files()
        if self.fails_to_prepare:
            raise OSError(28, "No space left on device")
        self.tokens, self.result = list(tokens), result

    def files(self) -> list[str]:
        lake = self.root / "lake/data"
        return sorted(path.relative_to(lake).as_posix() for path in lake.rglob("*.csv"))

    def connect(self, dataset: ResolvedDataset) -> AnyStore:
        return connect(dataset.location.store, {}, Binding(url="folder:lake"), self.root)

    def surroundings(self, made: Workspace, resumption: Resumption | None = None) -> Surroundings:
        now = datetime.datetime(2013, 1, 1, tzinfo=datetime.UTC)
        return Surroundings(
            workspace=made,
            ids=Ids("sales", "Main", "run", "act-1", "RunFlow", 0, "", now),
            connect=self.connect,
            engine=EngineSettings(memory_limit="256MB", threads=1),
            scratch=self.root / "scratch",
            progress=lambda told: self.progress.append(told.rows),
            announce=self.announced.extend,
            cancelled=lambda: False,
            checkpoint=self,
            control=NoControl(),
            resumption=resumption,
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def made() -> Workspace:
    datasets = (file_dataset("s", "in", "s.csv"), file_dataset("out", "out"), file_dataset("count", "out", "count.csv"))
    return workspace(SCRIPT, {"s": "s"}, {"named": "out", "counted": "count"}, {"traceLevel": "Fine"}, datasets)


def planned(made: Workspace) -> FlowPlan:
    return ExecuteDataFlowRunner().plan(activity(made), made, Context())


def run(world: World, made: Workspace, resumption: Resumption | None = None) -> ActivityResult:
    return ExecuteDataFlowRunner().run(planned(made), world.surroundings(made, resumption))


def test_input_says_what_runs_with_which_values(made: Workspace) -> None:
    flow: Json = {"referenceName": "Flow", "type": "DataFlowReference", "parameters": {}}
    assert ExecuteDataFlowRunner().input(planned(made)) == {"dataflow": flow, "traceLevel": "Fine"}


def test_tokens_are_prepared_before_anything_is_visible(world: World, made: Workspace) -> None:
    result = run(world, made)
    assert world.files_when_prepared == ["in/s.csv"]
    assert [token.sink for token in world.tokens] == ["named", "counted"]
    assert world.result == result
    assert world.files() == ["in/s.csv", "out/count.csv", "out/named.csv"]


def test_failing_checkpoint_leaves_nothing_behind(world: World, made: Workspace) -> None:
    world.fails_to_prepare = True
    with pytest.raises(OSError, match="No space"):
        run(world, made)
    assert world.files() == ["in/s.csv"]


def test_movements_have_inputs_counts_edges_and_steps(world: World, made: Workspace) -> None:
    named, counted = run(world, made).movements
    assert [(read.name, read.dataset, read.rows, read.schema.names) for read in named.inputs] == [
        ("s", "s", 3, ("id", "name"))
    ]
    assert (named.sink.name, named.sink.rows, named.sink.schema.names) == ("named", 2, ("id", "name", "upper", "fresh"))
    assert getattr(named.sink.location, "path", None) == "out/named.csv"
    assert [str(edge) for edge in named.edges] == [
        "s.id -> id  [DIRECT IDENTITY]",
        "s.name -> name  [DIRECT IDENTITY]",
        "s.name -> upper  [DIRECT TRANSFORMATION: upper(name)]",
        "s.id -> *  [INDIRECT FILTER: id > 1]",
    ]
    assert [(step.name, step.kind, step.rows) for step in named.steps] == [
        ("s", "source", 3),
        ("f", "filter", 2),
        ("d", "derive", 2),
        ("named", "sink", 2),
    ]
    assert (counted.sink.rows, counted.edges) == (1, ())


def test_output_has_metrics_and_lineage_of_every_sink(world: World, made: Workspace) -> None:
    status = run(world, made).output["runStatus"]
    assert isinstance(status, dict)
    metrics = status["metrics"]["named"]
    assert (metrics["rowsWritten"], metrics["sources"], metrics["format"]) == (
        2,
        {"s": {"rowsRead": 3}},
        "delimitedtext",
    )
    from_name = [{"source": "s", "columns": ["name"]}]
    assert status["profile"]["named"] == {
        "computed": [{"source": "s", "columns": ["id"]}],
        "lineage": {
            "id": {"mapped": True, "from": [{"source": "s", "columns": ["id"]}]},
            "name": {"mapped": True, "from": from_name},
            "upper": {"mapped": False, "from": from_name},
            "fresh": {"mapped": False, "from": []},
        },
        "dropped": 0,
        "drifted": 0,
        "newer": 2,
        "total": 4,
        "updated": 0,
    }
    assert status["dsl"].splitlines()[:2] == ["source() ~> s", "s filter() ~> f"]


def test_stage_tells_of_every_stream_and_of_the_files_of_its_sink(world: World) -> None:
    status = run(world, spread()).output["runStatus"]
    assert isinstance(status, dict)
    (stage,) = status["metrics"]["named"]["stages"]
    files = [(world.root / f"lake/data/out/n{n}.csv").stat().st_size for n in (1, 2)]
    assert {name: value for name, value in stage.items() if name not in ("time", "partitionTimes")} == {
        "stage": 0,
        "recordsRead": 3,
        "recordsWritten": 3,
        "bytesRead": len("id,name\n1,ann\n2,bob\n3,eve\n"),
        "bytesWritten": sum(files),
        "target": "named",
        "partitionStatus": "Success",
        "progressState": "Completed",
        "streams": {
            "s": _stream("source", [3]),
            "named": _stream("sink", [2, 1]),
        },
    }
    assert stage["partitionTimes"] == [stage["time"]]


def _stream(verb: str, counts: list[int]) -> dict[str, object]:
    told = {"type": verb, "count": sum(counts), "cached": False, "totalPartitions": len(counts)}
    return {**told, "partitionCounts": counts, "partitionStatus": "Success"}


def test_failed_run_has_announced_what_it_would_have_written(world: World, made: Workspace) -> None:
    (world.root / "lake/data/out/count.csv").mkdir(parents=True)
    with pytest.raises(ConnectorError):
        run(world, made)
    assert [(movement.sink.name, movement.sink.rows) for movement in world.announced] == [
        ("named", None),
        ("counted", None),
    ]
    assert not (world.root / "lake/data/out/named.csv").exists()


def test_resumed_run_writes_only_what_is_not_committed(world: World, made: Workspace) -> None:
    first = run(world, made)
    (world.root / "lake/data/out/count.csv").unlink()
    (world.root / "lake/data/out/named.csv").write_text("committed")
    again = run(world, made, Resumption(frozenset({"named"}), first))
    assert (world.root / "lake/data/out/named.csv").read_text() == "committed"
    assert (world.root / "lake/data/out/count.csv").read_text() == "n\n3\n"
    assert [movement.sink.name for movement in again.movements] == ["named", "counted"]
    assert again.movements[0] == first.movements[0]


def test_resumed_run_with_everything_committed_returns_what_was_prepared(world: World, made: Workspace) -> None:
    first = run(world, made)
    (world.root / "lake/data/in/s.csv").unlink()
    assert run(world, made, Resumption(frozenset(SINKS), first, is_complete=True)) == first


def test_absent_source_fails_the_activity(world: World, made: Workspace) -> None:
    (world.root / "lake/data/in/s.csv").unlink()
    with pytest.raises(RunError, match="Source 's' finds no file 'in/s"):
        run(world, made)


def test_progress_counts_the_rows_that_are_staged(world: World, made: Workspace) -> None:
    run(world, made)
    assert world.progress == [2, 3]


SPREAD = """source(output(id as integer, name as string), allowSchemaDrift: false, purgeFiles: true) ~> s
s sink(partitionBy('roundRobin', 2), filePattern: 'n[n].csv', truncate: true) ~> named
s sink(partitionFileNames: ['count.csv']) ~> counted"""


def spread() -> Workspace:
    datasets = (file_dataset("s", "in", "s.csv"), file_dataset("out", "out"), file_dataset("count", "other"))
    return workspace(SPREAD, {"s": "s"}, {"named": "out", "counted": "count"}, datasets=datasets)


def test_every_file_has_a_token_and_tasks_follow_the_commits(world: World) -> None:
    (world.root / "lake/data/out").mkdir()
    (world.root / "lake/data/out/old.csv").write_text("old")
    result = run(world, spread())
    assert [token.sink for token in world.tokens] == ["named", "named", "counted"]
    assert world.files_when_prepared == ["in/s.csv", "out/old.csv"]
    assert [(task.stream, task.path, task.target) for task in result.tasks] == [
        ("named", "out/old.csv", None),
        ("s", "in/s.csv", None),
    ]
    assert world.files() == ["other/count.csv", "out/n1.csv", "out/n2.csv"]


def test_tasks_that_a_killed_process_left_undone_are_done_by_the_next(world: World) -> None:
    (world.root / "lake/data/out").mkdir()
    (world.root / "lake/data/out/old.csv").write_text("old")
    first = run(world, spread())
    (world.root / "lake/data/in/s.csv").write_text("id,name\n")
    (world.root / "lake/data/out/old.csv").write_text("old")
    assert run(world, spread(), Resumption(frozenset({"named", "counted"}), first, is_complete=True)) == first
    assert world.files() == ["other/count.csv", "out/n1.csv", "out/n2.csv"]


def test_tasks_of_committed_sinks_are_kept_by_a_run_that_writes_the_rest(world: World) -> None:
    (world.root / "lake/data/out").mkdir()
    (world.root / "lake/data/out/old.csv").write_text("old")
    source = (world.root / "lake/data/in/s.csv").read_text()
    first = run(world, spread())
    (world.root / "lake/data/in/s.csv").write_text(source)
    (world.root / "lake/data/out/old.csv").write_text("old")
    again = run(world, spread(), Resumption(frozenset({"named"}), first))
    assert set(again.tasks) == set(first.tasks)
    assert world.files() == ["other/count.csv", "out/n1.csv", "out/n2.csv"]


def test_sink_that_fails_is_told_of_where_the_others_go_on(world: World) -> None:
    datasets = (file_dataset("s", "in", "s.csv"), file_dataset("out", "out"), file_dataset("count", "out", "count.csv"))
    ends = {"named": "out", "counted": "count"}
    made = workspace(SCRIPT, {"s": "s"}, ends, {"continueOnError": True, "runConcurrently": True}, datasets)
    (world.root / "lake/data/out/count.csv").mkdir(parents=True)
    status = run(world, made).output["runStatus"]
    assert isinstance(status, dict)
    told = status["metrics"]["counted"]
    assert (told["progressState"], told["rowsWritten"]) == ("Failed", 0)
    assert "count.csv" in told["message"]
    assert status["metrics"]["named"]["progressState"] == "Completed"
    assert [movement.sink.name for movement in world.announced] == ["named", "counted"]


class WithTables(World):
    """A lake in a folder and a warehouse in a DuckDB file."""

    def connect(self, dataset: ResolvedDataset) -> AnyStore:
        if dataset.location.store.kind == "AzureBlobFS":
            return super().connect(dataset)
        return connect(dataset.location.store, {}, Binding(url="duckdb:db.duckdb"), self.root)


def test_flow_fails_at_last_where_its_table_refused_rows(tmp_path: Path) -> None:
    world = WithTables(tmp_path)
    with duckdb.connect(str(tmp_path / "db.duckdb")) as connection:
        connection.execute("CREATE SCHEMA dbo").fetchall()
        connection.execute("CREATE TABLE dbo.totals (id INTEGER CHECK (id <> 2), name VARCHAR)").fetchall()
    script = (
        "source(output(id as integer, name as string), allowSchemaDrift: false) ~> s\n"
        "s sink(errorHandlingOption: 'allErrors', outputRejectedData: true, rejectedData_container: 'data') ~> out"
    )
    made = workspace(script, {"s": "orders"}, {"out": "totals"}, rejects="ls_lake")
    (tmp_path / "lake/data/in/s.csv").rename(tmp_path / "lake/data/in/orders.csv")
    with pytest.raises(RunError, match="Sink 'out' left out 1 rows that its table refused") as caught:
        run(world, made)
    assert caught.value.code == "RUN-050"
    with duckdb.connect(str(tmp_path / "db.duckdb")) as connection:
        assert connection.execute("SELECT id FROM dbo.totals").fetchall() == [(1,), (3,)]
    assert world.files() == ["in/orders.csv", "out-rejected-act-1.csv"]


NEW = """source(output(id as integer, name as string), allowSchemaDrift: false, enableCdc: true) ~> s
s sink(partitionFileNames: ['count.csv']) ~> counted"""


@pytest.mark.parametrize(("settings", "key"), [({}, ""), ({"customizedCheckpointKey": "mine"}, "mine")])
def test_what_is_new_is_noted_under_the_checkpoints_key(world: World, settings: Json, key: str) -> None:
    datasets = (file_dataset("s", "in", "s.csv"), file_dataset("count", "out"))
    made = workspace(NEW, {"s": "s"}, {"counted": "count"}, {"continuationSettings": settings}, datasets)
    asked: list[str] = []
    surroundings = world.surroundings(made)
    first = ExecuteDataFlowRunner().run(planned(made), replace(surroundings, notes=lambda key: asked.append(key) or {}))
    (note,) = first.notes
    assert (asked, note.source, note.key) == ([key], "s", key)
    known = {"s": {name: json_from(value) for name, value in note.note.items()}}
    again = ExecuteDataFlowRunner().run(planned(made), replace(surroundings, notes=lambda _: known))
    assert (world.root / "lake/data/out/count.csv").read_text() == "id,name\n"
    assert again.notes == first.notes
