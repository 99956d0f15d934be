"""What a run tells its listeners, in the same transaction in which it writes down that it happened.

All values are JSON by msgspec, because an activity that was killed between the store's commit and its own end is
finished later from what it wrote down.
"""

from __future__ import annotations

import datetime
from typing import Protocol

import msgspec
import sqlalchemy

from headwater.data.edges import ColumnEdge, FlowStep
from headwater.data.locations import Location, TableLocation
from headwater.data.schema import Schema


class ReferencedTable(msgspec.Struct, frozen=True):
    """A table that a source query names, with its columns if the store tells them."""

    table: TableLocation
    schema: Schema | None = None
    view: bool = False


class AssetRead(msgspec.Struct, frozen=True):
    """`name` is what `ColumnEdge.input` says: the stream of a data flow, `source` in a copy."""

    name: str
    dataset: str
    location: Location
    schema: Schema
    rows: int | None = None
    bytes: int | None = None
    format: str | None = None
    referenced: tuple[ReferencedTable, ...] = ()
    view: bool = False
    """The location is a view, where the store tells."""


class AssetWritten(msgspec.Struct, frozen=True):
    name: str
    dataset: str
    location: Location
    schema: Schema
    rows: int | None = None
    bytes: int | None = None
    format: str | None = None


class Movement(msgspec.Struct, frozen=True):
    """One sink and the resolved inputs that fed it: the grain of lineage.

    `features` names copy features that the catalog of the original does not follow (`compression`, `maxRowsPerFile` …).
    """

    inputs: tuple[AssetRead, ...]
    sink: AssetWritten
    edges: tuple[ColumnEdge, ...] = ()
    steps: tuple[FlowStep, ...] = ()
    features: tuple[str, ...] = ()


class ActivityEnded(msgspec.Struct, frozen=True):
    """An attempt of an activity has ended. Movements of a failed attempt say what it would have written."""

    workspace: str
    pipeline: str
    pipeline_run_id: str
    activity: str
    activity_type: str
    activity_run_id: str
    iteration: str
    """Path through loops, `ForEach1[3]`; empty outside."""
    attempt: int
    status: str
    started_at: datetime.datetime
    ended_at: datetime.datetime
    error: str | None = None
    movements: tuple[Movement, ...] = ()
    folder: str | None = None
    """Folder of the pipeline in the workspace."""


class Listener(Protocol):
    """Called inside the transaction that writes the activity's end; what it raises is logged and rolled back alone."""

    def __call__(self, connection: sqlalchemy.Connection, event: ActivityEnded) -> None: ...
