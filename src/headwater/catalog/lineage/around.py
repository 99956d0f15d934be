"""Lineage around an entity, as Atlas draws it: levels, width, parents, the page after a hub's first.

A level is dataset → process → dataset. What contains processes (an activity, a pipeline, a workspace) has the
lineage of the operations inside it.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Iterable
from functools import cache

import msgspec
from sqlalchemy import Connection, Select, and_, func, or_, select

from headwater.catalog.lineage.kin import bonds
from headwater.catalog.lineage.picture import Asked, Link, Picture, picture_of
from headwater.catalog.lineage.steps import ALL, NO_LIMIT, Way, children, neighbours, page, processes, starts
from headwater.catalog.lineage.walk import Reach, Spread, Walk
from headwater.catalog.model import Direction, LineageInfo
from headwater.catalog.reading import Row
from headwater.catalog.store import Store
from headwater.catalog.store.lists import integer, listed, packed, text
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import IS_LINKED, entities, lineage_edges, relationships
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import Fault, Invalid, NotFound

MAX_DEPTH = 100
_WAYS: dict[Direction, tuple[Way, ...]] = {"INPUT": ("INPUT",), "OUTPUT": ("OUTPUT",), "BOTH": ("INPUT", "OUTPUT")}
_ONE_WAY = "Use direction INPUT or OUTPUT, an offset of 0 or more, and a limit of 1 or more (-1: all)."


class Degree(msgspec.Struct, frozen=True):
    """How many neighbours an entity has each way."""

    upstream: int = 0
    downstream: int = 0


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which neighbours of a node to show: from `offset` on, at most `limit` (-1: all)."""

    direction: Direction
    offset: int = 0
    limit: int = ALL
    derived: bool = False
    as_of: datetime.datetime | None = None


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
        derived: bool = False,
        as_of: datetime.datetime | None = None,
    ) -> LineageInfo:
        """Lineage around an entity; `Asked` says what the parameters mean.

        Raises NotFound, or Invalid for parameters that make no sense.
        """
        asked = Asked(
            direction=direction,
            depth=depth,
            width=width,
            include_parent=include_parent,
            derived=derived,
            as_of=as_of,
        )
        return self._around(guid, asked).info()

    def walk_json(self, guid: str, asked: Asked, readable: Collection[str] | None) -> bytes:
        """Return what `walk` does as JSON. Nodes in other collections than the `readable` ones have no name."""
        return self._around(guid, asked).json(readable)

    def next_page(
        self,
        guid: str,
        *,
        direction: Direction,
        offset: int,
        limit: int,
        derived: bool = False,
        as_of: datetime.datetime | None = None,
    ) -> LineageInfo:
        """One level beyond a node, from its neighbour `offset` on. Raises NotFound or Invalid."""
        asked = Page(direction=direction, offset=offset, limit=limit, derived=derived, as_of=as_of)
        return self._next(guid, asked).info()

    def next_json(self, guid: str, asked: Page, readable: Collection[str] | None) -> bytes:
        """Return what `next_page` does as JSON."""
        return self._next(guid, asked).json(readable)

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

    def _around(self, guid: str, asked: Asked) -> Picture:
        _check(asked.depth, asked.width)
        with self._store.read() as connection:
            types = self._types.at(connection)
            base = lineage_base(connection, guid, types)
            is_process = processes(types)
            reach = Reach(types, is_process, asked.depth, asked.width, asked.as_of, asked.derived)
            begin = starts(connection, base["id"], base["type_id"], types)
            walk = Walk()
            walk.meet(connection, [base["id"]])
            for way in _WAYS[asked.direction]:
                Spread(connection, walk, way, reach).go(begin)
            below = sum(kind in is_process for _, kind in children(connection, [base["id"]]))
            if asked.derived:
                bound = bonds(connection, [base["id"]], types, NO_LIMIT, asked.as_of)
                below += sum(bond.whole == base["id"] for bond in bound)
            above: list[Link] = []
            if asked.include_parent:
                met = [id for id in walk.rows if id in begin or id != base["id"]]
                above = _parents(connection, met, is_process, types)
            return picture_of(connection, base, walk, above, types, asked, below)

    def _next(self, guid: str, asked: Page) -> Picture:
        if asked.direction == "BOTH" or asked.offset < 0 or asked.limit < ALL or asked.limit == 0:
            raise Invalid(Fault("CAT-026", "Invalid lineage query parameters passed", cure=_ONE_WAY))
        with self._store.read() as connection:
            types = self._types.at(connection)
            base = lineage_base(connection, guid, types)
            is_process = processes(types)
            walk, here = Walk(), [base["id"]]
            if asked.derived:
                bound = bonds(connection, here, types, NO_LIMIT, asked.as_of)
                here += [bond.member if bond.whole == base["id"] else bond.whole for bond in bound]
                walk.bonds.update(dict.fromkeys(bound))
            steps = page(connection, here, asked.direction, (asked.offset, asked.limit), asked.as_of)
            near = {id for id, _, _, _ in steps}
            walk.bonds = {bond: None for bond in walk.bonds if near & {bond.whole, bond.member} - {base["id"]}}
            walk.meet(connection, {base["id"], *near, *(far for _, far, _, _ in steps)})
            if types.entities_by_id[base["type_id"]].is_dataset:
                beyond = list(dict.fromkeys(far for _, far, _, _ in steps if walk.rows[far][2] in is_process))
                steps += neighbours(connection, beyond, asked.direction, ALL, asked.as_of)[0] if beyond else []
                walk.meet(connection, {far for _, far, _, _ in steps})
            walk.add(steps, asked.direction)
            told = Asked(direction=asked.direction, depth=1, width=ALL)
            picture = picture_of(connection, base, walk, [], types, told, ALL)
        return dataclasses.replace(picture, counts={asked.direction: None})


def _check(depth: int, width: int) -> None:
    if not 1 <= depth <= MAX_DEPTH or (width < 1 and width != ALL):
        cure = f"Use a depth of 1 to {MAX_DEPTH} and a width of 1 or more (-1: all)."
        message = f"Invalid lineage query parameters passed: depth {depth}, width {width}"
        raise Invalid(Fault("CAT-026", message, cure=cure))


def lineage_base(connection: Connection, guid: str, types: TypeSet) -> Row:
    """Return the entity that lineage is asked of. Raises NotFound if there is none, or if it has none."""
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


@cache
def _parents_of() -> Select[int, int, int, str, int]:
    child, wanted = entities.c, listed()
    between = or_(
        and_(relationships.c.end1_id == child.id, relationships.c.end2_id == child.parent_id),
        and_(relationships.c.end2_id == child.id, relationships.c.end1_id == child.parent_id),
    )
    return (
        select(child.id, child.type_id, child.parent_id, relationships.c.guid, relationships.c.type_id)
        .select_from(wanted)
        .join(entities, child.id == integer(wanted))
        .join(relationships, between)
        .where(IS_LINKED)
    )


def _parents(connection: Connection, met: Iterable[int], is_process: Collection[int], types: TypeSet) -> list[Link]:
    """Return (child, parent, relationship) from operations up to what contains them all."""
    holding = {id for id, type in types.relationships_by_id.items() if type.parent_side is not None}
    found: list[Link] = []
    level, seen = sorted(met), set[int]()
    while level:
        rows = fetch(connection, _parents_of(), {"wanted": packed(level)})
        kept = [
            (child, parent, guid) for child, kind, parent, guid, link in rows if kind in is_process and link in holding
        ]
        seen.update(level)
        found.extend(kept)
        level = sorted({parent for _, parent, _ in kept} - seen)
    return found
