"""What a merge changed, row by row, so that it can be taken back; what others changed since then stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, and_, delete, select, update

from headwater.catalog.reading import Row
from headwater.catalog.resource_sets.tables import sets
from headwater.catalog.store.schema import (
    column_edges,
    entities,
    lineage_columns,
    lineage_edges,
    observations,
    relationships,
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (column_edges, entities, lineage_columns, lineage_edges, observations, relationships, sets)
    }
)
Values = dict[str, object]


class Changed(msgspec.Struct, frozen=True, tag="changed"):
    """A row of before, and the values that it was given. `key` finds it as it is now."""

    table: str
    key: Values
    before: Values
    after: Values


class Made(msgspec.Struct, frozen=True, tag="made"):
    """A row that was not there before."""

    table: str
    key: Values


Entry = Changed | Made


class Journal:
    """Changes rows and remembers how they were."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.entries: list[Entry] = []

    def change(self, table: Table, key: Mapping[str, object], before: Row, after: Values) -> None:
        """Give the row of this key other values; `before` has the old ones of at least these columns."""
        old = {name: before[name] for name in after}
        if old == after:
            return
        self._connection.execute(update(table).where(_is(table, key)).values(after))
        now = {**key, **{name: value for name, value in after.items() if name in key}}
        self.entries.append(Changed(f"{table.name}", now, old, after))

    def made(self, table: Table, key: Values) -> None:
        """Remember a row that was inserted."""
        self.entries.append(Made(f"{table.name}", key))


def take_back(connection: Connection, entries: Sequence[Entry]) -> None:
    """Give rows their values of before, the last change first. Values that others changed since then stay."""
    for entry in reversed(entries):
        table = TABLES[entry.table]
        if isinstance(entry, Made):
            connection.execute(delete(table).where(_is(table, entry.key), ~_in_use(entry.key)))
            continue
        row = connection.execute(select(table).where(_is(table, entry.key))).mappings().first()
        if row is None:
            continue
        values = dict(_untouched(row, entry))
        if values:
            connection.execute(update(table).where(_is(table, entry.key)).values(values))


def _untouched(row: Row, entry: Changed) -> Iterator[tuple[str, object]]:
    for name, after in entry.after.items():
        before, now = entry.before[name], row[name]
        if now == after:
            yield name, before
        elif isinstance(now, dict) and isinstance(after, dict):
            # An object that others wrote to since: what the merge put there goes, what they wrote stays.
            held = before if isinstance(before, dict) else {}
            kept = {key: value for key, value in now.items() if key in held or after.get(key) != value}
            lost = {key: value for key, value in held.items() if key not in now and key not in after}
            yield name, {**kept, **lost}


def _is(table: Table, key: Mapping[str, object]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in key.items()))


def _in_use(key: Mapping[str, object]) -> ColumnElement[bool]:
    """Tell whether others came to need a row that the merge made: a column with edges."""
    edges = column_edges.c
    return select(edges.id).where((edges.source_id == key["id"]) | (edges.sink_id == key["id"])).exists()
