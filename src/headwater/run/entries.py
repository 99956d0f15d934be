"""What the journal writes and gives back: runs and attempts as the runner needs them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from headwater.language.expression.ast import Json
from headwater.run.activities.protocol import ActivityResult, Assignment, SinkToken, SourceNote
from headwater.run.events import Movement
from headwater.run.records import ENDED, ActivityError, ActivityStatus, InvokedBy, RunStatus


@dataclass(frozen=True, slots=True)
class NewRun:
    """A pipeline run that begins; `parameters` are masked already."""

    run_id: str
    workspace: str
    pipeline: str
    definition: str
    parameters: Mapping[str, Json]
    invoked_by: InvokedBy
    annotations: tuple[Json, ...]
    variables: Mapping[str, Json]
    runner_id: str
    status: RunStatus = "InProgress"


@dataclass(frozen=True, slots=True)
class StoredRun:
    run_id: str
    workspace: str
    pipeline: str
    definition: str
    parameters: Mapping[str, Json]
    invoked_by: InvokedBy
    status: RunStatus
    message: str
    started_at: datetime.datetime
    runner_id: str


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """An attempt that begins: what it is and what it sees."""

    activity_run_id: str
    run: StoredRun
    activity: str
    activity_type: str
    iteration: str
    attempt: int
    started_at: datetime.datetime
    variables: Mapping[str, Json]
    item: Json = None
    linked_service: str | None = None


class Prepared(msgspec.Struct, frozen=True):
    """What an attempt had staged, and the result that it will have once that is committed."""

    tokens: tuple[SinkToken, ...]
    result: ActivityResult


@dataclass(frozen=True, slots=True)
class StoredAttempt:
    activity_run_id: str
    activity: str
    activity_type: str
    iteration: str
    attempt: int
    status: ActivityStatus
    started_at: datetime.datetime
    ended_at: datetime.datetime | None
    variables: Mapping[str, Json]
    item: Json
    output: Mapping[str, Json]
    error: ActivityError
    prepared: Prepared | None

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """How an attempt ended; `output` is masked already, `folder` is the pipeline's."""

    status: ActivityStatus
    output: Mapping[str, object] = field(default_factory=dict)
    error: ActivityError | None = None
    movements: tuple[Movement, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    notes: tuple[SourceNote, ...] = ()
    folder: str | None = None
