"""Pipeline runs and activity runs as they are read. JSON of these structs is the shape of Synapse's REST API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Literal

import msgspec

RunStatus = Literal["Queued", "InProgress", "Succeeded", "Failed", "Canceling", "Cancelled"]
ActivityStatus = Literal["Queued", "InProgress", "Succeeded", "Failed", "Skipped", "Cancelled"]
ENDED: frozenset[str] = frozenset({"Cancelled", "Failed", "Skipped", "Succeeded"})

UNFINISHED: tuple[RunStatus, ...] = ("Canceling", "InProgress", "Queued")

MASK = "***"
"""What stands in history in place of a secure value."""
MASKED_DEFAULT = "*** (default)"
"""In place of one that the definition gives, so that a recovered run can read it again."""


class InvokedBy(msgspec.Struct, frozen=True, rename="camel"):
    """Who asked for the run: `Manual`, `ScheduleTrigger`, `PipelineActivity`, …"""

    id: str = ""
    name: str = "Manual"
    invoked_by_type: str = "Manual"
    pipeline_name: str | None = None
    """Of a PipelineActivity: the pipeline that invoked this one."""
    pipeline_run_id: str | None = None


class PipelineRun(msgspec.Struct, frozen=True, rename="camel"):
    workspace: str
    run_id: str
    run_group_id: str
    is_latest: bool
    pipeline_name: str
    parameters: Mapping[str, str]
    """Values that are no strings are JSON text, secure strings are masked."""
    invoked_by: InvokedBy
    run_start: datetime.datetime
    run_end: datetime.datetime | None
    duration_in_ms: int | None
    status: RunStatus
    message: str
    last_updated: datetime.datetime
    annotations: tuple[object, ...] = ()
    run_dimension: Mapping[str, str] = {}
    return_value: Mapping[str, object] = {}
    """What SetVariable gave to `pipelineReturnValue`."""


class ActivityError(msgspec.Struct, frozen=True, rename="camel"):
    """All empty where the activity did not fail, as in Synapse."""

    error_code: str = ""
    message: str = ""
    failure_type: str = ""
    """`UserError` or `SystemError`."""
    target: str = ""
    details: str = ""


class ActivityRun(msgspec.Struct, frozen=True, rename="camel"):
    workspace: str
    activity_run_id: str
    activity_name: str
    activity_type: str
    pipeline_name: str
    pipeline_run_id: str
    status: ActivityStatus
    activity_run_start: datetime.datetime
    activity_run_end: datetime.datetime | None
    duration_in_ms: int | None
    retry_attempt: int | None
    """None for the first attempt, then 1, 2, …"""
    iteration: str
    """Path through loops, `ForEach1[3]`; empty outside."""
    iteration_hash: str | None
    linked_service_name: str | None
    input: Mapping[str, object]
    output: Mapping[str, object]
    error: ActivityError
    user_properties: Mapping[str, object] = {}


class Filter(msgspec.Struct, frozen=True):
    """One line of a query's `filters`; all of them must hold. Times are ISO 8601."""

    operand: Literal["PipelineName", "Status", "RunStart", "RunEnd", "RunGroupId", "LatestOnly"]
    operator: Literal["Equals", "NotEquals", "In", "NotIn"]
    values: tuple[str, ...]


class RunQuery(msgspec.Struct, frozen=True, rename="camel"):
    """The body of queryPipelineRuns. Times bound `lastUpdated`; `workspace` is None for all workspaces."""

    workspace: str | None = None
    last_updated_after: datetime.datetime | None = None
    last_updated_before: datetime.datetime | None = None
    filters: tuple[Filter, ...] = ()
    newest_first: bool = True
    limit: int = 100
    continuation_token: str | None = None


class RunPage(msgspec.Struct, frozen=True, rename="camel"):
    value: tuple[PipelineRun, ...]
    continuation_token: str | None = None
