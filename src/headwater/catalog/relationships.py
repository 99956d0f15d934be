"""Relationships: made by name of their type and two ends, or as an attribute of an entity (`writing/links.py`)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from headwater.catalog import clock
from headwater.catalog.collections import collection_names
from headwater.catalog.model import ObjectId, Relationship, RelationshipInfo, RelationshipInput
from headwater.catalog.reading import Row, header_of, relationship_of, rows_by_id
from headwater.catalog.store import Store
from headwater.catalog.store.schema import ACTIVE, IS_LINKED, relationships
from headwater.catalog.type_definitions import Types
from headwater.catalog.types import RelationshipType, TypeSet
from headwater.catalog.writing import documents, links
from headwater.catalog.writing.bulk import Permit
from headwater.catalog.writing.drafts import Reference
from headwater.catalog.writing.links import Plan, Wanted
from headwater.catalog.writing.rows import Pen
from headwater.catalog.writing.subjects import Cast, Known
from headwater.errors import Conflict, Fault, Invalid, NotFound

NO_PLACE = 0


class Relationships:
    """Reads and writes of single relationships."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def create(self, given: RelationshipInput, *, by: str, permit: Permit | None = None) -> Relationship:
        """Make a relationship. Raises Conflict if it exists, NotFound for an end, Invalid for ends that do not fit."""
        with self._store.write() as connection:
            types = self._types.at(connection)
            type = types.relationship(given.type_name or "")
            ends = _ends(connection, given, type, types)
            _ask(connection, ends, permit)
            pair = (ends[0]["id"], type.id, ends[1]["id"])
            table = relationships.c
            same = (table.end1_id == pair[0]) & (table.type_id == type.id) & (table.end2_id == pair[2])
            if connection.execute(select(table.id).where(same, IS_LINKED)).first() is not None:
                message = (
                    f"relationship {type.name} already exists between entities {ends[0]['guid']} and {ends[1]['guid']}"
                )
                raise Conflict(Fault("CAT-033", message, cure="PUT changes its attributes."))
            plan = Plan()
            links.want(plan, Wanted(type, (pair[0], pair[2]), given.attributes or {}))
            linked = links.link_up(connection, plan, Pen(by, clock.now(), NO_PLACE, {}), types, {})
            documents.keep(connection, [], linked.touched, types)
            row = connection.execute(select(relationships).where(same, IS_LINKED)).mappings().one()
            return relationship_of(row, {end["id"]: end for end in ends}, types)

    def update(self, given: RelationshipInput, *, by: str, permit: Permit | None = None) -> Relationship:
        """Replace the attributes of a relationship. Raises NotFound, or Invalid if type or ends are others."""
        with self._store.write() as connection:
            types = self._types.at(connection)
            row = _row(connection, given.guid or "")
            ends = rows_by_id(connection, (row["end1_id"], row["end2_id"]))
            type = types.relationships_by_id[row["type_id"]]
            if given.type_name not in (None, type.name):
                message = f"change of relationship type is not permitted: {row['guid']} is a {type.name}"
                raise Invalid(Fault("CAT-024", message, cure="Delete it and make another."))
            _ask(connection, tuple(ends.values()), permit)
            plan = Plan()
            plan.wanted[row["end1_id"], type.id, row["end2_id"]] = Wanted(
                type, (row["end1_id"], row["end2_id"]), given.attributes or {}
            )
            links.link_up(connection, plan, Pen(by, clock.now(), NO_PLACE, {}), types, {})
            return relationship_of(_row(connection, row["guid"]), ends, types)

    def get(self, guid: str) -> RelationshipInfo:
        """Raises NotFound. A deleted relationship can be read, its status says so."""
        with self._store.read() as connection:
            types = self._types.at(connection)
            row = _row(connection, guid, deleted=True)
            ends = rows_by_id(connection, (row["end1_id"], row["end2_id"]))
            names = collection_names(connection)
            headers = {end["guid"]: header_of(end, types, names) for end in ends.values()}
            return RelationshipInfo(relationship=relationship_of(row, ends, types), referred_entities=headers)

    def delete(self, guid: str, *, by: str, permit: Permit | None = None) -> None:
        """Mark as deleted. Raises NotFound."""
        with self._store.write() as connection:
            types = self._types.at(connection)
            row = _row(connection, guid)
            ends = rows_by_id(connection, (row["end1_id"], row["end2_id"]))
            _ask(connection, tuple(ends.values()), permit)
            touched = {row["end1_id"], row["end2_id"]}
            assets = documents.assets_of(connection, touched, types)
            links.end(connection, [row], Pen(by, clock.now(), NO_PLACE, {}), types)
            documents.refresh(connection, assets, documents.columns_of(connection, assets, types), types)


def _ask(connection: Connection, ends: tuple[Row, ...], permit: Permit | None) -> None:
    if permit is not None:
        names = collection_names(connection)
        permit(frozenset(names[end["collection_id"]] for end in ends))


def _row(connection: Connection, guid: str, *, deleted: bool = False) -> Row:
    row = connection.execute(select(relationships).where(relationships.c.guid == guid)).mappings().first()
    if row is None:
        message = f"Given relationship guid {guid} is invalid/not found"
        raise NotFound(Fault("CAT-005", message, cure="GET the entity: relationshipAttributes name their guids."))
    if row["status"] != ACTIVE and not deleted:
        raise NotFound(Fault("CAT-007", f"Relationship {guid} has been deleted", cure="Make a new one."))
    return row


def _ends(connection: Connection, given: RelationshipInput, type: RelationshipType, types: TypeSet) -> tuple[Row, Row]:
    references = (_reference(given.end1, "end1"), _reference(given.end2, "end2"))
    known = Known(connection, types, (), references)
    cast = Cast(types, known, ())
    found = []
    for reference in references:
        end = cast.find(reference)
        if end is None:
            cure = "Make the entity first."
            raise NotFound(Fault("CAT-006", f"Referenced entity {reference} is not found", cure=cure))
        found.append(end)
    for side in (0, 1):
        if type.ends[side].type not in found[side].type.supers:
            said = f"end type 1: {found[0].type.name}, end type 2: {found[1].type.name}"
            expected = f"{type.ends[0].type} and {type.ends[1].type}"
            raise Invalid(
                Fault("CAT-024", f"invalid relationshipDef: {type.name}: {said}", cure=f"Its ends are {expected}.")
            )
    rows: Mapping[int, Row] = rows_by_id(connection, [end.id for end in found])
    return rows[found[0].id], rows[found[1].id]


def _reference(end: ObjectId | None, place: str) -> Reference:
    if end is None or not (end.guid or (end.type_name and end.unique_attributes)):
        cure = 'Send {"guid": …} or {"typeName": …, "uniqueAttributes": {"qualifiedName": …}}.'
        raise Invalid(Fault("CAT-023", f"ObjectId is not valid: {place}", cure=cure))
    name = (end.unique_attributes or {}).get("qualifiedName")
    return Reference(end.guid, end.type_name, str(name) if name else None, None, {}, place)
