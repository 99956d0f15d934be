"""The walk itself: from level to level over lineage edges, on integer keys. It knows entities only by their types."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from sqlalchemy import BigInteger, BindParameter, Connection, Select, and_, bindparam, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog import clock
from headwater.catalog.model import Direction
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import entities, lineage_edges

ALL = -1
MAX_NEIGHBOURS = 1 << 62
Way = Literal["INPUT", "OUTPUT"]


@dataclass(frozen=True, slots=True)
class Edge:
    source: int
    target: int
    relationship: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An edge, the type of the entity at its far end, and how many edges the near end has in all."""

    edge: Edge
    type_id: int
    total: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a walk goes, and which types are processes."""

    depth: int
    width: int
    as_of: datetime.datetime | None
    is_process: Mapping[int, bool]


@dataclass(slots=True)
class Walk:
    """What a walk has met: entities, the edges between them, and how many neighbours each entity has."""

    nodes: set[int]
    edges: dict[Edge, None] = field(default_factory=dict)
    totals: dict[Way, dict[int, int]] = field(default_factory=dict)


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
    totals = walk.totals[way]
    totals.update((id, 0) for id in level)
    met: dict[int, bool] = {}
    for neighbour in neighbours(connection, level, way, (0, reach.width), reach.as_of):
        edge = neighbour.edge
        near, far = (edge.target, edge.source) if way == "INPUT" else (edge.source, edge.target)
        walk.edges[edge] = None
        totals[near] = neighbour.total
        if far not in seen:
            met[far] = reach.is_process[neighbour.type_id]
    seen.update(met)
    walk.nodes.update(met)
    return met


def far(edge: Edge, way: Direction) -> int:
    return edge.source if way == "INPUT" else edge.target


def _holds(timed: bool) -> ColumnElement[bool]:
    """Return the condition that an edge is open, or was at the time `at`."""
    edges = lineage_edges.c
    if not timed:
        return edges.ended_at.is_(None)
    at: BindParameter[int] = bindparam("at", type_=BigInteger)
    return and_(edges.first_seen <= at, or_(edges.ended_at.is_(None), edges.ended_at > at))


def _time(as_of: datetime.datetime | None) -> dict[str, int]:
    return {} if as_of is None else {"at": clock.milliseconds(as_of)}


# Built once each: making a statement takes longer than running it for a small level.
@cache
def _neighbours_of(way: Direction, timed: bool) -> Select[int, int, int, int, int]:
    edges = lineage_edges.c
    here, there = (edges.target_id, edges.source_id) if way == "INPUT" else (edges.source_id, edges.target_id)
    wanted = listed()
    ranked = (
        select(edges.source_id, edges.target_id, edges.relationship_id, entities.c.type_id)
        .add_columns(func.row_number().over(partition_by=here, order_by=there).label("rank"))
        .add_columns(func.count().over(partition_by=here).label("total"))
        .select_from(wanted)
        .join(lineage_edges, here == integer(wanted))
        .join(entities, entities.c.id == there)
        .where(_holds(timed))
        .subquery()
    )
    found = select(ranked.c.source_id, ranked.c.target_id, ranked.c.relationship_id, ranked.c.type_id, ranked.c.total)
    rank: BindParameter[int] = bindparam("first", type_=BigInteger)
    last: BindParameter[int] = bindparam("last", type_=BigInteger)
    return found.where(ranked.c.rank > rank, ranked.c.rank <= last).order_by(ranked.c.rank)


def neighbours(
    connection: Connection,
    ids: Sequence[int],
    way: Direction,
    page: tuple[int, int],
    as_of: datetime.datetime | None,
) -> list[Neighbour]:
    """Return the edges to the neighbours of each entity, at most a page each."""
    if not ids:
        return []
    offset, limit = page
    bounds = {"first": offset, "last": MAX_NEIGHBOURS if limit == ALL else offset + limit}
    query = _neighbours_of(way, as_of is not None)
    rows = connection.execute(query, {"wanted": packed(ids), **bounds, **_time(as_of)})
    return [Neighbour(Edge(source, target, link), type_id, total) for source, target, link, type_id, total in rows]


@cache
def _counts_of(way: Way, timed: bool) -> Select[int, int]:
    here = lineage_edges.c.target_id if way == "INPUT" else lineage_edges.c.source_id
    wanted = listed()
    query = select(here, func.count()).select_from(wanted).join(lineage_edges, here == integer(wanted))
    return query.where(_holds(timed)).group_by(here)


def _counts(connection: Connection, ids: Sequence[int], way: Way, as_of: datetime.datetime | None) -> dict[int, int]:
    rows = connection.execute(_counts_of(way, as_of is not None), {"wanted": packed(ids), **_time(as_of)})
    return dict.fromkeys(ids, 0) | dict(rows.all())
