"""Lineage between entities: level by level with a visited set, on integer keys.

A level is dataset → process → dataset. What contains processes (an activity, a pipeline, a workspace) has the
lineage of the operations inside it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from sqlalchemy import Connection, and_, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog import clock
from headwater.catalog.collections import collection_names
from headwater.catalog.model import Direction, LineageInfo, LineageRelation, ParentRelation
from headwater.catalog.reading import Row, header_of, rows_by_id
from headwater.catalog.store import Store
from headwater.catalog.store.lists import integer, listed, packed, text
from headwater.catalog.store.schema import IS_LINKED, IS_LIVE, entities, lineage_edges, relationships
from headwater.catalog.type_definitions import Types
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import Fault, Invalid, NotFound

ALL = -1
MAX_DEPTH = 100
Way = Literal["INPUT", "OUTPUT"]
_WAYS: dict[Direction, tuple[Way, ...]] = {"INPUT": ("INPUT",), "OUTPUT": ("OUTPUT",), "BOTH": ("INPUT", "OUTPUT")}


class Degree(msgspec.Struct, frozen=True):
    """How many neighbours an entity has each way."""

    upstream: int = 0
    downstream: int = 0


@dataclass(frozen=True, slots=True)
class Edge:
    source: int
    target: int
    relationship: int


@dataclass(slots=True)
class Walk:
    """What a walk has met: entities, the edges between them, and how many neighbours each entity has."""

    nodes: set[int]
    edges: dict[Edge, None] = field(default_factory=dict)
    totals: dict[Way, dict[int, int]] = field(default_factory=dict)


class Lineage:
    """Walks over the edges that processes made by their inputs and outputs."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def walk(
        self,
        guid: str,
        *,
        direction: Direction = "BOTH",
        depth: int = 3,
        width: int = 10,
        include_parent: bool = False,
        as_of: datetime.datetime | None = None,
    ) -> LineageInfo:
        """Lineage around an entity. Raises NotFound, or Invalid for parameters that make no sense.

        At most `width` neighbours of a node are followed per direction (-1: all); `width_counts` tells how many
        there are. `as_of` shows the edges that held at that time.
        """
        _check(depth, width)
        types = self._types.current
        with self._store.read() as connection:
            base = _base(connection, guid, types)
            below = _children(connection, [base["id"]])
            children = [row for row in below if types.entities_by_id[row["type_id"]].is_process]
            starts = _starts(connection, base, types)
            walk = Walk(set(starts))
            for way in _WAYS[direction]:
                _spread(connection, walk, starts, way, depth, width, types, as_of)
            parents = _parents(connection, walk.nodes, types) if include_parent else []
            info = self._info(connection, base, walk, parents, types)
        return msgspec.structs.replace(
            info,
            lineage_direction=direction,
            lineage_depth=depth,
            lineage_width=width,
            include_parent=include_parent,
            children_count=len(children),
        )

    def next_page(self, guid: str, *, direction: Direction, offset: int, limit: int) -> LineageInfo:
        """One level beyond a node, from its neighbour `offset` on. Raises NotFound or Invalid."""
        if direction == "BOTH" or offset < 0 or limit < ALL:
            cure = "Use direction INPUT or OUTPUT, an offset of 0 or more, and a limit of 1 or more (-1: all)."
            raise Invalid(Fault("CAT-026", "Invalid lineage query parameters passed", cure=cure))
        types = self._types.current
        with self._store.read() as connection:
            base = _base(connection, guid, types)
            walk = Walk({base["id"]})
            first = _neighbours(connection, [base["id"]], direction, (offset, limit), None)
            beyond = [_far(edge, direction) for edge, _ in first]
            walk.nodes.update(beyond)
            walk.edges.update((edge, None) for edge, _ in first)
            if types.entities_by_id[base["type_id"]].is_dataset:
                processes = _of_kind(connection, beyond, types)
                for edge, _ in _neighbours(connection, processes, direction, (0, ALL), None):
                    walk.edges[edge] = None
                    walk.nodes.add(_far(edge, direction))
            info = self._info(connection, base, walk, [], types)
        return msgspec.structs.replace(
            info,
            lineage_direction=direction,
            lineage_depth=1,
            lineage_width=ALL,
            children_count=ALL,
            width_counts={direction: None},
        )

    def degrees(self, guids: Iterable[str]) -> dict[str, Degree]:
        """Number of neighbours each way, for every guid that exists."""
        wanted = listed()
        counts = []
        for here in (lineage_edges.c.target_id, lineage_edges.c.source_id):
            open_edges = and_(here == entities.c.id, lineage_edges.c.ended_at.is_(None))
            counts.append(select(func.count()).where(open_edges).correlate(entities).scalar_subquery())
        query = select(entities.c.guid, *counts).join(wanted, entities.c.guid == text(wanted))
        with self._store.read() as connection:
            rows = connection.execute(query, {"wanted": packed(sorted(set(guids)))}).all()
        return {guid: Degree(upstream, downstream) for guid, upstream, downstream in rows}

    def _info(
        self,
        connection: Connection,
        base: Row,
        walk: Walk,
        parents: Sequence[Row],
        types: TypeSet,
    ) -> LineageInfo:
        above = {id for row in parents for id in (row["child_id"], row["parent_id"])}
        rows = rows_by_id(connection, {base["id"], *walk.nodes, *above})
        names = collection_names(connection)
        guids = {id: row["guid"] for id, row in rows.items()}
        linked = _relationship_guids(connection, walk.edges)
        return LineageInfo(
            base_entity_guid=base["guid"],
            lineage_direction="BOTH",
            lineage_depth=0,
            lineage_width=ALL,
            include_parent=False,
            children_count=0,
            guid_entity_map={row["guid"]: header_of(row, types, names) for row in rows.values()},
            relations=tuple(
                LineageRelation(
                    from_entity_id=guids[edge.source],
                    to_entity_id=guids[edge.target],
                    relationship_id=linked[edge.relationship],
                )
                for edge in walk.edges
            ),
            parent_relations=tuple(
                ParentRelation(
                    child_entity_id=guids[row["child_id"]],
                    parent_entity_id=guids[row["parent_id"]],
                    relationship_id=row["guid"],
                )
                for row in parents
            ),
            width_counts={
                way: {guids[id]: number for id, number in totals.items()} for way, totals in walk.totals.items()
            },
        )


