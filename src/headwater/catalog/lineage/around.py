"""Lineage between entities: level by level with a visited set, on integer keys.

A level is dataset → process → dataset. What contains processes (an activity, a pipeline, a workspace) has the
lineage of the operations inside it.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

import msgspec
from sqlalchemy import Connection, Select, and_, func, or_, select

from headwater.catalog.collections import collection_names
from headwater.catalog.lineage.steps import ALL, Reach, Walk, Way, neighbours, page, spread
from headwater.catalog.model import Direction, LineageInfo, LineageRelation, ParentRelation
from headwater.catalog.reading import Row, headers_by_id
from headwater.catalog.store import Store
from headwater.catalog.store.lists import integer, listed, packed, text
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import IS_LINKED, IS_LIVE, entities, lineage_edges, relationships
from headwater.catalog.type_definitions import Types
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import Fault, Invalid, NotFound

MAX_DEPTH = 100
_WAYS: dict[Direction, tuple[Way, ...]] = {"INPUT": ("INPUT",), "OUTPUT": ("OUTPUT",), "BOTH": ("INPUT", "OUTPUT")}


class Degree(msgspec.Struct, frozen=True):
    """How many neighbours an entity has each way."""

    upstream: int = 0
    downstream: int = 0


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
        with self._store.read() as connection:
            types = self._types.at(connection)
            base = _base(connection, guid, types)
            below = _children(connection, [base["id"]])
            children = [row for row in below if types.entities_by_id[row["type_id"]].is_process]
            starts = _starts(connection, base, types)
            walk = Walk(set(starts))
            reach = Reach(depth, width, as_of, _processes(types))
            for way in _WAYS[direction]:
                spread(connection, walk, starts, way, reach)
            holding = {id for id, type in types.relationships_by_id.items() if type.parent_side is not None}
            parents = _parents(connection, walk.nodes, reach, holding) if include_parent else []
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
        with self._store.read() as connection:
            types = self._types.at(connection)
            base = _base(connection, guid, types)
            walk = Walk({base["id"]})
            steps = page(connection, base["id"], direction, (offset, limit), None)
            if types.entities_by_id[base["type_id"]].is_dataset:
                is_process = _processes(types)
                beyond = list(dict.fromkeys(far for _, far, _, type_id in steps if is_process[type_id]))
                steps += neighbours(connection, beyond, direction, ALL, None)[0] if beyond else []
            walk.add(steps, direction)
            walk.nodes.update(far for _, far, _, _ in steps)
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
        headers = headers_by_id(connection, {base["id"], *walk.nodes, *above}, types, collection_names(connection))
        guids = {id: header.guid for id, header in headers.items()}
        counts: dict[str, dict[str, int] | None] = {
            way: {guids[id]: number for id, number in totals.items()} for way, totals in walk.totals.items()
        }
        return LineageInfo(
            base_entity_guid=base["guid"],
            lineage_direction="BOTH",
            lineage_depth=0,
            lineage_width=ALL,
            include_parent=False,
            children_count=0,
            guid_entity_map={header.guid: header for header in headers.values()},
            relations=_relations(connection, walk, guids),
            parent_relations=_parent_relations(parents, guids),
            width_counts=counts,
        )


def _relations(connection: Connection, walk: Walk, guids: Mapping[int, str]) -> tuple[LineageRelation, ...]:
    linked = _relationship_guids(connection, walk.edges)
    return tuple(
        LineageRelation(from_entity_id=guids[source], to_entity_id=guids[target], relationship_id=linked[relationship])
        for relationship, (source, target) in walk.edges.items()
    )


def _parent_relations(parents: Sequence[Row], guids: Mapping[int, str]) -> tuple[ParentRelation, ...]:
    return tuple(
        ParentRelation(
            child_entity_id=guids[row["child_id"]],
            parent_entity_id=guids[row["parent_id"]],
            relationship_id=row["guid"],
        )
        for row in parents
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


def _processes(types: TypeSet) -> dict[int, bool]:
    return {id: type.is_process for id, type in types.entities_by_id.items()}


def _starts(connection: Connection, base: Row, types: TypeSet) -> dict[int, bool]:
    """Return where the walk begins: the entity, or the operations inside it if it has no edge of its own."""
    starts, level = [base["id"]], [base["id"]]
    if types.entities_by_id[base["type_id"]].is_dataset:
        return {base["id"]: False}
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
    found = connection.execute(query.select_from(wanted), {"wanted": packed(starts)}).scalars()
    return dict.fromkeys(found, True)


@cache
def _parents_of() -> Select[int, int, int, str, int]:
    child, wanted = entities.c, listed()
    between = or_(
        and_(relationships.c.end1_id == child.id, relationships.c.end2_id == child.parent_id),
        and_(relationships.c.end2_id == child.id, relationships.c.end1_id == child.parent_id),
    )
    return (
        select(child.id.label("child_id"), child.type_id, child.parent_id, relationships.c.guid)
        .add_columns(relationships.c.type_id.label("link"))
        .select_from(wanted)
        .join(entities, child.id == integer(wanted))
        .join(relationships, between)
        .where(IS_LINKED)
    )


def _parents(connection: Connection, nodes: Iterable[int], reach: Reach, holding: Collection[int]) -> list[Row]:
    """Return (child, parent, relationship) from operations up to what contains them all."""
    found: list[Row] = []
    level, seen = sorted(nodes), set[int]()
    while level:
        rows = connection.execute(_parents_of(), {"wanted": packed(level)}).mappings()
        kept = [row for row in rows if reach.is_process[row["type_id"]] and row["link"] in holding]
        seen.update(level)
        found.extend(kept)
        level = sorted({row["parent_id"] for row in kept} - seen)
    return found


@cache
def _guids_of() -> Select[int, str]:
    table, wanted = relationships.c, listed()
    return select(table.id, table.guid).join(wanted, table.id == integer(wanted))


def _relationship_guids(connection: Connection, keys: Iterable[int]) -> dict[int, str]:
    return dict(fetch(connection, _guids_of(), {"wanted": packed(sorted(keys))}))
