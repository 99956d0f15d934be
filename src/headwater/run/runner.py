"""Starting, waiting for, cancelling and recovering pipeline runs: the one door into `run` for whoever composes it."""

from __future__ import annotations

import logging
import sqlite3
import threading
import uuid
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from sqlalchemy.exc import SQLAlchemyError

from headwater.definition.workspace import Workspace
from headwater.errors import Cancelled, Fault, HeadwaterError, RunError
from headwater.language.expression.ast import Json
from headwater.plan.build import build_plan, find_pipeline
from headwater.plan.plan import Plan
from headwater.run.activities.registry import ACTIVITIES, AnyRunner
from headwater.run.admission import Admission
from headwater.run.attempts import Attempts, Trial
from headwater.run.blocks import in_thread, run_block
from headwater.run.clock import Clock, SystemClock
from headwater.run.control import TrialControl
from headwater.run.database import RunDatabase
from headwater.run.durable import DurableWorkflows
from headwater.run.entries import AttemptEnd, NewRun, StoredRun
from headwater.run.equipment import Connect, Equipment
from headwater.run.events import Listener
from headwater.run.history import RunHistory
from headwater.run.journal import RunJournal
from headwater.run.live import LiveRun, Stopped
from headwater.run.liveness import Lease, is_alive
from headwater.run.lives import LiveRuns, definition_digest, initial_variables, stored_parameters
from headwater.run.perform import Activities
from headwater.run.progress import OnEvent, ignore
from headwater.run.records import ENDED, ActivityError, ActivityStatus, InvokedBy, PipelineRun, RunStatus
from headwater.settings import EngineSettings

_LOOK_AGAIN_S = 0.5
_WATCH_S = 1.0
MANUAL = InvokedBy()
_log = logging.getLogger(__name__)


