"""One asset becomes another: what hangs on it moves over, row by row, and what the other has already ends.

What is past stays where it was: at that time there were two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, or_, select

from headwater.catalog.merging.journal import Journal
from headwater.catalog.names.stores import KINDS, counterpart
from headwater.catalog.reading import Row, rows_by_id, whole
from headwater.catalog.resolution.retyping import sibling
from headwater.catalog.resource_sets.gathering import MEMBERS
from headwater.catalog.store.bulk import insert_rows
from headwater.catalog.store.counters import take
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import (
    DELETED,
    IS_LINKED,
    IS_LIVE,
    column_edges,
    entities,
    lineage_columns,
    lineage_edges,
    observations,
    relationships,
)
from headwater.catalog.types import EntityType, RelationshipType, TypeSet
from headwater.catalog.writing.links import Wanted
from headwater.catalog.writing.rows import Pen
from headwater.data.normalization import section


@dataclass(slots=True)
class Moved:
    """What a merge came to, for whoever asks what it does, and for what follows it."""

    relationships: list[tuple[Row, Wanted]] = field(default_factory=list)
    ended: list[Row] = field(default_factory=list)
    lineage_edges: int = 0
    column_edges: int = 0
    observations: int = 0
    merged_columns: list[str] = field(default_factory=list)
    moved_columns: list[str] = field(default_factory=list)
    gone: list[tuple[Row, Row]] = field(default_factory=list)
    """Entities that are no more, and what they are now: the asset itself, and its parts that the other has too."""


class Merging:
    """Moves everything of one entity to another, parts first."""

    def __init__(self, connection: Connection, types: TypeSet, pen: Pen) -> None:
        self._connection = connection
        self._types = types
        self._pen = pen
        self.journal = Journal(connection)
        self.moved = Moved()
        self.pairs: list[tuple[int, int]] = []
        """Keys of all entities that are no more, and of what they are now."""

    def merge(self, row: Row, into: Row) -> None:
        """Move what hangs on the entity of `row`. Neither changes itself yet, but for the parts that move."""
        here, there = self._parts(row), self._parts(into)
        type = self._types.entities_by_id[into["type_id"]]
        standing = {self._piece(part, into, type): part for part in there}
        for part in here:
            piece = self._piece(part, row, type)
            if (twin := standing.get(piece)) is not None and self._alike(part, twin):
                self.merge(part, twin)
                if self._types.entities_by_id[part["type_id"]].is_column:
                    self.moved.merged_columns.append(part["name"])
            else:
                self._bring(part, row, into, type)
        self._links(row, into)
        self._columns(row, into, type)
        self._runs(row, into)
        self.moved.gone.append((row, into))

    def _alike(self, part: Row, twin: Row) -> bool:
        one, other = (self._types.entities_by_id[found["type_id"]] for found in (part, twin))
        return one.is_column == other.is_column

    def _parts(self, row: Row) -> list[Row]:
        query = whole().where(entities.c.parent_id == row["id"], IS_LIVE).order_by(entities.c.id)
        rows = self._connection.execute(query).mappings().all()
        return [part for part in rows if self._types.entities_by_id[part["type_id"]].is_part]

    def _piece(self, part: Row, holder: Row, type: EntityType) -> str:
        """Return what tells a part from others of its holder: a column's name as the store compares it."""
        name = str(part["qualified_name"])
        own = name.removeprefix(f"{holder['qualified_name']}#") if name.startswith(holder["qualified_name"]) else name
        own = own.removeprefix(holder["qualified_name"])
        return section(own).casefold() if type.ignores_column_case else own

    def _bring(self, part: Row, row: Row, into: Row, type: EntityType) -> None:
        """Put a part that the other has not under it, with all below, under names and types that fit."""
        held = self._types.entities_by_id[part["type_id"]]
        home = KINDS.get(type.name)
        fitting = self._types.entities[(home and counterpart(held.name, home.family)) or held.name]
        for piece in [part, *self._parts(part)]:
            name = str(piece["qualified_name"]).replace(row["qualified_name"], into["qualified_name"], 1)
            values: dict[str, object] = {
                "qualified_name": name,
                "attributes": {**piece["attributes"], "qualifiedName": name},
            }
            if piece is part:
                values |= {"parent_id": into["id"], "type_id": fitting.id}
            self.journal.change(entities, {"id": piece["id"]}, piece, values)
        if held.is_column:
            self.moved.moved_columns.append(part["name"])

    def _links(self, row: Row, into: Row) -> None:
        type = self._types.entities_by_id[into["type_id"]]
        mine, theirs = self._relationships(row["id"]), self._relationships(into["id"])
        pairs = {(found["end1_id"], found["type_id"], found["end2_id"]) for found in theirs}
        ids = {end for found in mine for end in (found["end1_id"], found["end2_id"])}
        others = rows_by_id(self._connection, ids)
        for found in mine:
            side = 0 if found["end1_id"] == row["id"] else 1
            relationship = self._fitting(found, side, type, others)
            ends = tuple(into["id"] if end == row["id"] else end for end in (found["end1_id"], found["end2_id"]))
            if relationship is None or self._is_taken(relationship, (ends[0], ends[1]), into["id"], pairs):
                self._end(found)
                continue
            pairs.add((ends[0], relationship.id, ends[1]))
            values: dict[str, object] = {"end1_id": ends[0], "end2_id": ends[1], "type_id": relationship.id}
            self.journal.change(relationships, {"id": found["id"]}, found, values)
            self.moved.relationships.append((found, Wanted(relationship, (ends[0], ends[1]), id=found["id"])))
            self._follow(found, relationship, (ends[0], ends[1]))

    def _relationships(self, id: int) -> list[Row]:
        table = relationships.c
        mine = or_(table.end1_id == id, table.end2_id == id)
        query = select(relationships).where(mine, IS_LINKED).order_by(table.id)
        return list(self._connection.execute(query).mappings())

    def _fitting(self, found: Row, side: int, type: EntityType, others: Mapping[int, Row]) -> RelationshipType | None:
        """Return the type under which the other entity has this relationship; None if it has none or takes none."""
        relationship = self._types.relationships_by_id[found["type_id"]]
        if relationship.name == MEMBERS:
            return relationship if side == 0 else None
        far = others[found["end2_id" if side == 0 else "end1_id"]]
        other = self._types.entities_by_id[far["type_id"]]
        if relationship.ends[side].type in type.supers and relationship.ends[1 - side].type in other.supers:
            return relationship
        return sibling(relationship, side, type, other, self._types)

    def _is_taken(
        self, type: RelationshipType, ends: tuple[int, int], into: int, pairs: Iterable[tuple[int, int, int]]
    ) -> bool:
        """Tell whether the other entity has this already, or has another one where it takes one only."""
        if ends[0] == ends[1] or (ends[0], type.id, ends[1]) in pairs:
            return True
        sides = [side for side in (0, 1) if ends[side] == into and type.ends[side].single]
        return any(pair[1] == type.id and (pair[0], pair[2])[side] == into for side in sides for pair in pairs)

    def _end(self, found: Row) -> None:
        stamp = {"updated_by": self._pen.by, "updated_at": self._pen.at}
        self.journal.change(relationships, {"id": found["id"]}, found, {"status": DELETED, **stamp})
        self.moved.ended.append(found)
        if edge := self._edge(found):
            self.journal.change(lineage_edges, _edge_key(edge), edge, {"ended_at": self._pen.at})

    def _edge(self, found: Row) -> Row | None:
        table = lineage_edges.c
        mine = (table.relationship_id == found["id"]) & table.ended_at.is_(None)
        query = select(lineage_edges).where(table.source_id.in_([found["end1_id"], found["end2_id"]]), mine)
        return self._connection.execute(query).mappings().first()

    def _follow(self, found: Row, type: RelationshipType, ends: tuple[int, int]) -> None:
        """Let lineage and hierarchy follow a relationship that moved."""
        if (edge := self._edge(found)) is not None:
            self.journal.change(lineage_edges, _edge_key(edge), edge, {"source_id": ends[0], "target_id": ends[1]})
            self.moved.lineage_edges += 1
        if (side := type.parent_side) is not None:
            child = rows_by_id(self._connection, [ends[1 - side]])[ends[1 - side]]
            self.journal.change(entities, {"id": child["id"]}, child, {"parent_id": ends[side]})

    def _columns(self, row: Row, into: Row, type: EntityType) -> None:
        """Move open edges between columns to the other's columns of the same names; end those it has."""
        mine = self._vertices(row["id"])
        edges = self._open_edges(list(mine), row["id"])
        if not edges:
            return
        used = {edge[end] for edge in edges for end in ("source_id", "sink_id")} & mine.keys()
        places = self._places(into, type, {id: mine[id] for id in sorted(used)})
        theirs = {_said(dict(edge)) for edge in self._open_edges([*self._vertices(into["id"])], into["id"])}
        for edge in edges:
            values: dict[str, object] = {
                "source_id": places.get(edge["source_id"], edge["source_id"]),
                "sink_id": places.get(edge["sink_id"], edge["sink_id"]),
                "operation_id": into["id"] if edge["operation_id"] == row["id"] else edge["operation_id"],
            }
            if (said := _said(dict(edge) | values)) in theirs or values["source_id"] == values["sink_id"]:
                values = {"ended_at": self._pen.at}
            else:
                theirs.add(said)
                self.moved.column_edges += 1
            self.journal.change(column_edges, {"id": edge["id"]}, edge, values)

    def _vertices(self, id: int) -> dict[int, Row]:
        rows = self._connection.execute(select(lineage_columns).where(lineage_columns.c.entity_id == id)).mappings()
        return {row["id"]: row for row in rows}

    def _open_edges(self, vertices: Sequence[int], operation: int) -> list[Row]:
        table = column_edges.c
        these = select(integer(listed()))
        mine = or_(table.source_id.in_(these), table.sink_id.in_(these), table.operation_id == operation)
        query = select(column_edges).where(mine, table.ended_at.is_(None)).order_by(table.id)
        return list(self._connection.execute(query, {"wanted": packed(vertices)}).mappings())

    def _places(self, into: Row, type: EntityType, mine: Mapping[int, Row]) -> dict[int, int]:
        """Return the other's vertex for each of these, made where it has none."""
        held = {row["key"]: id for id, row in self._vertices(into["id"]).items()}
        keys = {id: row["name"].casefold() if type.ignores_column_case else row["name"] for id, row in mine.items()}
        new = {keys[id]: row["name"] for id, row in mine.items() if keys[id] not in held}
        first = take(self._connection, "lineage_columns", len(new))
        rows = [(first + offset, into["id"], key, name) for offset, (key, name) in enumerate(new.items())]
        insert_rows(self._connection, lineage_columns, ("id", "entity_id", "key", "name"), rows)
        for id, _, key, _ in rows:
            self.journal.made(lineage_columns, {"id": id})
            held[key] = id
        return {id: held[key] for id, key in keys.items()}

    def _runs(self, row: Row, into: Row) -> None:
        known = {(run["run_id"], run["activity_run_id"]) for run in self._observations(into["id"])}
        for run in self._observations(row["id"]):
            if (run["run_id"], run["activity_run_id"]) not in known:
                key: dict[str, object] = {name: run[name] for name in ("operation_id", "run_id", "activity_run_id")}
                self.journal.change(observations, key, run, {"operation_id": into["id"]})
                self.moved.observations += 1

    def _observations(self, id: int) -> list[Row]:
        query = select(observations).where(observations.c.operation_id == id)
        return list(self._connection.execute(query).mappings())


def _edge_key(edge: Row) -> dict[str, object]:
    return {name: edge[name] for name in ("source_id", "target_id", "relationship_id")}


def _said(edge: Mapping[str, object]) -> tuple[object, ...]:
    """Return what tells an edge from others."""
    names = ("operation_id", "source_id", "sink_id", "kind", "subtype", "expression")
    return (*(edge[name] for name in names), str(edge["steps"]))
