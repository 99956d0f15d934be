"""Answers of Monitor: pipeline runs, activity runs, and what became of their lineage."""

from __future__ import annotations

import datetime

from headwater.api.studio.shapes.base import Answer, Crumb, LineageState, Tile


class LineageCounts(Answer, frozen=True, kw_only=True):
    """How many activities of a run stand at each lineage status."""

    not_reported: int = 0
    pending: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0


class RunRow(Answer, frozen=True, kw_only=True):
    """A pipeline run as a row of Monitor."""

    run_id: str
    workspace: str
    pipeline: str
    status: str
    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    duration_ms: int | None
    triggered_by: str
    message: str = ""
    activities: int = 0
    lineage: LineageCounts


class RunPage(Answer, frozen=True, kw_only=True):
    """A page of pipeline runs, newest first, with what the filters can be set to."""

    runs: tuple[RunRow, ...]
    more: bool
    workspaces: tuple[str, ...]
    statuses: tuple[str, ...]


class LineageReport(Answer, frozen=True, kw_only=True):
    """What became of an activity's lineage: the status, why, and what to do."""

    status: LineageState
    reason: str = ""
    cure: str = ""
    attempts: int = 0
    entities: int = 0
    relationships: int = 0
    duration_ms: int | None = None
    next_attempt_at: datetime.datetime | None = None
    can_retry: bool = False
    shown_at: Crumb | None = None
    """The asset in the catalog whose lineage tab shows it: the operation, or the activity if it has several."""


class ActivityRow(Answer, frozen=True, kw_only=True):
    """An activity run as a row of a run's Gantt chart."""

    activity_run_id: str
    name: str
    type: str
    family: str
    status: str
    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    duration_ms: int | None
    iteration: str = ""
    attempt: int = 1
    rows_read: int | None = None
    rows_written: int | None = None
    bytes_written: int | None = None
    error: str = ""
    moves_data: bool
    """False for an activity that has no lineage to report: a wait, a loop, a variable."""
    lineage: LineageReport


class RunDetail(Answer, frozen=True, kw_only=True):
    """A run with its activities in the order in which they started."""

    run: RunRow
    parameters: dict[str, str]
    activities: tuple[ActivityRow, ...]


class ActivityDetail(Answer, frozen=True, kw_only=True):
    """An activity run with its input and output, as JSON text that a reader can copy."""

    activity: ActivityRow
    run: RunRow
    input: str
    output: str


class WaitingFact(Answer, frozen=True, kw_only=True):
    """An activity whose lineage has not arrived."""

    workspace: str
    pipeline: str
    activity: str
    run_id: str
    activity_run_id: str
    status: LineageState
    reason: str = ""


class Home(Answer, frozen=True, kw_only=True):
    """The first page."""

    assets: int
    sources: tuple[Tile, ...]
    collections: tuple[Tile, ...]
    recent: tuple[RunRow, ...]
    pending: int
    failed: int
    waiting: tuple[WaitingFact, ...]
