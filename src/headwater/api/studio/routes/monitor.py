"""Monitor: pipeline runs, activity runs, their lineage status, and sending it again."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.params import Parameter

from headwater.api.studio.pages.monitor import MonitorPages
from headwater.api.studio.shapes.monitor import ActivityDetail, LineageReport, RunDetail, RunPage
from headwater.api.studio.viewer import Viewer


@get("/runs", sync_to_thread=True, operation_id="runs")
def runs(
    viewer: Viewer,
    monitor_pages: MonitorPages,
    workspace: str | None = None,
    status: str | None = None,
    pipeline: str | None = None,
    offset: Annotated[int, Parameter(ge=0)] = 0,
    limit: Annotated[int, Parameter(ge=1, le=200)] = 50,
) -> RunPage:
    """Pipeline runs, newest first."""
    return monitor_pages.runs(viewer, workspace, status, pipeline, offset, limit)


@get("/runs/{run_id:str}", sync_to_thread=True, operation_id="run")
def run(viewer: Viewer, monitor_pages: MonitorPages, run_id: str) -> RunDetail:
    return monitor_pages.run(viewer, run_id)


@get("/activities/{activity_run_id:str}", sync_to_thread=True, operation_id="activity")
def activity(viewer: Viewer, monitor_pages: MonitorPages, activity_run_id: str) -> ActivityDetail:
    return monitor_pages.activity(viewer, activity_run_id)


@post("/activities/{activity_run_id:str}/lineage/retry", status_code=200, sync_to_thread=True, operation_id="retry")
def retry(viewer: Viewer, monitor_pages: MonitorPages, activity_run_id: str) -> LineageReport:
    """Send the lineage of an activity run again at once."""
    return monitor_pages.retry(viewer, activity_run_id)
