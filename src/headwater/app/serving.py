"""The application that a project serves, and what its surfaces ask of the workspaces that this process runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from litestar import Litestar

from headwater.access.account import Account
from headwater.api.server import create_app
from headwater.api.studio.router import create_router
from headwater.api.studio.workspaces import Workspace as StudioWorkspace
from headwater.api.synapse.runs import synapse_router
from headwater.app.definitions import Definitions
from headwater.app.hosted import web
from headwater.app.reports import MOVING_TYPES, Connection
from headwater.errors import DefinitionError
from headwater.language.expression.ast import Json
from headwater.lineage import report
from headwater.lineage.connection import ConnectionReport
from headwater.lineage.outbox import Reporting
from headwater.lineage.report import ReportLineage
from headwater.run.database import RunDatabase
from headwater.run.history import RunHistory
from headwater.run.records import ActivityRun, PipelineRun, RunPage, RunQuery
from headwater.settings import Project


class Starter(Protocol):
    """What starts and cancels runs."""

    def start(self, workspace: str, pipeline: str, parameters: Mapping[str, Json]) -> str: ...

    def cancel(self, run_id: str) -> None: ...


class Opened(Protocol):
    """An opened project."""

    @property
    def project(self) -> Project: ...

    @property
    def database(self) -> RunDatabase: ...

    @property
    def history(self) -> RunHistory: ...

    @property
    def runs(self) -> Starter: ...

    @property
    def definitions(self) -> Definitions: ...

    def reporting(self, workspace: str) -> Reporting | None: ...

    def connection(self, workspace: str) -> Connection: ...

    def connect(self, workspace: str) -> Connection: ...


def application(account: Account, opened: Opened) -> Litestar:
    """Build the one application that serves the account and all beside it."""
    surfaces = (
        create_router(account, runs=opened.database, workspaces=StudioWorkspaces(opened)),
        synapse_router(ServedWorkspaces(opened)),
    )
    return create_app(account, surfaces, web=web())


class StudioWorkspaces:
    """The workspaces as Studio's Manage page sees them."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def all(self) -> tuple[StudioWorkspace, ...]:
        found = []
        for name, settings in self._opened.project.settings.workspaces.items():
            reporting = self._opened.reporting(name)
            if reporting is not None:
                pipelines = self._pipelines(name)
                found.append(StudioWorkspace(identity=reporting.identity, folder=settings.folder, pipelines=pipelines))
        return tuple(found)

    def connection(self, name: str) -> ConnectionReport:
        """Ask the account now."""
        state = self._opened.connection(name)
        return ConnectionReport(state.status, state.reason, state.fix)

    def connect(self, name: str) -> None:
        self._opened.connect(name)

    def _pipelines(self, name: str) -> int:
        try:
            return len(self._opened.definitions.workspace(name).pipelines)
        except DefinitionError:
            # A workspace at fault still has a card; `headwater check` says what is wrong.
            return 0


class ServedWorkspaces:
    """The workspaces as their REST surface sees them."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def names(self) -> tuple[str, ...]:
        return tuple(self._opened.project.settings.workspaces)

    def pipeline_run(self, run_id: str) -> PipelineRun | None:
        return self._opened.history.pipeline_run(run_id)

    def query_pipeline_runs(self, query: RunQuery) -> RunPage:
        return self._opened.history.query_pipeline_runs(query)

    def activity_runs(self, pipeline_run_id: str) -> tuple[ActivityRun, ...]:
        return self._opened.history.activity_runs(pipeline_run_id)

    def lineage(self, pipeline_run_id: str) -> Mapping[str, ReportLineage]:
        """Return the lineage status of each activity run that moves data."""
        moving = [run for run in self.activity_runs(pipeline_run_id) if run.activity_type in MOVING_TYPES]
        with self._opened.database.reading() as reading:
            return report.statuses(reading, [run.activity_run_id for run in moving])

    def start(self, workspace: str, pipeline: str, parameters: Mapping[str, Json]) -> str:
        return self._opened.runs.start(workspace, pipeline, parameters)

    def cancel(self, run_id: str) -> None:
        self._opened.runs.cancel(run_id)
