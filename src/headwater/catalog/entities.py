"""Entities: written in bulk, read, patched, deleted softly."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

import msgspec

from headwater.catalog.model import (
    Attributes,
    Change,
    EntitiesInfo,
    EntityBatch,
    EntityHeader,
    EntityInfo,
    EntityInput,
    Mutation,
)


class SchemaColumn(msgspec.Struct, frozen=True):
    """A column of a dataset in the order of its schema; `type` as the store calls it."""

    guid: str
    name: str
    type: str
    description: str = ""


class Observation(msgspec.Struct, frozen=True):
    """A run that an operation reported: the evidence behind its lineage."""

    operation: str
    run_id: str
    activity_run_id: str
    seen_at: datetime.datetime
    status: str
    rows: int | None
    bytes: int | None


class Entities:
    def write(self, batch: EntityBatch, *, by: str, collection: str | None = None) -> Mutation:
        """Create or update all entities of the batch in one transaction; nothing is kept if one is at fault.

        `collection` places new entities (default: root). Raises Invalid or NotFound with every fault.
        """
        ...

    def get(self, guid: str, *, relationships: bool = True) -> EntityInfo: ...
    def get_many(self, guids: Sequence[str], *, relationships: bool = True) -> EntitiesInfo: ...
    def get_named(self, type_name: str, qualified_names: Sequence[str]) -> EntitiesInfo:
        """Entities of the type, or of a subtype, with these names; those that do not exist are left out."""
        ...

    def guid_of(self, type_name: str, qualified_name: str) -> str:
        """Raises NotFound."""
        ...

    def header(self, guid: str) -> EntityHeader: ...
    def headers(self, guids: Sequence[str]) -> dict[str, EntityHeader]:
        """Headers by guid; unknown guids are left out."""
        ...

    def set_attribute(self, guid: str, name: str, value: object, *, by: str) -> Mutation: ...
    def patch(self, type_name: str, qualified_name: str, given: EntityInput, *, by: str) -> Mutation:
        """Change the given attributes only."""
        ...

    def delete(self, guids: Sequence[str], *, by: str) -> Mutation:
        """Mark as DELETED, with what they own; their lineage ends now and stays in history."""
        ...

    def history(self, guid: str) -> tuple[Change, ...]: ...
    def columns(self, guid: str) -> tuple[SchemaColumn, ...]:
        """Columns of a dataset: of its table type, or of the tabular schema that hangs on a file."""
        ...

    def column_counts(self, guids: Sequence[str]) -> dict[str, int]: ...
    def parents(self, guid: str) -> tuple[EntityHeader, ...]:
        """What contains the entity, outermost first: workspace, pipeline, activity; server, database, schema."""
        ...

    def children(self, guid: str, *, limit: int = 1000) -> tuple[EntityHeader, ...]:
        """What the entity contains: pipelines of a workspace, activities of a pipeline, operations of an activity."""
        ...

    def runs(self, guids: Sequence[str], *, limit: int = 100) -> tuple[Observation, ...]:
        """Runs that these operations reported, newest first."""
        ...

    def collections_of(self, guids: Sequence[str]) -> frozenset[str]:
        """Names of the collections that hold these entities; unknown guids are passed over."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Active entities by type name."""
        ...
