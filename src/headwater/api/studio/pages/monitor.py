"""Monitor: runs as rows, a run's activities as a Gantt chart, and what became of each activity's lineage."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterable, Mapping

from headwater.api.studio.crumbs import crumb
from headwater.api.studio.labels import Labels, activity_family
from headwater.api.studio.operations import text
from headwater.api.studio.shapes.base import Crumb
from headwater.api.studio.shapes.monitor import (
    ActivityDetail,
    ActivityRow,
    LineageCounts,
    LineageReport,
    RunDetail,
    RunPage,
    RunRow,
)
from headwater.api.studio.viewer import Viewer, require
from headwater.api.studio.workspaces import Runs, Workspaces
from headwater.catalog.catalog import Catalog
from headwater.errors import Conflict, Fault, NotFound
from headwater.lineage.naming.workspace import workspace_id
from headwater.lineage.report import ReportLineage
from headwater.lineage.support import STORES
from headwater.run.records import ActivityRun, Filter, PipelineRun, RunQuery

STATUSES = ("Succeeded", "Failed", "InProgress", "Queued", "Cancelled")
_RETRYABLE = frozenset({"Failed", "Pending"})

# Lineage status → what a reader can do about it.
CURES: dict[str, str] = {
    "Failed": "Mend the cause, then send it again. Manage › Connections shows whether the workspace may report.",
    "NotReported": "Nothing to do if it moves no data. Else connect its workspace under Manage › Connections.",
    "Pending": "Nothing to do: it is sent again by itself. You can send it now.",
    "Skipped": 'The account\'s policy leaves this store out. Set `unsupported_stores = "record"` to keep it.',
    "Succeeded": "",
}


class MonitorPages:
    def __init__(self, catalog: Catalog, runs: Runs, workspaces: Workspaces) -> None:
        self._catalog = catalog
        self._labels = Labels(lambda: catalog.types.current)
        self._runs = runs
        self._workspaces = workspaces

    def runs(
        self, viewer: Viewer, workspace: str | None, status: str | None, pipeline: str | None, offset: int, limit: int
    ) -> RunPage:
        """Return a page of pipeline runs, newest first."""
        may_read(viewer)
        filters = [Filter("Status", "Equals", (status,))] if status else []
        filters += [Filter("PipelineName", "Equals", (pipeline,))] if pipeline else []
        page = self._runs.page(
            RunQuery(workspace=workspace, filters=tuple(filters), limit=limit, continuation_token=str(offset))
        )
        return RunPage(
            runs=tuple(self.row(run) for run in page.value),
            more=page.continuation_token is not None,
            workspaces=tuple(known.name for known in self._workspaces.all()),
            statuses=STATUSES,
        )

    def run(self, viewer: Viewer, run_id: str) -> RunDetail:
        """Return a run with its activities. Raises NotFound."""
        may_read(viewer)
        run = self._run(run_id)
        activities = self._runs.activities(run_id)
        reports = self._runs.reports(activity.activity_run_id for activity in activities)
        return RunDetail(
            run=self.row(run),
            parameters=dict(run.parameters),
            activities=tuple(self._activity(viewer, found, reports[found.activity_run_id]) for found in activities),
        )

    def activity(self, viewer: Viewer, activity_run_id: str) -> ActivityDetail:
        """Return an activity run with its input and output. Raises NotFound."""
        may_read(viewer)
        found = self._found(activity_run_id)
        report = self._runs.reports([activity_run_id])[activity_run_id]
        return ActivityDetail(
            activity=self._activity(viewer, found, report, whole=True),
            run=self.row(self._run(found.pipeline_run_id)),
            input=_json(found.input),
            output=_json({**found.output, "reportLineageToPurview": _section(report)}),
        )

    def retry(self, viewer: Viewer, activity_run_id: str) -> LineageReport:
        """Send the lineage again. Raises Forbidden without Data Curator, Conflict where there is nothing to send."""
        require(viewer.can_curate, "send lineage again", "data-curator")
        found = self._found(activity_run_id)
        if not self._runs.retry(activity_run_id):
            message = f'The activity "{found.activity_name}" has no lineage that could be sent again'
            raise Conflict(Fault("LIN-040", message, cure="Run the pipeline again to capture it anew."))
        return self._report(viewer, found, self._runs.reports([activity_run_id])[activity_run_id], whole=True)

    def row(self, run: PipelineRun) -> RunRow:
        """Return a run as a row, with the activities that move data counted by lineage status."""
        activities = self._runs.activities(run.run_id)
        moving = [activity.activity_run_id for activity in activities if activity.activity_type in STORES]
        return RunRow(
            run_id=run.run_id,
            workspace=run.workspace,
            pipeline=run.pipeline_name,
            status=run.status,
            started_at=run.run_start,
            ended_at=run.run_end,
            duration_ms=run.duration_in_ms,
            triggered_by=run.invoked_by.pipeline_name or run.invoked_by.name,
            message=run.message,
            activities=len(activities),
            lineage=counts(self._runs.reports(moving).values()),
        )

    def _activity(self, viewer: Viewer, run: ActivityRun, report: ReportLineage, *, whole: bool = False) -> ActivityRow:
        read, written, size = _figures(run.output)
        return ActivityRow(
            activity_run_id=run.activity_run_id,
            name=run.activity_name,
            type=run.activity_type,
            family=activity_family(run.activity_type),
            status=run.status,
            started_at=run.activity_run_start,
            ended_at=run.activity_run_end,
            duration_ms=run.duration_in_ms,
            iteration=run.iteration,
            attempt=(run.retry_attempt or 0) + 1,
            rows_read=read,
            rows_written=written,
            bytes_written=size,
            error=run.error.message,
            moves_data=run.activity_type in STORES,
            lineage=self._report(viewer, run, report, whole=whole),
        )

    def _report(self, viewer: Viewer, run: ActivityRun, report: ReportLineage, *, whole: bool) -> LineageReport:
        seconds = report.duration_in_seconds
        return LineageReport(
            status=report.status,
            reason=report.reason or "",
            cure=CURES[report.status],
            attempts=report.attempts or 0,
            entities=report.entities or 0,
            relationships=report.relationships or 0,
            duration_ms=round(seconds * 1000) if seconds is not None and report.status == "Succeeded" else None,
            can_retry=report.status in _RETRYABLE and viewer.can_curate,
            shown_at=self._shown_at(viewer, run) if whole else None,
        )

    def _shown_at(self, viewer: Viewer, run: ActivityRun) -> Crumb | None:
        """Return where the lineage of the run is drawn: its one operation, else the activity that holds several."""
        known = next((known for known in self._workspaces.all() if known.name == run.workspace), None)
        if known is None:
            return None
        name = workspace_id(known.identity).qualified_name.child(
            "pipelines", run.pipeline_name, "activities", run.activity_name
        )
        found = self._catalog.entities.get_named("Asset", [str(name)], relationships=False).entities
        if not found or found[0].collection_id not in viewer.readable:
            return None
        operations = self._catalog.assets.children(found[0].guid, viewer.readable)
        mine = [one for one in operations if text(one.attributes, "activityRunId") == run.activity_run_id]
        if not mine:
            return None
        return crumb(self._labels, mine[0] if len(mine) == 1 else self._catalog.entities.header(found[0].guid))

    def _run(self, run_id: str) -> PipelineRun:
        run = self._runs.run(run_id)
        if run is None:
            raise NotFound(Fault("RUN-070", f'There is no run "{run_id}"', cure="Monitor lists the runs there are."))
        return run

    def _found(self, activity_run_id: str) -> ActivityRun:
        found = self._runs.activity(activity_run_id)
        if found is None:
            message = f'There is no activity run "{activity_run_id}"'
            raise NotFound(Fault("RUN-070", message, cure="Monitor lists the runs there are."))
        return found


def may_read(viewer: Viewer) -> None:
    """Raise Forbidden where the viewer may read no collection at all."""
    require(bool(viewer.readable), "see runs", "data-reader")


def counts(reports: Iterable[ReportLineage]) -> LineageCounts:
    """Count reports by status."""
    by_status = Counter(report.status for report in reports)
    return LineageCounts(
        not_reported=by_status["NotReported"],
        pending=by_status["Pending"],
        succeeded=by_status["Succeeded"],
        failed=by_status["Failed"],
        skipped=by_status["Skipped"],
    )


def _section(report: ReportLineage) -> dict[str, object]:
    values = {
        "status": report.status,
        "reason": report.reason,
        "durationInSeconds": report.duration_in_seconds,
        "entities": report.entities,
        "relationships": report.relationships,
        "attempts": report.attempts,
    }
    return {name: value for name, value in values.items() if value is not None}


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else str(value)


def _figures(output: Mapping[str, object]) -> tuple[int | None, int | None, int | None]:
    """Return rows read, rows written and bytes written of a Copy's or a data flow's output."""
    if "rowsRead" in output or "rowsCopied" in output:
        return _whole(output.get("rowsRead")), _whole(output.get("rowsCopied")), _whole(output.get("dataWritten"))
    status = output.get("runStatus")
    metrics = status.get("metrics") if isinstance(status, Mapping) else None
    if not isinstance(metrics, Mapping):
        return None, None, _whole(output.get("dataWritten"))
    sinks = [sink for sink in metrics.values() if isinstance(sink, Mapping)]
    written = sum(_whole(sink.get("rowsWritten")) or 0 for sink in sinks)
    read: dict[str, int] = {}
    for sink in sinks:
        sources = sink.get("sources")
        for name, source in sources.items() if isinstance(sources, Mapping) else ():
            rows = _whole(source.get("rowsRead")) if isinstance(source, Mapping) else None
            read[name] = max(read.get(name, 0), rows or 0)
    return (sum(read.values()) if read else None), written, None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
