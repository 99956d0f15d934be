"""The walk itself: from level to level over lineage edges, on integer keys. It knows entities only by their types.

A level is read with one statement, whole; neighbours beyond the width are dropped here, which costs less than ranking
them in the database. Only where a level has very many edges is each entity's number of them counted first, and those
with more than the width are read by page.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from sqlalchemy import BigInteger, BindParameter, Connection, Select, and_, bindparam, func, or_, select
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from headwater.catalog import clock
from headwater.catalog.model import Direction
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import entities, lineage_edges, relationships

ALL = -1
MANY = 4_000
"""Edges of a level up to which they are read whole."""
NO_LIMIT = 1 << 62
Way = Literal["INPUT", "OUTPUT"]
Edge = tuple[int, int]
"""Source and target."""
Step = tuple[int, int, int, int]
"""The entity that the step leaves, the one that it reaches, the relationship between them, the type of the latter."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a walk goes, and which types are processes."""

    depth: int
    width: int
    as_of: datetime.datetime | None
    is_process: Mapping[int, bool]


@dataclass(slots=True)
class Walk:
    """What a walk has met: entities, the edges by their relationship, and how many neighbours each entity has."""

    nodes: set[int]
    edges: dict[int, Edge] = field(default_factory=dict)
    totals: dict[Way, dict[int, int]] = field(default_factory=dict)

    def add(self, steps: Sequence[Step], way: Direction) -> None:
        for near, far, relationship, _ in steps:
            self.edges[relationship] = (far, near) if way == "INPUT" else (near, far)


def spread(
    connection: Connection,
    walk: Walk,
    starts: Mapping[int, bool],
    way: Way,
    reach: Reach,
) -> None:
    """Walk one way. A level ends at datasets, so a walk that starts at processes takes half a level first.

    `starts` tells of each entity whether it is a process.
    """
    seen = set(starts)
    totals = walk.totals.setdefault(way, {})
    level = [id for id, is_process in starts.items() if not is_process]
    processes = [id for id, is_process in starts.items() if is_process]
    for _ in range(reach.depth):
        met = _step(connection, walk, level, way, reach, seen)
        processes += [id for id, is_process in met.items() if is_process]
        # A direct edge between datasets is a whole level by itself.
        level = [id for id, is_process in met.items() if not is_process]
        level += _step(connection, walk, processes, way, reach, seen)
        processes = []
        if not level:
            return
    for id, total in _counts(connection, level, way, reach.as_of).items():
        totals.setdefault(id, total)


def _step(
    connection: Connection, walk: Walk, level: Sequence[int], way: Way, reach: Reach, seen: set[int]
) -> dict[int, bool]:
    """Take all edges of a level; return what was not seen before, and whether it is a process."""
    if not level:
        return {}
    steps, totals = neighbours(connection, level, way, reach.width, reach.as_of)
    walk.totals[way].update(totals)
    walk.add(steps, way)
    new = {far: reach.is_process[type_id] for _, far, _, type_id in steps if far not in seen}
    seen.update(new)
    walk.nodes.update(new)
    return new


def neighbours(
    connection: Connection, ids: Sequence[int], way: Direction, width: int, as_of: datetime.datetime | None
) -> tuple[list[Step], dict[int, int]]:
    """Return the steps to the first `width` neighbours of each entity, and how many each has in all."""
    query = _steps_of(way, as_of is not None)
    given = {"wanted": packed(ids), **_time(as_of)}
    limit = NO_LIMIT if width == ALL else MANY
    rows = fetch(connection, query, {**given, "most": limit})
    if len(rows) == limit:
        return _of_many(connection, ids, way, width, as_of)
    by_near: dict[int, list[Step]] = defaultdict(list)
    for step in sorted(rows):
        by_near[step[0]].append(step)
    totals = dict.fromkeys(ids, 0) | {id: len(found) for id, found in by_near.items()}
    kept = by_near.values() if width == ALL else (found[:width] for found in by_near.values())
    return [step for found in kept for step in found], totals


def _of_many(
    connection: Connection, ids: Sequence[int], way: Direction, width: int, as_of: datetime.datetime | None
) -> tuple[list[Step], dict[int, int]]:
    totals = _counts(connection, ids, way, as_of)
    slim = [id for id, total in totals.items() if 0 < total <= width]
    steps = neighbours(connection, slim, way, ALL, as_of)[0] if slim else []
    for id, total in totals.items():
        if total > width:
            steps += page(connection, id, way, (0, width), as_of)
    return steps, totals


def page(
    connection: Connection, id: int, way: Direction, bounds: tuple[int, int], as_of: datetime.datetime | None
) -> list[Step]:
    """Return the steps to some neighbours of one entity: from `offset` on, at most `limit`."""
    offset, limit = bounds
    query = _page_of(way, as_of is not None)
    given = {"id": id, "first": offset, "most": NO_LIMIT if limit == ALL else limit, **_time(as_of)}
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


def _leading(way: Direction, timed: bool, near: ColumnElement[bool], start: FromClause) -> Select[int, int, int, int]:
    """Return the steps that leave `near` along edges that hold.

    As of a time several records of one edge may hold, because reports come out of order: the first stands for all.
    """
    here, there = _ends(way)
    query = select(here, there, lineage_edges.c.relationship_id, entities.c.type_id)
    if start is not lineage_edges:
        query = query.select_from(start).join(lineage_edges, near)
    else:
        query = query.select_from(lineage_edges).where(near)
    query = query.join(entities, entities.c.id == there).where(_holds(timed))
    if not timed:
        return query
    query = query.join(relationships, relationships.c.id == lineage_edges.c.relationship_id)
    first = func.min(lineage_edges.c.relationship_id)
    return query.with_only_columns(here, there, first, entities.c.type_id).group_by(
        here, there, relationships.c.type_id, entities.c.type_id
    )


# Built once each: making a statement takes longer than running it for a small level.
@cache
def _steps_of(way: Direction, timed: bool) -> Select[int, int, int, int]:
    wanted = listed()
    most: BindParameter[int] = bindparam("most", type_=BigInteger)
    return _leading(way, timed, _ends(way)[0] == integer(wanted), wanted).limit(most)


@cache
def _page_of(way: Direction, timed: bool) -> Select[int, int, int, int]:
    here, there = _ends(way)
    first: BindParameter[int] = bindparam("first", type_=BigInteger)
    most: BindParameter[int] = bindparam("most", type_=BigInteger)
    id: BindParameter[int] = bindparam("id", type_=BigInteger)
    query = _leading(way, timed, here == id, lineage_edges)
    relationship = query.selected_columns[2]
    return query.order_by(there, relationship).offset(first).limit(most)


@cache
def _counts_of(way: Direction, timed: bool) -> Select[int, int]:
    here, _ = _ends(way)
    wanted = listed()
    if timed:
        held = _leading(way, timed, here == integer(wanted), wanted).subquery()
        return select(held.c[0], func.count()).group_by(held.c[0])
    query = select(here, func.count()).select_from(wanted).join(lineage_edges, here == integer(wanted))
    return query.where(_holds(timed)).group_by(here)


def _counts(
    connection: Connection, ids: Sequence[int], way: Direction, as_of: datetime.datetime | None
) -> dict[int, int]:
    rows = connection.execute(_counts_of(way, as_of is not None), {"wanted": packed(ids), **_time(as_of)})
    return dict.fromkeys(ids, 0) | dict(rows.all())
