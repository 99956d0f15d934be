"""A walk as an answer: what Atlas' LineageInfo says of it, as a value or as JSON."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from headwater.catalog.collections import collection_names
from headwater.catalog.lineage.nodes import drawn, header
from headwater.catalog.lineage.walk import Walk
from headwater.catalog.model import Direction, LineageInfo, LineageRelation, ParentRelation
from headwater.catalog.reading import Row
from headwater.catalog.types import TypeSet

Link = tuple[int, int, str]
"""Child, parent, guid of the relationship between them."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What to show around an entity.

    At most `width` neighbours of a node are followed per direction (-1: all); the answer's `width_counts` tells how
    many there are. `derived`: also what comes through the assets that an asset gathers, and through those that gather
    it. `as_of` shows the edges that held at that time.
    """

    direction: Direction = "BOTH"
    depth: int = 3
    width: int = 10
    include_parent: bool = False
    derived: bool = False
    as_of: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """All that an answer is made of."""

    base: Row
    walk: Walk
    types: TypeSet
    collections: Mapping[int, str]
    parents: Sequence[Link]
    counts: Mapping[str, dict[str, int] | None]
    children: int
    asked: Asked

    def info(self) -> LineageInfo:
        """Return the answer as a value."""
        nodes = {row[1]: header(row, self.types, self.collections) for row in self.walk.rows.values()}
        return msgspec.structs.replace(self._without_nodes(), guid_entity_map=nodes)

    def json(self, readable: Collection[str] | None) -> bytes:
        """Return the answer as JSON. Nodes in other collections than the `readable` ones have no name."""
        nodes = drawn(self.walk.rows.values(), self.types, self.collections, readable)
        return msgspec.json.encode(msgspec.structs.replace(self._without_nodes(), guid_entity_map=nodes))

    def _without_nodes(self) -> LineageInfo:
        guids = {id: row[1] for id, row in self.walk.rows.items()}
        relations = [
            LineageRelation(guids[source], guids[target], relationship)
            for source, target, relationship in self.walk.edges()
        ]
        parents = [
            ParentRelation(child_entity_id=guids[child], parent_entity_id=guids[parent], relationship_id=link)
            for child, parent, link in self.parents
        ]
        return LineageInfo(
            base_entity_guid=self.base["guid"],
            lineage_direction=self.asked.direction,
            lineage_depth=self.asked.depth,
            lineage_width=self.asked.width,
            include_parent=self.asked.include_parent,
            children_count=self.children,
            guid_entity_map={},
            relations=tuple(relations),
            parent_relations=tuple(parents),
            width_counts=dict(self.counts),
        )


def picture_of(
    connection: Connection,
    base: Row,
    walk: Walk,
    parents: Sequence[Link],
    types: TypeSet,
    asked: Asked,
    children: int,
) -> Picture:
    """Read what the answer needs beside the walk."""
    bound = [(bond.member, bond.whole, bond.relationship) for bond in walk.bonds]
    walk.meet(connection, {id for child, parent, _ in (*parents, *bound) for id in (child, parent)})
    guids = {id: row[1] for id, row in walk.rows.items()}
    return Picture(
        base=base,
        walk=walk,
        types=types,
        collections=collection_names(connection),
        parents=(*parents, *bound),
        counts={way: {guids[id]: number for id, number in totals.items()} for way, totals in walk.totals.items()},
        children=children,
        asked=asked,
    )
