"""What an asset's page shows beside the entity: its columns, what holds it, what it holds, the runs behind it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence

import msgspec
from sqlalchemy import Connection, select

from headwater.catalog import clock
from headwater.catalog.collections import collection_names
from headwater.catalog.model import EntityHeader
from headwater.catalog.reading import Row, header_of
from headwater.catalog.store import Store
from headwater.catalog.store.lists import integer, listed, packed, text
from headwater.catalog.store.schema import IS_LIVE, entities, observations
from headwater.catalog.types import TypeSet
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import NotFound

Readable = Collection[str] | None
"""Names of the collections whose entities may be shown; None: all."""


class SchemaColumn(msgspec.Struct, frozen=True):
    """A column of a dataset in the order of its schema; `type` as the store calls it."""

    guid: str
    name: str
    type: str
    description: str = ""


class Observation(msgspec.Struct, frozen=True):
    """A run that a process reported: the evidence behind its lineage."""

    operation: str
    """guid of the process."""
    run_id: str
    activity_run_id: str
    seen_at: datetime.datetime
    status: str
    rows: int | None
    bytes: int | None


class Assets:
    """Reads around an entity."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def columns(self, guid: str) -> tuple[SchemaColumn, ...]:
        """Columns of a dataset: of its table type, or of the schema that hangs on a file. Raises NotFound."""
        with self._store.read() as connection:
            types = self._types.at(connection)
            rows = _columns(connection, [_row(connection, guid)["id"]], types)
        ordered = sorted(rows, key=lambda found: (_ordinal(found[1]), found[1]["id"]))
        return tuple(_schema_column(row) for _, row in ordered)

    def column_counts(self, guids: Iterable[str]) -> dict[str, int]:
        """Number of columns of each asset that exists."""
        with self._store.read() as connection:
            types = self._types.at(connection)
            keys = _keys(connection, guids)
            found = dict.fromkeys(keys.values(), 0)
            for asset, _ in _columns(connection, list(keys), types):
                found[keys[asset]] += 1
        return found

    def parents(self, guid: str, readable: Readable = None) -> tuple[EntityHeader, ...]:
        """What holds the entity, outermost first: workspace, pipeline, activity; server, database, schema.

        What lies outside the `readable` collections is left out.
        """
        with self._store.read() as connection:
            types = self._types.at(connection)
            names = collection_names(connection)
            row = _row(connection, guid)
            seen = {row["id"]}
            found: list[EntityHeader] = []
            while row["parent_id"] is not None and row["parent_id"] not in seen:
                seen.add(row["parent_id"])
                query = select(entities).where(entities.c.id == row["parent_id"])
                row = connection.execute(query).mappings().one()
                if readable is None or names[row["collection_id"]] in readable:
                    found.append(header_of(row, types, names))
        return tuple(reversed(found))

    def children(self, guid: str, readable: Readable = None, *, limit: int = 1000) -> tuple[EntityHeader, ...]:
        """What the entity holds: pipelines of a workspace, activities of a pipeline, operations of an activity.

        What lies outside the `readable` collections is left out.
        """
        with self._store.read() as connection:
            types = self._types.at(connection)
            names = collection_names(connection)
            mine = entities.c.parent_id == _row(connection, guid)["id"]
            query = select(entities).where(mine, IS_LIVE).order_by(entities.c.name, entities.c.id)
            if readable is not None:
                query = query.where(
                    entities.c.collection_id.in_([id for id, name in names.items() if name in readable])
                )
            return tuple(header_of(row, types, names) for row in connection.execute(query.limit(limit)).mappings())

    def runs(self, guids: Iterable[str], *, limit: int = 100) -> tuple[Observation, ...]:
        """Runs that these processes reported, newest first."""
        table = observations.c
        with self._store.read() as connection:
            keys = _keys(connection, guids)
            wanted = listed()
            query = select(observations).join(wanted, table.operation_id == integer(wanted))
            query = query.order_by(table.seen_at.desc(), table.operation_id).limit(limit)
            return tuple(
                Observation(
                    operation=keys[row.operation_id],
                    run_id=row.run_id,
                    activity_run_id=row.activity_run_id,
                    seen_at=clock.moment(row.seen_at),
                    status=row.status,
                    rows=row._mapping["rows"],
                    bytes=row.bytes,
                )
                for row in connection.execute(query, {"wanted": packed(keys)})
            )


def _row(connection: Connection, guid: str) -> Row:
    row = connection.execute(select(entities).where(entities.c.guid == guid)).mappings().first()
    if row is None:
        raise NotFound(no_guid(guid))
    return row


def _keys(connection: Connection, guids: Iterable[str]) -> dict[int, str]:
    wanted = listed()
    query = select(entities.c.id, entities.c.guid).join(wanted, entities.c.guid == text(wanted))
    return {row.id: row.guid for row in connection.execute(query, {"wanted": packed(sorted(set(guids)))})}


def _columns(connection: Connection, assets: Sequence[int], types: TypeSet) -> list[tuple[int, Row]]:
    """Return (asset, column row), also of columns that hang on an asset's schema."""
    owners = {id: id for id in assets}
    found: list[tuple[int, Row]] = []
    while owners:
        wanted = listed()
        query = select(entities).join(wanted, entities.c.parent_id == integer(wanted)).where(IS_LIVE)
        rows = connection.execute(query, {"wanted": packed(owners)}).mappings().all()
        above, owners = owners, {}
        for row in rows:
            type = types.entities_by_id[row["type_id"]]
            if type.is_column:
                found.append((above[row["parent_id"]], row))
            elif type.is_part:
                owners[row["id"]] = above[row["parent_id"]]
    return found


def _ordinal(row: Row) -> int:
    ordinal = row["attributes"].get("ordinal")
    return ordinal if isinstance(ordinal, int) else 0


def _schema_column(row: Row) -> SchemaColumn:
    attributes = row["attributes"]
    said = attributes.get("data_type") or attributes.get("type") or ""
    return SchemaColumn(row["guid"], row["name"], str(said), str(attributes.get("description") or ""))
