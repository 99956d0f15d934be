"""The edges of a level, on integer keys: what every question about lineage is made of.

A level is read with one statement, whole; neighbours beyond the width are dropped here, which costs less than ranking
them in the database. Only where a level has very many edges is each entity's number of them counted first, and those
with more than the width are read by page.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Literal

from sqlalchemy import BigInteger, BindParameter, Connection, Select, and_, bindparam, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog import clock
from headwater.catalog.model import Direction
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import IS_LIVE, entities, lineage_edges, relationships
from headwater.catalog.types import TypeSet

ALL = -1
MANY = 4_000
"""Edges of a level up to which they are read whole."""
NO_LIMIT = 1 << 62
Way = Literal["INPUT", "OUTPUT"]
Step = tuple[int, int, int, str]
"""The entity that the step leaves, the one that it reaches, and the relationship between them: key and guid."""


def neighbours(
    connection: Connection, ids: Sequence[int], way: Direction, width: int, as_of: datetime.datetime | None
) -> tuple[list[Step], dict[int, int]]:
    """Return the steps to the first `width` neighbours of each entity, and how many each has in all."""
    query = _steps_of(way, as_of is not None)
    given = {"wanted": packed(ids), **_time(as_of)}
    limit = NO_LIMIT if width == ALL else MANY
    steps = fetch(connection, query, {**given, "most": limit})
    if len(steps) == limit:
        return _of_many(connection, ids, way, width, as_of)
    steps.sort()
    totals = Counter(map(itemgetter(0), steps))
    wide = width != ALL and max(totals.values(), default=0) > width
    return (_first(steps, width) if wide else steps), dict.fromkeys(ids, 0) | totals


def leap(
    connection: Connection, ids: Collection[int], way: Way, as_of: datetime.datetime | None, most: int
) -> list[Step]:
    """Return the steps from these entities as they come, at most so many."""
    return fetch(connection, _steps_of(way, as_of is not None), {"wanted": packed(ids), "most": most, **_time(as_of)})


def _first(steps: Sequence[Step], width: int) -> list[Step]:
    """Return the first steps from each entity; those of one stand together."""
    taken: Counter[int] = Counter()
    kept = []
    for step in steps:
        taken[step[0]] += 1
        if taken[step[0]] <= width:
            kept.append(step)
    return kept


def _of_many(
    connection: Connection, ids: Sequence[int], way: Direction, width: int, as_of: datetime.datetime | None
) -> tuple[list[Step], dict[int, int]]:
    totals = counts(connection, ids, way, as_of)
    slim = [id for id, total in totals.items() if 0 < total <= width]
    steps = neighbours(connection, slim, way, ALL, as_of)[0] if slim else []
    for id, total in totals.items():
        if total > width:
            steps += page(connection, [id], way, (0, width), as_of)
    return steps, totals


def page(
    connection: Connection,
    ids: Collection[int],
    way: Direction,
    bounds: tuple[int, int],
    as_of: datetime.datetime | None,
) -> list[Step]:
    """Return the steps to some neighbours of these entities: from `offset` on, at most `limit`."""
    offset, limit = bounds
    query = _page_of(way, as_of is not None)
    given = {"wanted": packed(ids), "first": offset, "most": NO_LIMIT if limit == ALL else limit, **_time(as_of)}
    return fetch(connection, query, given)


def _holds(timed: bool) -> ColumnElement[bool]:
    """Return the condition that an edge is open, or was at the time `at`."""
    edges = lineage_edges.c
    if not timed:
        return edges.ended_at.is_(None)
    at: BindParameter[int] = bindparam("at", type_=BigInteger)
    return and_(edges.first_seen <= at, or_(edges.ended_at.is_(None), edges.ended_at > at))


def _time(as_of: datetime.datetime | None) -> dict[str, int]:
    return {} if as_of is None else {"at": clock.milliseconds(as_of)}


def _ends(way: Direction) -> tuple[ColumnElement[int], ColumnElement[int]]:
    edges = lineage_edges.c
    return (edges.target_id, edges.source_id) if way == "INPUT" else (edges.source_id, edges.target_id)


def _leading(way: Direction, timed: bool) -> Select[int, int, int, str]:
    """Return the steps from the wanted entities along edges that hold.

    As of a time several records of one edge may hold, because reports come out of order: the first stands for all.
    """
    here, there = _ends(way)
    wanted = listed()
    edges, links = lineage_edges.c, relationships.c
    query = select(here, there, edges.relationship_id, edges.relationship_guid)
    query = query.select_from(wanted).join(lineage_edges, here == integer(wanted)).where(_holds(timed))
    if not timed:
        return query
    query = query.join(relationships, links.id == edges.relationship_id)
    first = query.with_only_columns(here.label("here"), there.label("there"), func.min(links.id).label("first"))
    held = first.group_by(here, there, links.type_id).subquery()
    return select(held.c.here, held.c.there, links.id, links.guid).join(held, held.c.first == links.id)


# Built once each: making a statement takes longer than running it for a small level.
@cache
def _steps_of(way: Direction, timed: bool) -> Select[int, int, int, str]:
    most: BindParameter[int] = bindparam("most", type_=BigInteger)
    return _leading(way, timed).limit(most)


@cache
def _page_of(way: Direction, timed: bool) -> Select[int, int, int, str]:
    first: BindParameter[int] = bindparam("first", type_=BigInteger)
    most: BindParameter[int] = bindparam("most", type_=BigInteger)
    query = _leading(way, timed)
    here, there, relationship, _ = query.selected_columns
    return query.order_by(there, relationship, here).offset(first).limit(most)


@cache
def _counts_of(way: Direction, timed: bool) -> Select[int, int]:
    here, _ = _ends(way)
    wanted = listed()
    if timed:
        held = _leading(way, timed).subquery()
        return select(held.c[0], func.count()).group_by(held.c[0])
    query = select(here, func.count()).select_from(wanted).join(lineage_edges, here == integer(wanted))
    return query.where(_holds(timed)).group_by(here)


def counts(
    connection: Connection, ids: Sequence[int], way: Direction, as_of: datetime.datetime | None
) -> dict[int, int]:
    rows = connection.execute(_counts_of(way, as_of is not None), {"wanted": packed(ids), **_time(as_of)})
    return dict.fromkeys(ids, 0) | dict(rows.all())


Kind = tuple[int, int]
"""Type and collection of an entity."""


@cache
def _kinds_of() -> Select[int, int, int]:
    table, wanted = entities.c, listed()
    return select(table.id, table.type_id, table.collection_id).join(wanted, table.id == integer(wanted))


def kinds(connection: Connection, ids: Iterable[int]) -> dict[int, Kind]:
    """Return type and collection of each of these entities."""
    keys = sorted(ids)
    rows = fetch(connection, _kinds_of(), {"wanted": packed(keys)}) if keys else []
    return {id: (type_id, place) for id, type_id, place in rows}


def processes(types: TypeSet) -> frozenset[int]:
    """Return the types whose entities are processes."""
    return types.subtype_ids("Process")


def children(connection: Connection, ids: Collection[int]) -> list[tuple[int, int]]:
    """Return what these entities hold: key and type."""
    return fetch(connection, _children_of(), {"wanted": packed(ids)})


@cache
def _children_of() -> Select[int, int]:
    wanted = listed()
    query = select(entities.c.id, entities.c.type_id).join(wanted, entities.c.parent_id == integer(wanted))
    return query.where(IS_LIVE)


def starts(connection: Connection, id: int, type_id: int, types: TypeSet) -> dict[int, bool]:
    """Return where a walk begins, and whether that is a process.

    It is the entity, or the operations inside it if it is no dataset; of these those that have an edge.
    """
    if types.entities_by_id[type_id].is_dataset:
        return {id: False}
    is_process = processes(types)
    found, level = {id: None}, [id]
    while level:
        level = [child for child, kind in children(connection, level) if kind in is_process and child not in found]
        found.update(dict.fromkeys(level))
    edges = lineage_edges.c
    wanted = listed()
    query = select(integer(wanted)).where(
        or_(
            select(edges.source_id).where(edges.source_id == integer(wanted)).correlate(wanted).exists(),
            select(edges.target_id).where(edges.target_id == integer(wanted)).correlate(wanted).exists(),
        )
    )
    rows = connection.execute(query.select_from(wanted), {"wanted": packed(found)}).scalars()
    return dict.fromkeys(rows, True)
