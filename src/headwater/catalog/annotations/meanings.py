"""The meanings of entities: what their rows say of the terms that are assigned to them.

Assignments are relationships; an entity's annotations repeat them, so that headers and search need nothing else.
`follow` makes the two agree again, after whatever changed assignments or the names of terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from headwater.catalog.annotations.record import Action, annotate
from headwater.catalog.model import Attributes
from headwater.catalog.reading import Row, annotations_of, rows_by_id
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import ACTIVE, IS_LINKED, IS_LIVE, entities, relationships
from headwater.catalog.types import TypeSet
from headwater.catalog.writing.links import Linked, Plan
from headwater.catalog.writing.rows import Pen
from headwater.catalog.writing.subjects import Subject, display_name

ASSIGNMENT = "AtlasGlossarySemanticAssignment"
TERM = "AtlasGlossaryTerm"
TOGETHER = 1000
_SAID = ("confidence", "createdBy", "description", "expression", "source", "status", "steward")


def follow(connection: Connection, keys: Iterable[int], action: Action, pen: Pen, types: TypeSet) -> None:
    """Make the meanings of these entities, by key, what their assignments say; deleted ones stay as they were."""
    ordered = sorted(set(keys))
    for at in range(0, len(ordered), TOGETHER):
        some = ordered[at : at + TOGETHER]
        rows = [row for row in rows_by_id(connection, some).values() if row["status"] == ACTIVE]
        assigned = _assigned(connection, some, types.relationship(ASSIGNMENT).id)
        wanted = {
            row["id"]: msgspec.structs.replace(annotations_of(row), meanings=tuple(assigned.get(row["id"], ())))
            for row in rows
        }
        annotate(connection, rows, wanted, action, pen, types)


def follow_bulk(
    connection: Connection, plan: Plan, linked: Linked, subjects: Sequence[Subject], pen: Pen, types: TypeSet
) -> None:
    """Follow a bulk write: assignments that it made or ended, and terms that it renamed."""
    type_id = types.relationship(ASSIGNMENT).id
    gained = {wanted.ends[1] for wanted in plan.wanted.values() if wanted.type.id == type_id}
    renamed = [
        subject.id
        for subject in subjects
        if subject.type.name == TERM and subject.row is not None and display_name(subject) != subject.row["name"]
    ]
    follow(connection, assigned_to(linked.ended, types) - gained, "TERM_DELETE", pen, types)
    follow(connection, gained, "TERM_ADD", pen, types)
    follow(connection, entities_of(connection, renamed, types), "TERM_UPDATE", pen, types)


def assigned_to(rows: Iterable[Row], types: TypeSet) -> frozenset[int]:
    """Return the keys of the entities that the assignments among these relationships belong to."""
    type_id = types.relationship(ASSIGNMENT).id
    return frozenset(row["end2_id"] for row in rows if row["type_id"] == type_id)


def entities_of(connection: Connection, terms: Sequence[int], types: TypeSet) -> frozenset[int]:
    """Return the keys of all entities that these terms are assigned to."""
    if not terms:
        return frozenset()
    table, wanted = relationships.c, listed()
    query = (
        select(table.end2_id)
        .join(wanted, table.end1_id == integer(wanted))
        .where(table.type_id == types.relationship(ASSIGNMENT).id, IS_LINKED)
    )
    return frozenset(connection.execute(query, {"wanted": packed(terms)}).scalars())


def _assigned(connection: Connection, keys: Sequence[int], type_id: int) -> Mapping[int, list[Attributes]]:
    table, wanted = relationships.c, listed()
    query = (
        select(table.end2_id, table.guid, table.attributes, entities.c.guid, entities.c.name)
        .select_from(wanted)
        .join(relationships, table.end2_id == integer(wanted))
        .join(entities, entities.c.id == table.end1_id)
        .where(table.type_id == type_id, IS_LINKED, IS_LIVE)
        .order_by(table.id)
    )
    found: dict[int, list[Attributes]] = {}
    for key, relation, attributes, guid, name in connection.execute(query, {"wanted": packed(keys)}):
        meaning = {"termGuid": guid, "displayText": name, "relationGuid": relation, **dict(_said(attributes))}
        found.setdefault(key, []).append(meaning)
    return found


def _said(attributes: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    return ((name, attributes[name]) for name in _SAID if attributes.get(name) is not None)
