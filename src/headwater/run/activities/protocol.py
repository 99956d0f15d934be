"""What an activity type must do to run, and what the runner hands it. Separate, so that types know only this.

`plan` is pure and gives the same value again for the same context, because an attempt that was killed is planned
again after a restart. `run` has the effects, and tells the checkpoint what it is about to make visible:

    runner.plan ─► runner.run:  stage everything ─► checkpoint.prepared(tokens, result) ─► commit each ─► return

After a crash the tokens are asked about, sink by sink (see `Resumption`).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import msgspec

from headwater.connectors.protocol import AnyStore
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.plan.resolved import ResolvedDataset
from headwater.run.events import Movement
from headwater.settings import EngineSettings

Operation = Literal["set", "append"]


class Assignment(msgspec.Struct, frozen=True):
    """A change of a pipeline variable or return value, made in the transaction that ends the activity."""

    variable: str
    value: object
    """JSON."""
    operation: Operation = "set"
    is_return_value: bool = False


class FileTask(msgspec.Struct, frozen=True):
    """A file to be deleted or, with a target, moved, once all sinks are committed. Doing it again changes nothing."""

    stream: str
    """The source or sink of the data flow whose store has the file."""
    container: str
    path: str
    target: str | None = None


class SourceNote(msgspec.Struct, frozen=True):
    """How far a source was read, which is where the next run of the same activity begins."""

    source: str
    note: Mapping[str, object]
    key: str = ""
    """The checkpoint's own key, where the activity names one."""


class ActivityResult(msgspec.Struct, frozen=True):
    """What a successful attempt says. `output` is the activity's output JSON."""

    output: Mapping[str, object] = {}
    movements: tuple[Movement, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    tasks: tuple[FileTask, ...] = ()
    notes: tuple[SourceNote, ...] = ()
    complaint: str = ""
    """Why the attempt fails after all, once everything is done."""


class SinkToken(msgspec.Struct, frozen=True):
    """A staged write: `sink` is a key of `ActivityRunner.sinks`, `token` the staged write's own token."""

    sink: str
    token: Mapping[str, object]


class Progress(msgspec.Struct, frozen=True):
    """How far an attempt is; totals where they are known."""

    rows: int = 0
    bytes: int = 0
    total_rows: int | None = None
    total_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Ids:
    """Which attempt this is. `activity_run_id` is stable over crashes: name files and keys after it."""

    workspace: str
    pipeline: str
    pipeline_run_id: str
    activity_run_id: str
    activity: str
    attempt: int
    """From 0."""
    iteration: str
    """Path through loops, `ForEach1[3]`; empty outside."""
    started_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Resumption:
    """Given when an earlier process was killed in the middle of the commits of this attempt.

    Every token of the sinks in `committed` is in place: they must not be written again. A sink of which only some
    tokens are in place is not in `committed`: it is written as a whole again, over what is there. `result` is what the
    earlier process had prepared; the runner returns one result that covers both.
    """

    committed: frozenset[str]
    result: ActivityResult
    is_complete: bool = False
    """Every token is in place: do only what follows the commits, if anything does, and return `result`."""


class Checkpoint(Protocol):
    def prepared(self, tokens: Sequence[SinkToken], result: ActivityResult) -> None:
        """Write down, durably, all that is staged and the result it will have. Call once, before the first commit."""


@dataclass(frozen=True, slots=True)
class LoopPass:
    """One pass of a loop: its number from 0, and the `item()` of a ForEach."""

    index: int
    item: Json = None


class Control(Protocol):
    """What control activities may ask of the runner; activities that move data have no use for it."""

    def run_branch(self, branch: str, pass_: LoopPass | None = None) -> str | None:
        """Run the activity's nested steps and return None, or the message of the failure. Raises Cancelled."""

    def context(self, pass_: LoopPass) -> Context:
        """Return what expressions see at the end of a loop's pass: now, and the activities inside it."""

    def run_pipeline(self, name: str, parameters: Mapping[str, Json], wait: bool) -> Mapping[str, Json]:
        """Run another pipeline of the workspace and return ExecutePipeline's output.

        Raises ActivityFailed if it is waited for and fails, Cancelled.
        """

    def wait_until(self, moment: datetime.datetime) -> None:
        """Block until then. Raises Cancelled as soon as the attempt is cancelled or out of time."""

    def parallel(self, calls: Sequence[Callable[[], None]], width: int) -> None:
        """Make all calls, `width` at a time in order, and return when all have ended. Raises what the first raised."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What `run` may touch, handed in for one attempt."""

    workspace: Workspace
    ids: Ids
    connect: Callable[[ResolvedDataset], AnyStore]
    engine: EngineSettings
    scratch: Path
    """A folder of this attempt alone, which exists, and is removed when the attempt has ended."""
    progress: Callable[[Progress], None]
    announce: Callable[[Sequence[Movement]], None]
    """Tell early what is to move: if the attempt fails, this is what it would have written."""
    cancelled: Callable[[], bool]
    """True once the run is cancelled or the attempt is out of time: stop soon and raise Cancelled."""
    checkpoint: Checkpoint
    control: Control
    notes: Callable[[str], Mapping[str, Mapping[str, Json]]] = lambda _key: {}
    """What the last successful run of the activity noted of its sources, under a checkpoint's key."""
    resumption: Resumption | None = None


PlanT = TypeVar("PlanT")


class ActivityRunner(Protocol[PlanT]):
    """One activity type. Failures are HeadwaterErrors: ActivityFailed says its own failure type, others UserError."""

    def plan(self, activity: Activity, workspace: Workspace, context: Context) -> PlanT:
        """Return what the activity comes to. Pure. Raises PlanError or LanguageError."""

    def input(self, plan: PlanT) -> Mapping[str, Json]:
        """Return the activity run's `input`: the typeProperties with every expression's value, without secrets."""

    def sinks(self, plan: PlanT) -> Mapping[str, ResolvedDataset]:
        """Return the datasets that the plan writes, by the names that tokens and movements use; empty for none."""

    def run(self, plan: PlanT, surroundings: Surroundings) -> ActivityResult:
        """Do it. Raises HeadwaterError, OSError."""
