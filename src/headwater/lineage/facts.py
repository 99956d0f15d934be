"""What a finished activity says about lineage: values only, JSON by msgspec, as they lie in the outbox.

A fact names assets as the account will know them, but knows nothing of entities: that is the Atlas sink's
business.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from typing import Literal

import msgspec

from headwater import typed
from headwater.data.edges import FlowStep, Kind, Step, Subtype
from headwater.data.locations import FileLocation, Store, TableLocation
from headwater.data.names import AssetId, QualifiedName

WorkspaceKind = Literal["synapse", "factory"]
Policy = Literal["record", "drop"]
"""What to do with a store that Purview does not follow: keep it as a generic asset, or leave the lineage out."""


class WorkspaceIdentity(msgspec.Struct, frozen=True):
    """What a workspace's qualified name is made of."""

    name: str
    kind: WorkspaceKind = "synapse"
    subscription_id: str = "00000000-0000-0000-0000-000000000000"
    resource_group: str = "headwater"


class FactKey(msgspec.Struct, frozen=True, order=True):
    """What makes a fact one and the same, however often it is sent."""

    workspace: str
    pipeline_run_id: str
    activity_run_id: str
    iteration: str = ""
    attempt: int = 0


class AssetColumn(msgspec.Struct, frozen=True):
    name: str
    type: str
    """As the store spells it where known, else as the data flow language does."""


class Parent(msgspec.Struct, frozen=True):
    """A thing that holds an asset: a file system, a server, a database, a schema."""

    id: AssetId
    name: str


class Asset(msgspec.Struct, frozen=True):
    """One store object with its names. `unsupported` says why Purview would not follow its store."""

    id: AssetId
    name: str
    store: Store
    location: FileLocation | TableLocation | None = None
    """None for a database or server that stands in for tables that could not be told."""
    columns: tuple[AssetColumn, ...] = ()
    parents: tuple[Parent, ...] = ()
    """Outermost first; each holds the next, the last holds the asset."""
    unsupported: str | None = None

    @property
    def qualified_name(self) -> QualifiedName:
        return self.id.qualified_name


class AssetEdge(msgspec.Struct, frozen=True):
    """Column of an input asset that feeds a column of the operation's sink; `sink_column` is `*` for all its rows."""

    source: QualifiedName
    source_column: str
    sink_column: str
    kind: Kind
    subtype: Subtype
    expression: str = ""
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        label = f"{self.kind} {self.subtype}" + (f": {self.expression}" if self.expression else "")
        return f"{self.source}#{self.source_column} -> {self.sink_column}  [{label}]"


class Operation(msgspec.Struct, frozen=True):
    """One sink and the resolved inputs that fed it. `notes` say what could not be told, and why."""

    sink: Asset
    inputs: tuple[Asset, ...]
    edges: tuple[AssetEdge, ...] = ()
    steps: tuple[FlowStep, ...] = ()
    rows: int | None = None
    bytes: int | None = None
    written: bool = True
    bindings: tuple[tuple[str, str], ...] = ()
    features: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """First eight hexadecimal digits of the SHA-256 of the sorted input names, joined by a newline."""
        names = "\n".join(sorted(str(asset.qualified_name) for asset in self.inputs))
        return hashlib.sha256(names.encode()).hexdigest()[:8]


class LineageFact(msgspec.Struct, frozen=True):
    """One attempt of one activity: what it read and wrote, or why there is nothing to send (`left_out`)."""

    key: FactKey
    identity: WorkspaceIdentity
    pipeline: str
    activity: str
    activity_type: str
    status: str
    started_at: datetime.datetime
    ended_at: datetime.datetime
    error: str | None = None
    folder: str | None = None
    operations: tuple[Operation, ...] = ()
    left_out: tuple[str, ...] = ()
    """Under the policy `drop`: a reason for each movement that Purview would not follow."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Every note of every operation, once, and what was left out."""
        notes = [note for operation in self.operations for note in operation.notes]
        return tuple(dict.fromkeys([*notes, *self.left_out]))

    def assets(self) -> Iterator[Asset]:
        """Yield every asset once, in order of appearance, with the most columns that any mention of it has."""
        best: dict[AssetId, Asset] = {}
        for operation in self.operations:
            for asset in (*operation.inputs, operation.sink):
                known = best.get(asset.id)
                if known is None or len(asset.columns) > len(known.columns):
                    best[asset.id] = asset
        yield from best.values()


def encode(fact: LineageFact) -> str:
    """Return the JSON that the outbox keeps."""
    return msgspec.json.encode(fact).decode()


def decode(text: str) -> LineageFact:
    """Read what `encode` wrote."""
    return typed.decode(text, LineageFact)