def _check(depth: int, width: int) -> None:
    if not 1 <= depth <= MAX_DEPTH or (width < 1 and width != ALL):
        cure = f"Use a depth of 1 to {MAX_DEPTH} and a width of 1 or more (-1: all)."
        message = f"Invalid lineage query parameters passed: depth {depth}, width {width}"
        raise Invalid(Fault("CAT-026", message, cure=cure))


def _base(connection: Connection, guid: str, types: TypeSet) -> Row:
    row = connection.execute(select(entities).where(entities.c.guid == guid)).mappings().first()
    if row is None:
        raise NotFound(no_guid(guid))
    type = types.entities_by_id[row["type_id"]]
    if not (type.is_dataset or type.is_process or _holds_processes(type, types)):
        message = f"Given instance guid {guid} with type {type.name} is not a valid lineage entity type."
        raise NotFound(Fault("CAT-027", message, cure="Ask for a dataset, a process, or what contains processes."))
    return row


def _holds_processes(type: EntityType, types: TypeSet) -> bool:
    """Tell whether a type is a parent of processes: a workspace."""
    return any(
        link.relationship.parent_side == link.side and types.entities[link.there.type].is_process
        for links in type.links.values()
        for link in links
    )


def _children(connection: Connection, ids: Sequence[int]) -> list[Row]:
    wanted = listed()
    query = select(entities.c.id, entities.c.type_id).join(wanted, entities.c.parent_id == integer(wanted))
    found = connection.execute(query.where(IS_LIVE), {"wanted": packed(ids)}).mappings()
    return list(found.all())


def _starts(connection: Connection, base: Row, types: TypeSet) -> list[int]:
    """Return where the walk begins: the entity, or the operations inside it if it has no edge of its own."""
    starts, level = [base["id"]], [base["id"]]
    if types.entities_by_id[base["type_id"]].is_dataset:
        return starts
    while level:
        below = _children(connection, level)
        level = [row["id"] for row in below if types.entities_by_id[row["type_id"]].is_process]
        level = [id for id in level if id not in starts]
        starts.extend(level)
    edges = lineage_edges.c
    wanted = listed()
    query = select(integer(wanted)).where(
        or_(
            select(edges.source_id).where(edges.source_id == integer(wanted)).correlate(wanted).exists(),
            select(edges.target_id).where(edges.target_id == integer(wanted)).correlate(wanted).exists(),
        )
    )
    return [id for (id,) in connection.execute(query.select_from(wanted), {"wanted": packed(starts)})]


def _spread(
    connection: Connection,
    walk: Walk,
    starts: Sequence[int],
    way: Way,
    depth: int,
    width: int,
    types: TypeSet,
    as_of: datetime.datetime | None,
) -> None:
    """Walk one way. A level ends at datasets, so a walk that starts at processes takes half a level first."""
    seen = set(starts)
    totals = walk.totals.setdefault(way, {})
    datasets = _of_kind(connection, starts, types, dataset=True)
    level, processes = datasets, [id for id in starts if id not in set(datasets)]
    for _ in range(depth):
        found = _step(connection, walk, level, way, width, as_of)
        met = list(dict.fromkeys(id for id in found if id not in seen))
        seen.update(met)
        kept = set(_of_kind(connection, met, types))
        processes += [id for id in met if id in kept]
        # A direct edge between datasets is a whole level by itself.
        direct = [id for id in met if id not in kept]
        beyond = _step(connection, walk, processes, way, width, as_of)
        level = [*direct, *dict.fromkeys(id for id in beyond if id not in seen)]
        seen.update(level)
        processes = []
        if not level:
            return
    for id, total in _counts(connection, level, way, as_of).items():
        totals.setdefault(id, total)


