"""What a list of ways shows of the entities on them, and of the runs behind them; with names where they may be read."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from functools import cache

from sqlalchemy import BigInteger, BindParameter, Connection, Select, bindparam, func, select
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog import clock
from headwater.catalog.collections import collection_names
from headwater.catalog.model import Shape
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import entities, lineage_columns, observations, relationships
from headwater.catalog.types import TypeSet


class Stop(Shape, frozen=True):
    """An entity on a way. One that the caller may not read has its type and nothing else."""

    type_name: str
    guid: str | None = None
    name: str | None = None
    qualified_name: str | None = None
    collection_id: str | None = None


class SeenBy(Shape, frozen=True):
    """A run that reported a process. `rows` and `bytes` as it told them."""

    run_id: str
    activity_run_id: str
    time: datetime.datetime
    status: str
    rows: int | None = None
    bytes: int | None = None


@cache
def _stops() -> Select[int, str, int, int, str, str]:
    table, wanted = entities.c, listed()
    shown = (table.id, table.guid, table.type_id, table.collection_id, table.name, table.qualified_name)
    return select(*shown).join(wanted, table.id == integer(wanted))


def stops(
    connection: Connection, ids: Iterable[int], types: TypeSet, readable: Collection[str] | None
) -> dict[int, Stop]:
    """Return what is shown of each entity; `readable` are the collections that may be read (None: all)."""
    names = collection_names(connection)
    found = {}
    for id, guid, kind, place, name, qualified_name in fetch(
        connection, _stops(), {"wanted": packed(sorted(set(ids)))}
    ):
        type_name = types.entities_by_id[kind].name
        if readable is None or names[place] in readable:
            found[id] = Stop(
                type_name=type_name, guid=guid, name=name, qualified_name=qualified_name, collection_id=names[place]
            )
        else:
            found[id] = Stop(type_name=type_name)
    return found


@cache
def _relationship_guids() -> Select[int, str]:
    table, wanted = relationships.c, listed()
    return select(table.id, table.guid).join(wanted, table.id == integer(wanted))


def relationship_guids(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """Return the guid of each relationship."""
    return dict(fetch(connection, _relationship_guids(), {"wanted": packed(sorted(set(ids)))}))


@cache
def _columns() -> Select[int, int, str]:
    table, wanted = lineage_columns.c, listed()
    return select(table.id, table.entity_id, table.name).join(wanted, table.id == integer(wanted))


def column_names(connection: Connection, ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Return the asset and the name of each column."""
    rows = fetch(connection, _columns(), {"wanted": packed(sorted(set(ids)))})
    return {id: (asset, name) for id, asset, name in rows}


@cache
def _assets() -> Select[int, int]:
    table, wanted = lineage_columns.c, listed()
    return select(table.id, table.entity_id).join(wanted, table.id == integer(wanted))


def column_assets(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """Return the asset of each column."""
    return dict(fetch(connection, _assets(), {"wanted": packed(sorted(set(ids)))}))


@cache
def _last_seen(timed: bool) -> Select[int, str, str, int, str, int | None, int | None]:
    seen, earlier, wanted = observations.c, observations.alias("earlier"), listed()
    at: BindParameter[int] = bindparam("at", type_=BigInteger)
    last: Select[int] = select(func.max(earlier.c.seen_at)).where(earlier.c.operation_id == integer(wanted))
    if timed:
        last = last.where(earlier.c.seen_at <= at)
    newest: ColumnElement[int] = last.correlate(wanted).scalar_subquery()
    return (
        select(seen.operation_id, seen.run_id, seen.activity_run_id, seen.seen_at, seen.status, seen.rows, seen.bytes)
        .select_from(wanted)
        .join(observations, (seen.operation_id == integer(wanted)) & (seen.seen_at == newest))
    )


def last_runs(connection: Connection, ids: Iterable[int], as_of: datetime.datetime | None) -> dict[int, SeenBy]:
    """Return the last run that each process was seen in, or was by then; none for what no run reported."""
    at = {} if as_of is None else {"at": clock.milliseconds(as_of)}
    rows = fetch(connection, _last_seen(as_of is not None), {"wanted": packed(sorted(set(ids))), **at})
    return {
        id: SeenBy(
            run_id=run, activity_run_id=activity, time=clock.moment(seen), status=status, rows=number, bytes=size
        )
        for id, run, activity, seen, status, number, size in sorted(rows, key=lambda row: row[:3])
    }
