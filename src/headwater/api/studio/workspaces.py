"""What Studio asks of the side that runs pipelines; the composition root answers it.

An account that stands alone has no workspaces: `NoWorkspaces` is that answer, and Monitor and Manage then say so.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from headwater.errors import Fault, NotFound
from headwater.lineage import report
from headwater.lineage.connection import ConnectionReport
from headwater.lineage.facts import WorkspaceIdentity
from headwater.lineage.report import ReportLineage
from headwater.run.database import RunDatabase
from headwater.run.history import RunHistory
from headwater.run.records import ActivityRun, PipelineRun, RunPage, RunQuery


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace of this project: `folder` is where its definitions lie."""

    identity: WorkspaceIdentity
    folder: str
    pipelines: int

    @property
    def name(self) -> str:
        return self.identity.name


class Workspaces(Protocol):
    """The workspaces of headwater.toml and their way to the account."""

    def all(self) -> tuple[Workspace, ...]: ...

    def connection(self, name: str) -> ConnectionReport:
        """Ask the account now whether the workspace may push lineage."""
        ...

    def connect(self, name: str) -> None:
        """Connect the workspace, grant its identity Data Curator on the root, and send what waits."""
        ...


class NoWorkspaces:
    """An account without workspaces of its own."""

    def all(self) -> tuple[Workspace, ...]:
        return ()

    def connection(self, name: str) -> ConnectionReport:
        return ConnectionReport(status="Unknown", reason=f'"{name}" is not a workspace of this project.')

    def connect(self, name: str) -> None:
        raise NotFound(Fault("CAT-001", f'There is no workspace "{name}"', cure="headwater.toml names the workspaces."))


class Runs:
    """The run history with the lineage status beside it; without a database there are no runs."""

    def __init__(self, database: RunDatabase | None) -> None:
        self._database = database
        self._history = RunHistory(database) if database else None

    def page(self, query: RunQuery) -> RunPage:
        return self._history.query_pipeline_runs(query) if self._history else RunPage(())

    def run(self, run_id: str) -> PipelineRun | None:
        return self._history.pipeline_run(run_id) if self._history else None

    def activities(self, run_id: str) -> tuple[ActivityRun, ...]:
        return self._history.activity_runs(run_id) if self._history else ()

    def activity(self, activity_run_id: str) -> ActivityRun | None:
        return self._history.activity_run(activity_run_id) if self._history else None

    def reports(self, activity_run_ids: Iterable[str]) -> Mapping[str, ReportLineage]:
        """Return the lineage status of each activity run."""
        ids = tuple(activity_run_ids)
        if self._database is None or not ids:
            return dict.fromkeys(ids, report.NO_FACT)
        with self._database.reading() as connection:
            return report.statuses(connection, ids)

    def waiting(self) -> Mapping[str, int]:
        """Return workspace → facts that are still on their way."""
        if self._database is None:
            return {}
        with self._database.reading() as connection:
            return report.waiting(connection)

    def retry(self, activity_run_id: str) -> bool:
        """Send the lineage of an activity run again at once; False if there is none to send."""
        if self._database is None:
            return False
        with self._database.writing() as connection:
            return report.retry(connection, activity_run_id)

    def last_delivery(self, workspace: str) -> datetime.datetime | None:
        """Return when the workspace's newest run whose lineage arrived in full had ended."""
        for run in self.page(RunQuery(workspace=workspace, limit=20)).value:
            done = self.reports(activity.activity_run_id for activity in self.activities(run.run_id))
            if any(entry.status == "Succeeded" for entry in done.values()):
                return run.run_end
        return None
