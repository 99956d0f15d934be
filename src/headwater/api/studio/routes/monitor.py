"""Monitor: pipeline runs, activity runs, their lineage status, and sending it again."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from headwater.api.studio.pages.monitor import MonitorPages
from headwater.api.studio.shapes.monitor import ActivityDetail, LineageReport, RunDetail, RunPage
from headwater.api.studio.viewer import Viewer

Who = NamedDependency[Viewer]
Pages = NamedDependency[MonitorPages]


@get("/runs", sync_to_thread=True, operation_id="runs")
def runs(
    viewer: Who,
    monitor_pages: Pages,
    workspace: FromQuery[str | None] = None,
    status: FromQuery[str | None] = None,
    pipeline: FromQuery[str | None] = None,
    offset: Annotated[int, QueryParameter(ge=0)] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> RunPage:
    """Pipeline runs, newest first."""
    return monitor_pages.runs(viewer, workspace, status, pipeline, offset, limit)


@get("/runs/{run_id:str}", sync_to_thread=True, operation_id="run")
def run(viewer: Who, monitor_pages: Pages, run_id: FromPath[str]) -> RunDetail:
    return monitor_pages.run(viewer, run_id)


@get("/activities/{activity_run_id:str}", sync_to_thread=True, operation_id="activity")
def activity(viewer: Who, monitor_pages: Pages, activity_run_id: FromPath[str]) -> ActivityDetail:
    return monitor_pages.activity(viewer, activity_run_id)


@post("/activities/{activity_run_id:str}/lineage/retry", status_code=200, sync_to_thread=True, operation_id="retry")
def retry(viewer: Who, monitor_pages: Pages, activity_run_id: FromPath[str]) -> LineageReport:
    """Send the lineage of an activity run again at once."""
    return monitor_pages.retry(viewer, activity_run_id)
