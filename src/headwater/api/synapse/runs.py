"""Pipeline runs and activity runs as api-version 2020-12-01 has them, with the lineage status in each output.

A client's endpoint is `<server>/workspaces/<workspace>`. Reading asks for data/read on the root collection, starting
and cancelling for data/write.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.types import ControllerRouterHandler

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.errors import Fault, NotFound, Place
from headwater.language.expression.ast import Json
from headwater.lineage.report import ReportLineage, with_lineage
from headwater.run.records import ActivityRun, PipelineRun, RunPage, RunQuery


class Workspaces(Protocol):
    """What the surface needs of the workspaces that this server runs."""

    def names(self) -> tuple[str, ...]: ...

    def pipeline_run(self, run_id: str) -> PipelineRun | None: ...

    def query_pipeline_runs(self, query: RunQuery) -> RunPage: ...

    def activity_runs(self, pipeline_run_id: str) -> tuple[ActivityRun, ...]: ...

    def lineage(self, pipeline_run_id: str) -> Mapping[str, ReportLineage]:
        """Return the lineage status of each activity run that moves data, by its id."""

    def start(self, workspace: str, pipeline: str, parameters: Mapping[str, Json]) -> str:
        """Start a run and return its id. Raises PlanError, DefinitionError."""

    def cancel(self, run_id: str) -> None: ...


class CreatedRun(msgspec.Struct, frozen=True, rename="camel"):
    run_id: str


class ActivityPage(msgspec.Struct, frozen=True, rename="camel"):
    value: tuple[ActivityRun, ...]
    continuation_token: str | None = None


# The protocol cannot be checked against a value, and need not be: the composition root gives it.
Served = NamedDependency[SkipValidation[Workspaces]]
Asked = NamedDependency[Account]
Who = NamedDependency[Principal]


@post("/queryPipelineRuns", status_code=200, sync_to_thread=True)
def query_pipeline_runs(
    workspace: FromPath[str], data: JSONBody[RunQuery], account: Asked, caller: Who, workspaces: Served
) -> RunPage:
    """Return a page of the workspace's runs."""
    account.roles.authorize(caller, "data/read", account.name)
    if workspace not in workspaces.names():
        raise _missing(f"There is no workspace '{workspace}' here")
    return workspaces.query_pipeline_runs(msgspec.structs.replace(data, workspace=workspace))


@get("/pipelineruns/{run_id:str}", sync_to_thread=True)
def pipeline_run(
    workspace: FromPath[str], run_id: FromPath[str], account: Asked, caller: Who, workspaces: Served
) -> PipelineRun:
    """Return one run."""
    account.roles.authorize(caller, "data/read", account.name)
    return _run_of(workspaces, workspace, run_id)


@post("/pipelines/{pipeline:str}/pipelineruns/{run_id:str}/queryActivityruns", status_code=200, sync_to_thread=True)
def query_activity_runs(
    workspace: FromPath[str],
    pipeline: FromPath[str],
    run_id: FromPath[str],
    account: Asked,
    caller: Who,
    workspaces: Served,
) -> ActivityPage:
    """Return the activity runs of a run, each output with its lineage status."""
    account.roles.authorize(caller, "data/read", account.name)
    if _run_of(workspaces, workspace, run_id).pipeline_name.lower() != pipeline.lower():
        raise _missing(f"Pipeline '{pipeline}' has no run '{run_id}'")
    reports = workspaces.lineage(run_id)
    runs = workspaces.activity_runs(run_id)
    return ActivityPage(tuple(_joined(run, reports.get(run.activity_run_id)) for run in runs))


@post("/pipelines/{pipeline:str}/createRun", status_code=202, sync_to_thread=True)
def create_run(
    workspace: FromPath[str],
    pipeline: FromPath[str],
    account: Asked,
    caller: Who,
    workspaces: Served,
    data: JSONBody[dict[str, object] | None] = None,
) -> CreatedRun:
    """Start a run; the body is the map of parameters, or empty."""
    account.roles.authorize(caller, "data/write", account.name)
    if workspace not in workspaces.names():
        raise _missing(f"There is no workspace '{workspace}' here")
    # What was decoded from JSON is JSON: the cast says so to the type checker, which cannot know it.
    parameters = cast("Mapping[str, Json]", data or {})
    return CreatedRun(workspaces.start(workspace, pipeline, parameters))


@post("/pipelineruns/{run_id:str}/cancel", status_code=200, sync_to_thread=True)
def cancel_run(
    workspace: FromPath[str], run_id: FromPath[str], account: Asked, caller: Who, workspaces: Served
) -> None:
    """Have a run end as Cancelled."""
    account.roles.authorize(caller, "data/write", account.name)
    workspaces.cancel(_run_of(workspaces, workspace, run_id).run_id)


HANDLERS = (cancel_run, create_run, pipeline_run, query_activity_runs, query_pipeline_runs)


def synapse_router(workspaces: Workspaces) -> ControllerRouterHandler:
    """Return the routes below `/workspaces/{workspace}`."""
    given = Provide(lambda: workspaces, sync_to_thread=False)
    return Router("/workspaces/{workspace:str}", route_handlers=HANDLERS, dependencies={"workspaces": given})


def _run_of(workspaces: Workspaces, workspace: str, run_id: str) -> PipelineRun:
    run = workspaces.pipeline_run(run_id)
    if run is None or run.workspace != workspace:
        raise _missing(f"Workspace '{workspace}' has no pipeline run '{run_id}'")
    return run


def _joined(run: ActivityRun, report: ReportLineage | None) -> ActivityRun:
    return run if report is None else msgspec.structs.replace(run, output=with_lineage(run.output, report))


def _missing(message: str) -> NotFound:
    return NotFound(Fault("CAT-001", message, Place(), "Names are those of headwater.toml; ids come from createRun."))