class Runner:
    """Runs the pipelines of a project's workspaces, each key of `workspaces` being the name that history shows.

    One at a time in a process, since DBOS is one; it is launched when the first run starts. `scratch` is a folder
    that only this project uses. `listeners` hear of each activity's end inside the journal's transaction.
    """

    def __init__(
        self,
        *,
        database: RunDatabase,
        workspaces: Mapping[str, Workspace],
        connect: Connect,
        scratch: Path,
        listeners: Sequence[Listener] = (),
        engine: EngineSettings = EngineSettings(),
        clock: Clock | None = None,
        activities: Mapping[str, AnyRunner] = ACTIVITIES,
    ) -> None:
        self._id = uuid.uuid4().hex
        self._database = database
        self._history = RunHistory(database)
        self._clock = clock or SystemClock()
        self._journal = RunJournal(database, listeners, self._clock.now)
        self._equipment = Equipment(workspaces, connect, engine, scratch, self._clock, self._journal, activities)
        self._lives = LiveRuns(workspaces, self._journal)
        self._attempts = Attempts(self._equipment, self._control_of)
        self._activities = Activities(self._equipment, self._attempts, self._perform)
        self._admission = Admission(self._journal, self._lives, self._is_carried)
        self._leases = database.path.with_suffix(".runners")
        self._opening = threading.Lock()
        self._opened: tuple[DurableWorkflows, Lease] | None = None
        self._closing = threading.Event()

    def start(
        self,
        workspace: str,
        pipeline: str,
        parameters: Mapping[str, Json] | None = None,
        invoked_by: InvokedBy = MANUAL,
        on_event: OnEvent = ignore,
        *,
        run_id: str | None = None,
    ) -> str:
        """Start a pipeline run and return its id. Raises PlanError with all faults; then nothing was started.

        `run_id` is a new uuid of the caller's, who wants to know the id before the run is there.
        """
        plan = build_plan(self._workspace(workspace), pipeline, parameters or {})
        run_id = run_id or str(uuid.uuid4())
        self._begin(run_id, workspace, plan, invoked_by, on_event)
        return run_id

    def wait(self, run_id: str) -> PipelineRun:
        """Return the run once it has ended, wherever it is carried.

        Raises RunError if it is not known, or if it was interrupted and nobody has recovered it.
        """
        while True:
            live = self._lives.get(run_id)
            if live is not None:
                live.done.wait()
            run = self._history.pipeline_run(run_id)
            if run is None:
                raise RunError(
                    Fault(
                        "RUN-011", f"There is no run {run_id}", cure="Monitor in Studio lists the runs with their ids."
                    )
                )
            if run.status in ENDED:
                return run
            stored = self._journal.run(run_id)
            if live is not None or stored is None or not self._is_carried(stored):
                message = f'The run {run_id} of pipeline "{run.pipeline_name}" was interrupted'
                raise RunError(Fault("RUN-010", message, cure="Start again: interrupted runs are recovered and go on."))
            self._closing.wait(_LOOK_AGAIN_S)

    def drain(self) -> None:
        """Return when every run that this process carries has ended, those too that nobody waits for."""
        while lives := self._lives.all():
            for live in lives:
                live.done.wait()

    def cancel(self, run_id: str, *, recursive: bool = True) -> None:
        """Have a run end as Cancelled, with `recursive` also the runs it has invoked. Nothing if it has ended."""
        if recursive:
            for child in self._journal.unfinished():
                if child.invoked_by.pipeline_run_id == run_id:
                    self.cancel(child.run_id)
        stored = self._journal.run(run_id)
        if stored is None:
            raise RunError(
                Fault("RUN-011", f"There is no run {run_id}", cure="Monitor in Studio lists the runs with their ids.")
            )
        if not self._journal.request_cancel(run_id):
            return
        live = self._lives.get(run_id)
        if live is not None:
            live.cancelled.set()
        elif not self._is_carried(stored):
            self._end(run_id, "Cancelled", Cancelled(Fault("RUN-004", "The run was cancelled")))

    def recover(self, on_event: OnEvent = ignore) -> list[str]:
        """Take over the runs of processes that are gone, have them go on, and return their ids."""
        gone = {run.runner_id for run in self._journal.unfinished() if not self._is_carried(run)}
        recovered: list[str] = []
        for runner_id in sorted(gone):
            workflows = self._workflows()
            try:
                lease = Lease(self._leases, runner_id)
            except sqlite3.OperationalError:
                continue  # Another process is at it.
            try:
                run_ids = self._adopt(runner_id, on_event)
                workflows.resume([runner_id], [run_id for run_id in run_ids if self._lives.get(run_id)])
                recovered += run_ids
            finally:
                lease.release()
        return recovered

    def close(self) -> None:
        """Stop. Runs that have not ended are given up and go on when they are recovered."""
        self._closing.set()
        while lives := self._lives.all():
            for live in lives:
                live.stopping.set()
                live.cancelled.set()
                live.done.wait()
        with self._opening:
            if self._opened is not None:
                workflows, lease = self._opened
                workflows.close()
                lease.release()
                self._opened = None

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()

    def _workspace(self, name: str) -> Workspace:
        workspace = self._equipment.workspaces.get(name)
        if workspace is None:
            names = ", ".join(f'"{known}"' for known in sorted(self._equipment.workspaces))
            raise RunError(Fault("RUN-011", f'There is no workspace "{name}"', cure=f"There are: {names}"))
        return workspace

    def _workflows(self) -> DurableWorkflows:
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
                in_thread(self._watch_for_cancels)
            return self._opened[0]

    def _open(self) -> tuple[DurableWorkflows, Lease]:
        database = self._database.path.with_suffix(".workflows.db")
        with ExitStack() as undo:
            try:
                lease = Lease(self._leases, self._id)
                undo.callback(lease.release)
                workflows = DurableWorkflows(database, self._id, self._carry, self._attempt)
            except (OSError, sqlite3.Error, SQLAlchemyError) as error:
                cure = "Check that the project's data folder is there, writable and not full."
                message = f'The workflow database "{database.name}" cannot be opened: {error}'
                raise RunError(Fault("RUN-002", message, cure=cure)) from error
            undo.pop_all()
        return workflows, lease

    def _begin(
        self, run_id: str, workspace: str, plan: Plan, invoked_by: InvokedBy, on_event: OnEvent
    ) -> LiveRun | None:
        workflows = self._workflows()
        pipeline = find_pipeline(plan.workspace, plan.pipeline)
        is_new = self._journal.begin_run(
            NewRun(
                run_id=run_id,
                workspace=workspace,
                pipeline=pipeline.name,
                definition=definition_digest(pipeline),
                parameters=stored_parameters(plan, pipeline),
                invoked_by=invoked_by,
                annotations=pipeline.annotations,
                variables=initial_variables(pipeline.variables),
                runner_id=self._id,
                status="InProgress" if pipeline.concurrency is None else "Queued",
            )
        )
        stored = self._journal.run(run_id)
        if not is_new or stored is None:
            # Carried here already, or ended, or left for a recovery: none of them is started again.
            return self._lives.get(run_id)
        live = self._lives.add(stored, plan, pipeline, on_event)
        workflows.start_run(run_id)
        return live

    def _invoke(self, run_id: str, plan: Plan, invoked_by: InvokedBy, parent: LiveRun) -> LiveRun | None:
        return self._begin(run_id, parent.stored.workspace, plan, invoked_by, parent.on_event)

    def _control_of(self, trial: Trial) -> TrialControl:
        return TrialControl(self._equipment, self._activities, self._invoke, trial)

    def _perform(self, workflow_id: str, run_id: str, iteration: str, activity: str, attempt: int) -> None:
        self._workflows().perform(workflow_id, run_id, iteration, activity, attempt)

    def _carry(self, run_id: str) -> None:
        """The durable workflow of a run."""
        live = self._revive(run_id, ignore)
        if live is None:
            return
        try:
            self._admission.admit(live)
            failure = run_block(self._activities, live, live.plan.steps, "")
        except Cancelled as error:
            self._end(run_id, "Cancelled", error)
        except Stopped:
            return
        except Exception:
            # Whoever waits is told that the run was interrupted; the reason has to stand somewhere.
            _log.exception("Run %s broke and can be recovered", run_id)
            raise
        else:
            self._journal.end_run(run_id, "Failed" if failure else "Succeeded", failure or "")
        finally:
            self._lives.remove(live)

    def _attempt(self, run_id: str, iteration: str, activity: str, attempt: int) -> None:
        """The durable workflow of an attempt."""
        live = self._revive(run_id, ignore)
        if live is None:
            return
        try:
            self._attempts.run(live, live.steps[activity].activity, iteration, attempt)
        except Stopped:
            # The attempt is open in the journal, which is all that a recovery needs.
            return

    def _revive(self, run_id: str, on_event: OnEvent) -> LiveRun | None:
        """Return the live run, or None if there is nothing to carry on; a run that cannot go on is ended here."""
        try:
            return self._lives.revive(run_id, on_event)
        except HeadwaterError as error:
            self._end(run_id, "Failed", error)
            return None

    def _adopt(self, runner_id: str, on_event: OnEvent) -> list[str]:
        run_ids = [run.run_id for run in self._journal.unfinished() if run.runner_id == runner_id]
        for run_id in run_ids:
            self._journal.adopt(run_id, self._id)
            self._revive(run_id, on_event)
        return run_ids

    def _end(self, run_id: str, status: RunStatus, error: HeadwaterError) -> None:
        """End a run before its time, and with it the attempts that an earlier process left open."""
        outcome: ActivityStatus = "Cancelled" if status == "Cancelled" else "Failed"
        for attempt in self._journal.open_attempts(run_id):
            shown = ActivityError(error.code, error.message, "SystemError", attempt.activity, str(error))
            self._journal.end_attempt(attempt.activity_run_id, AttemptEnd(outcome, error=shown))
        self._journal.end_run(run_id, status, error.message)

    def _is_carried(self, run: StoredRun) -> bool:
        """Say whether a live process, maybe this one, carries the run."""
        return run.runner_id == self._id or is_alive(self._leases, run.runner_id)

    def _watch_for_cancels(self) -> None:
        """Hear what other processes ask of the runs of this one."""
        while not self._closing.wait(_WATCH_S):
            for run in self._journal.unfinished("Canceling"):
                if live := self._lives.get(run.run_id):
                    live.cancelled.set()