def _step(
    connection: Connection,
    walk: Walk,
    level: Sequence[int],
    way: Way,
    width: int,
    as_of: datetime.datetime | None,
) -> list[int]:
    totals = walk.totals[way]
    totals.update((id, 0) for id in level)
    found = []
    for edge, total in _neighbours(connection, level, way, (0, width), as_of):
        near, far = (edge.target, edge.source) if way == "INPUT" else (edge.source, edge.target)
        walk.edges[edge] = None
        walk.nodes.add(far)
        totals[near] = total
        found.append(far)
    return found


def _far(edge: Edge, way: Direction) -> int:
    return edge.source if way == "INPUT" else edge.target


def _holds(as_of: datetime.datetime | None) -> ColumnElement[bool]:
    """Return the condition that an edge is open, or was at that time."""
    edges = lineage_edges.c
    if as_of is None:
        return edges.ended_at.is_(None)
    at = clock.milliseconds(as_of)
    return and_(edges.first_seen <= at, or_(edges.ended_at.is_(None), edges.ended_at > at))


def _neighbours(
    connection: Connection,
    ids: Sequence[int],
    way: Direction,
    page: tuple[int, int],
    as_of: datetime.datetime | None,
) -> list[tuple[Edge, int]]:
    """Return the edges to the neighbours of each entity, at most a page each, with how many there are in all."""
    if not ids:
        return []
    offset, limit = page
    edges = lineage_edges.c
    here, there = (edges.target_id, edges.source_id) if way == "INPUT" else (edges.source_id, edges.target_id)
    wanted = listed()
    ranked = (
        select(edges.source_id, edges.target_id, edges.relationship_id)
        .add_columns(func.row_number().over(partition_by=here, order_by=there).label("rank"))
        .add_columns(func.count().over(partition_by=here).label("total"))
        .select_from(wanted)
        .join(lineage_edges, here == integer(wanted))
        .where(_holds(as_of))
        .subquery()
    )
    query = select(ranked)
    if limit != ALL:
        query = query.where(ranked.c.rank > offset, ranked.c.rank <= offset + limit)
    rows = connection.execute(query.order_by(ranked.c.rank), {"wanted": packed(ids)})
    return [(Edge(row.source_id, row.target_id, row.relationship_id), row.total) for row in rows]


def _counts(connection: Connection, ids: Sequence[int], way: Way, as_of: datetime.datetime | None) -> dict[int, int]:
    edges = lineage_edges.c
    here = edges.target_id if way == "INPUT" else edges.source_id
    wanted = listed()
    query = select(here, func.count()).select_from(wanted).join(lineage_edges, here == integer(wanted))
    rows = connection.execute(query.where(_holds(as_of)).group_by(here), {"wanted": packed(ids)})
    return dict.fromkeys(ids, 0) | dict(rows.all())


def _of_kind(connection: Connection, ids: Sequence[int], types: TypeSet, *, dataset: bool = False) -> list[int]:
    """Return those of the entities that are processes, or datasets."""
    if not ids:
        return []
    wanted = listed()
    query = select(entities.c.id, entities.c.type_id).join(wanted, entities.c.id == integer(wanted))
    rows = connection.execute(query, {"wanted": packed(ids)}).all()
    found = [(id, types.entities_by_id[type_id]) for id, type_id in rows]
    return [id for id, type in found if (type.is_dataset if dataset else type.is_process)]


def _parents(connection: Connection, nodes: Iterable[int], types: TypeSet) -> list[Row]:
    """Return (child, parent, relationship) from operations up to what contains them all."""
    found: list[Row] = []
    level, seen = _of_kind(connection, sorted(nodes), types), set[int]()
    holding = [type.id for type in types.relationships.values() if type.parent_side is not None]
    while level:
        wanted = listed()
        child = entities.c
        query = (
            select(child.id.label("child_id"), child.parent_id, relationships.c.guid)
            .select_from(wanted)
            .join(entities, child.id == integer(wanted))
            .join(
                relationships,
                or_(
                    and_(relationships.c.end1_id == child.id, relationships.c.end2_id == child.parent_id),
                    and_(relationships.c.end2_id == child.id, relationships.c.end1_id == child.parent_id),
                ),
            )
            .where(IS_LINKED, relationships.c.type_id.in_(holding))
        )
        rows = connection.execute(query, {"wanted": packed(level)}).mappings().all()
        seen.update(level)
        found.extend(rows)
        level = sorted({row["parent_id"] for row in rows} - seen)
    return found


def _relationship_guids(connection: Connection, edges: Iterable[Edge]) -> dict[int, str]:
    wanted = listed()
    table = relationships.c
    query = select(table.id, table.guid).join(wanted, table.id == integer(wanted))
    rows = connection.execute(query, {"wanted": packed({edge.relationship for edge in edges})})
    return dict(rows.all())
