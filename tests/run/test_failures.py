"""What goes wrong in a run, and what the run then says: user errors, system errors, time, cancelling, secrets."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.errors import Cancelled, Fault, PlanError, RunError
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Surroundings
from headwater.run.activities.registry import ACTIVITIES
from headwater.run.clock import SystemClock
from headwater.run.database import RunDatabase
from headwater.run.events import ActivityEnded
from headwater.run.progress import ActivityFinished, ActivityStarted, RunEvent
from headwater.run.records import PipelineRun, RunQuery
from run.pipelines import Project, activity, fail, pipeline, set_variable, wait, workspace


@dataclass(frozen=True)
class Raising:
    """An activity type that raises."""

    error: Exception

    def plan(self, activity: Activity, workspace: Workspace, context: Context) -> None:
        return None

    def input(self, plan: None) -> Mapping[str, Json]:
        return {"some": "input"}

    def sinks(self, plan: None) -> Mapping[str, ResolvedDataset]:
        return {}

    def run(self, plan: None, surroundings: Surroundings) -> ActivityResult:
        raise self.error


@dataclass(frozen=True)
class UntilCancelled(Raising):
    """An activity type that works until it is told to stop, like a long copy."""

    begun: threading.Event

    def run(self, plan: None, surroundings: Surroundings) -> ActivityResult:
        self.begun.set()
        while not surroundings.cancelled():
            pass
        raise Cancelled(Fault("RUN-004", "stopped"))


ONE_WAIT = workspace({"main": pipeline(wait("A"))})


def one_run(folder: Path, error: Exception) -> tuple[str, str, str, str]:
    with Project(folder, ONE_WAIT, activities={**ACTIVITIES, "Wait": Raising(error)}) as project:
        run = project.run("main")
        found = project.activities(run)["A"].error
        return run.status, found.error_code, found.failure_type, found.message


def test_full_disk_is_a_system_error_that_says_so(tmp_path: Path) -> None:
    error = OSError(errno.ENOSPC, "No space left on device", "/data/out.csv")
    status, code, failure, message = one_run(tmp_path, error)
    assert (status, code, failure) == ("Failed", "RUN-005", "SystemError")
    assert message == 'The system refused: No space left on device: "out.csv"'


def test_unforeseen_error_fails_the_activity_not_the_runner(tmp_path: Path) -> None:
    status, code, failure, message = one_run(tmp_path, KeyError("surprise"))
    assert (status, code, failure) == ("Failed", "RUN-006", "SystemError")
    assert "KeyError" in message


def test_fault_of_a_store_is_a_user_error_with_its_code(tmp_path: Path) -> None:
    status, code, failure, message = one_run(tmp_path, RunError(Fault("CON-010", "no such file", cure="Look again.")))
    assert (status, code, failure, message) == ("Failed", "CON-010", "UserError", "no such file")


def test_run_database_without_room_is_told_when_a_run_starts(tmp_path: Path) -> None:
    def no_more_room(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    long = {"text": {"type": "String", "defaultValue": "x" * 100_000}}
    with Project(tmp_path, workspace({"main": pipeline(wait("A"), variables=long)})) as project:
        project.database.engine.dispose()
        sa.event.listen(project.database.engine, "connect", no_more_room)
        with pytest.raises(RunError, match="database or disk is full") as raised:
            project.run("main")
        assert raised.value.code == "RUN-005"
        assert _all_runs(project) == []


def test_workflow_database_that_is_none_is_told_when_a_run_starts(tmp_path: Path) -> None:
    (tmp_path / "runs.workflows.db").mkdir()
    with Project(tmp_path, ONE_WAIT) as project:
        with pytest.raises(RunError, match="workflow database") as raised:
            project.run("main")
        assert raised.value.code == "RUN-002"


def test_timeout_fails_the_activity(tmp_path: Path) -> None:
    loaded = workspace({"main": pipeline(wait("A", 3600, policy={"timeout": "0.00:10:00"}))})
    with Project(tmp_path, loaded) as project:
        run = project.run("main")
        found = project.activities(run)["A"]
    assert (found.status, found.error.error_code) == ("Failed", "RUN-007")
    assert found.duration_in_ms is not None
    assert found.duration_in_ms < 3600_000


def test_cancel_ends_a_long_wait_and_starts_nothing_more(tmp_path: Path) -> None:
    loaded = workspace({"main": pipeline(wait("A", 3600), wait("B", after={"A": "Completed"}))})
    begun = threading.Event()
    with Project(tmp_path, loaded, clock=SystemClock()) as project:
        run_id = project.runner.start("sales", "main", on_event=lambda _: begun.set())
        begun.wait()
        project.runner.cancel(run_id)
        run = project.runner.wait(run_id)
        assert (run.status, project.statuses(run)) == ("Cancelled", {"A": "Cancelled"})


def test_cancel_reaches_an_activity_that_looks_for_it(tmp_path: Path) -> None:
    begun = threading.Event()
    activities = {**ACTIVITIES, "Wait": UntilCancelled(AssertionError(), begun)}
    with Project(tmp_path, ONE_WAIT, clock=SystemClock(), activities=activities) as project:
        run_id = project.runner.start("sales", "main")
        begun.wait()
        project.runner.cancel(run_id)
        assert project.runner.wait(run_id).status == "Cancelled"


def test_cancel_reaches_the_runs_that_were_invoked(tmp_path: Path) -> None:
    reference = {"referenceName": "child", "type": "PipelineReference"}
    parent = pipeline(activity("Call", "ExecutePipeline", {"pipeline": reference, "waitOnCompletion": True}))
    loaded = workspace({"main": parent, "child": pipeline(wait("A", 3600))})
    waiting = threading.Event()

    def watch(event: RunEvent) -> None:
        if isinstance(event, ActivityStarted) and event.ids.activity == "A":
            waiting.set()

    with Project(tmp_path, loaded, clock=SystemClock()) as project:
        run_id = project.runner.start("sales", "main", on_event=watch)
        waiting.wait()
        project.runner.cancel(run_id)
        run = project.runner.wait(run_id)
        project.runner.drain()
        ended = {one.pipeline_name: one.status for one in _all_runs(project)}
    assert run.status == "Cancelled"
    assert ended == {"main": "Cancelled", "child": "Cancelled"}


def test_close_gives_up_runs_which_go_on_when_recovered(tmp_path: Path) -> None:
    loaded = workspace({"main": pipeline(wait("A", 3600), wait("B", after={"A": "Succeeded"}))})
    begun = threading.Event()
    with Project(tmp_path, loaded, clock=SystemClock()) as project:
        run_id = project.runner.start("sales", "main", on_event=lambda _: begun.set())
        begun.wait()
    # The second project's clock lets the wait be over at once.
    with Project(tmp_path, loaded) as project:
        assert project.runner.recover() == [run_id]
        run = project.runner.wait(run_id)
        runs = project.history.activity_runs(run_id)
    assert run.status == "Succeeded"
    assert [(one.activity_name, one.status) for one in runs] == [("A", "Succeeded"), ("B", "Succeeded")]


def test_interrupted_run_can_be_cancelled_without_recovering(tmp_path: Path) -> None:
    loaded = workspace({"main": pipeline(wait("A", 3600))})
    run_id = _interrupted(tmp_path, loaded)
    with Project(tmp_path, loaded) as project:
        project.runner.cancel(run_id)
        run = project.runner.wait(run_id)
        assert (run.status, project.statuses(run)) == ("Cancelled", {"A": "Cancelled"})
        assert project.runner.recover() == []


def test_interrupted_run_that_nobody_recovers_is_not_waited_for(tmp_path: Path) -> None:
    loaded = workspace({"main": pipeline(wait("A", 3600))})
    run_id = _interrupted(tmp_path, loaded)
    with Project(tmp_path, loaded) as project, pytest.raises(RunError, match="was interrupted"):
        project.runner.wait(run_id)


def test_run_of_another_process_can_be_cancelled_and_waited_for(tmp_path: Path) -> None:
    loaded = workspace({"main": pipeline(wait("A", 3600))})
    begun = threading.Event()
    with Project(tmp_path, loaded, clock=SystemClock()) as carrying, Project(tmp_path, loaded) as other:
        run_id = carrying.runner.start("sales", "main", on_event=lambda _: begun.set())
        begun.wait()
        other.runner.cancel(run_id)
        assert other.runner.wait(run_id).status == "Cancelled"


def test_recovered_run_of_a_changed_pipeline_fails_and_says_so(tmp_path: Path) -> None:
    run_id = _interrupted(tmp_path, workspace({"main": pipeline(wait("A", 3600))}))
    with Project(tmp_path, workspace({"main": pipeline(wait("Other", 3600))})) as project:
        project.runner.recover()
        run = project.runner.wait(run_id)
        assert project.statuses(run) == {"A": "Failed"}
    assert (run.status, run.message) == ("Failed", 'Pipeline "main" was changed while its run was interrupted')


SECURE = workspace(
    {
        "main": pipeline(
            wait("A", "@pipeline().parameters.seconds"),
            set_variable("B", "text", "@concat('key=', pipeline().parameters.key)", {"A": "Succeeded"}),
            set_variable("C", "text", "@activity('B').output.value", {"B": "Succeeded"}),
            fail("D", "@concat('cannot use ', variables('text'))", {"C": "Succeeded"}),
            parameters={"key": {"type": "SecureString"}, "seconds": {"type": "int"}},
            variables={"text": {"type": "String"}},
        )
    }
)


def test_secure_parameter_shows_up_nowhere_in_history(tmp_path: Path) -> None:
    seen: list[ActivityEnded] = []
    with Project(tmp_path, SECURE, [lambda _, event: seen.append(event)]) as project:
        run = project.run("main", {"key": "s3cret", "seconds": 0})
        activities = project.history.activity_runs(run.run_id)
        tables = _dump(project.database, "pipeline_runs", "activity_runs.input", "activity_runs.output")
    assert run.parameters == {"key": "***", "seconds": "0"}
    assert activities[1].output == {"name": "text", "value": "key=***"}
    assert activities[3].error.message == "cannot use key=***"
    assert "s3cret" not in f"{run}{activities}{seen}{tables}"


def test_secure_parameter_is_passed_on_as_it_is(tmp_path: Path) -> None:
    with Project(tmp_path, SECURE) as project:
        run = project.run("main", {"key": "s3cret", "seconds": 0})
        statement = "SELECT value FROM pipeline_run_variables WHERE pipeline_run_id = ?"
        with project.database.reading() as connection:
            (value,) = connection.exec_driver_sql(statement, (run.run_id,)).one()
    assert value == '"key=s3cret"'


def test_interrupted_run_with_a_secret_fails_when_recovered(tmp_path: Path) -> None:
    run_id = _interrupted(tmp_path, SECURE, {"key": "s3cret", "seconds": 3600})
    with Project(tmp_path, SECURE) as project:
        project.runner.recover()
        run = project.runner.wait(run_id)
    assert run.status == "Failed"
    assert 'secure parameters "key" are not kept' in run.message


def test_secure_policy_masks_input_and_output_but_not_the_value(tmp_path: Path) -> None:
    policy = {"policy": {"secureInput": True, "secureOutput": True}}
    first = activity("A", "SetVariable", {"variableName": "text", "value": "hush"}, **policy)
    then = set_variable("B", "copy", "@toUpper(activity('A').output.value)", {"A": "Succeeded"})
    variables = {"text": {"type": "String"}, "copy": {"type": "String"}}
    with Project(tmp_path, workspace({"main": pipeline(first, then, variables=variables)})) as project:
        activities = project.activities(project.run("main"))
    assert activities["A"].input == {"secureInput": "***"}
    assert activities["A"].output == {"secureOutput": "***"}
    assert activities["B"].output["value"] == "HUSH"


def test_listener_that_fails_is_undone_alone(tmp_path: Path) -> None:
    def broken(connection: sa.Connection, event: ActivityEnded) -> None:
        connection.exec_driver_sql("CREATE TABLE half_done (x)")
        raise ValueError("listener")

    def sound(connection: sa.Connection, event: ActivityEnded) -> None:
        connection.exec_driver_sql("CREATE TABLE done (x)")

    with Project(tmp_path, ONE_WAIT, [broken, sound]) as project:
        assert project.run("main").status == "Succeeded"
        names = sa.inspect(project.database.engine).get_table_names()
    assert "done" in names
    assert "half_done" not in names


def test_watcher_that_fails_does_not_disturb_the_run(tmp_path: Path) -> None:
    def broken(event: RunEvent) -> None:
        raise ValueError("watcher")

    with Project(tmp_path, ONE_WAIT) as project:
        assert project.runner.wait(project.runner.start("sales", "main", on_event=broken)).status == "Succeeded"


def test_watcher_hears_of_start_and_end(tmp_path: Path) -> None:
    events: list[RunEvent] = []
    with Project(tmp_path, ONE_WAIT) as project:
        project.runner.wait(project.runner.start("sales", "main", on_event=events.append))
    assert [type(event) for event in events] == [ActivityStarted, ActivityFinished]


def test_nothing_is_started_with_bad_parameters(tmp_path: Path) -> None:
    with Project(tmp_path, SECURE) as project:
        with pytest.raises(PlanError) as raised:
            project.runner.start("sales", "main", {"kee": 1, "seconds": "soon"})
        assert sorted(fault.code for fault in raised.value.faults) == ["PLN-002", "PLN-003", "PLN-004"]
        assert _all_runs(project) == []


def test_run_of_a_given_id_is_started_once(tmp_path: Path) -> None:
    given = "0d9c2f4e-0000-4000-8000-000000000001"
    with Project(tmp_path, ONE_WAIT) as project:
        for _ in range(2):
            assert project.runner.start("sales", "main", run_id=given) == given
            assert project.runner.wait(given).status == "Succeeded"
        assert len(_all_runs(project)) == 1
        assert len(project.history.activity_runs(given)) == 1


def test_interrupted_run_of_a_given_id_is_left_for_recovery(tmp_path: Path) -> None:
    loaded = workspace({"main": pipeline(wait("A", 3600))})
    run_id = _interrupted(tmp_path, loaded)
    with Project(tmp_path, loaded) as project:
        project.runner.start("sales", "main", run_id=run_id)
        with pytest.raises(RunError, match="was interrupted"):
            project.runner.wait(run_id)
        assert project.runner.recover() == [run_id]
        assert project.runner.wait(run_id).status == "Succeeded"


def test_invoked_run_that_was_interrupted_goes_on_with_its_parent(tmp_path: Path) -> None:
    reference = {"referenceName": "child", "type": "PipelineReference"}
    call = activity("Call", "ExecutePipeline", {"pipeline": reference, "waitOnCompletion": True})
    loaded = workspace({"main": pipeline(call), "child": pipeline(wait("A", 3600))})
    begun = threading.Event()

    def watch(event: RunEvent) -> None:
        if isinstance(event, ActivityStarted) and event.ids.activity == "A":
            begun.set()

    with Project(tmp_path, loaded, clock=SystemClock()) as project:
        run_id = project.runner.start("sales", "main", on_event=watch)
        begun.wait()
    with Project(tmp_path, loaded) as project:
        assert len(project.runner.recover()) == 2
        assert project.runner.wait(run_id).status == "Succeeded"
        assert {run.status for run in _all_runs(project)} == {"Succeeded"}
        assert len(_all_runs(project)) == 2


def test_unknown_workspace_and_run_are_refused_by_name(tmp_path: Path) -> None:
    with Project(tmp_path, ONE_WAIT) as project:
        with pytest.raises(RunError, match='no workspace "sale"'):
            project.runner.start("sale", "main")
        with pytest.raises(RunError, match="no run nobody"):
            project.runner.wait("nobody")


def test_second_runner_in_a_process_is_refused(tmp_path: Path) -> None:
    with Project(tmp_path / "a", ONE_WAIT) as first, Project(tmp_path / "b", ONE_WAIT) as second:
        first.run("main")
        with pytest.raises(RunError, match="another runner"):
            second.run("main")


def _interrupted(folder: Path, loaded: Workspace, parameters: Mapping[str, object] | None = None) -> str:
    begun = threading.Event()
    with Project(folder, loaded, clock=SystemClock()) as project:
        run_id = project.runner.start("sales", "main", parameters, on_event=lambda _: begun.set())  # type: ignore[arg-type]  # JSON
        begun.wait()
    return run_id


def _all_runs(project: Project) -> list[PipelineRun]:
    return list(project.history.query_pipeline_runs(RunQuery()).value)


def _dump(database: RunDatabase, *names: str) -> str:
    texts = []
    with database.reading() as connection:
        for name in names:
            table, _, column = name.partition(".")
            rows = connection.exec_driver_sql(f"SELECT {column or '*'} FROM {table}").fetchall()
            texts.append(str(rows))
    return "".join(texts)
