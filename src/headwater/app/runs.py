"""The project's runner, put together; and what a run came to, with its lineage beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from headwater.app.reports import MOVING_TYPES, ActivityReport, RunReport
from headwater.connectors.protocol import AnyStore
from headwater.connectors.registry import connect
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, Place, RunError
from headwater.language.expression.ast import Json
from headwater.lineage import report
from headwater.lineage.outbox import Reporting, subscribe
from headwater.plan.resolved import ResolvedDataset
from headwater.run.database import RunDatabase
from headwater.run.history import RunHistory
from headwater.run.ids import invoked_run_id
from headwater.run.progress import RunEvent
from headwater.run.records import ActivityRun
from headwater.run.runner import Runner
from headwater.settings import Project

Observer: TypeAlias = Callable[[RunEvent], None]


class LoadedWhenAsked(Mapping[str, Workspace]):
    """The workspaces of a project by name; one that nobody runs is never read."""

    def __init__(self, project: Project, load: Callable[[str], Workspace]) -> None:
        self._names = tuple(project.settings.workspaces)
        self._load = load

    def __getitem__(self, name: str) -> Workspace:
        if name not in self._names:
            raise KeyError(name)
        return self._load(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Runs:
    """Starts, watches and reports the runs of a project's workspaces."""

    def __init__(
        self,
        project: Project,
        database: RunDatabase,
        workspace: Callable[[str], Workspace],
        reporting: Callable[[str], Reporting | None],
    ) -> None:
        self._project = project
        self._database = database
        self._history = RunHistory(database)
        self._observer: Observer | None = None
        self._runner = Runner(
            database=database,
            workspaces=LoadedWhenAsked(project, workspace),
            connect=self._connect,
            scratch=project.data / "scratch",
            listeners=(subscribe(reporting),),
            engine=project.settings.engine,
        )

    def watch(self, observer: Observer) -> None:
        """Tell this observer what happens in the runs that are started or recovered from now on."""
        self._observer = observer

    def start(self, workspace: str, pipeline: str, parameters: Mapping[str, Json], *, run_id: str | None = None) -> str:
        """Start a run and return its id. Raises PlanError, DefinitionError."""
        return self._runner.start(workspace, pipeline, parameters, on_event=self._on_event, run_id=run_id)

    def wait(self, run_id: str) -> None:
        """Return when the run has ended."""
        self._runner.wait(run_id)

    def cancel(self, run_id: str) -> None:
        self._runner.cancel(run_id)

    def recover(self) -> tuple[str, ...]:
        """Go on with the runs of processes that are gone, and return their ids."""
        return tuple(self._runner.recover(self._on_event))

    def close(self) -> None:
        self._runner.close()

    def report(self, run_id: str) -> RunReport:
        """Return a run, its activities with the state of their lineage, and the runs that it invoked."""
        run = self._history.pipeline_run(run_id)
        if run is None:
            raise RunError(Fault("RUN-011", f"There is no run {run_id}", Place(), "Ids come from `headwater run`."))
        activities = self._history.activity_runs(run_id)
        moving = [activity.activity_run_id for activity in activities if activity.activity_type in MOVING_TYPES]
        with self._database.reading() as reading:
            statuses = report.statuses(reading, moving)
        return RunReport(
            run,
            tuple(_activity(activity, statuses.get(activity.activity_run_id)) for activity in activities),
            tuple(self.report(child) for child in _children(activities) if self._history.pipeline_run(child)),
        )

    def _on_event(self, event: RunEvent) -> None:
        if self._observer is not None:
            self._observer(event)

    def _connect(self, dataset: ResolvedDataset) -> AnyStore:
        store = dataset.location.store
        binding = self._project.settings.bindings.get(store.linked_service)
        return connect(store, dataset.connection, binding, self._project.root)


def _activity(run: ActivityRun, lineage: report.ReportLineage | None) -> ActivityReport:
    if lineage is None:
        return ActivityReport(run, report.NO_FACT, dict(run.output))
    return ActivityReport(run, lineage, report.with_lineage(run.output, lineage))


def _children(activities: tuple[ActivityRun, ...]) -> Iterator[str]:
    """Yield the ids of the runs that the activities may have invoked; one that failed has no output to tell it."""
    for activity in activities:
        if activity.activity_type == "ExecutePipeline":
            yield invoked_run_id(activity.activity_run_id)
