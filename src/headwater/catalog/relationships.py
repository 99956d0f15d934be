"""Relationships: made by name of their type and two ends, or as an attribute of an entity (`writing/links.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection, select

from headwater.catalog import clock
from headwater.catalog.annotations import blocking, meanings, propagation
from headwater.catalog.collections import collection_names
from headwater.catalog.model import ObjectId, Relationship, RelationshipInfo, RelationshipInput
from headwater.catalog.reading import Row, header_of, relationship_of, rows_by_id
from headwater.catalog.resolution import meeting, rewriting
from headwater.catalog.store import Store
from headwater.catalog.store.schema import ACTIVE, IS_LINKED, relationships
from headwater.catalog.types import RelationshipType, TypeSet
from headwater.catalog.types.attributes import checked, missing
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing import direct_columns, documents, links, quotas
from headwater.catalog.writing.conditions import Condition
from headwater.catalog.writing.drafts import Reference, read_version
from headwater.catalog.writing.links import Plan, Wanted
from headwater.catalog.writing.rows import Pen, Permit
from headwater.catalog.writing.subjects import Cast, Known
from headwater.errors import Conflict, Fault, Invalid, NotFound, raise_if_any

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
            attributes = _attributes(type, given, types)
            direct_columns.may_draw(type, [types.entities_by_id[end["type_id"]] for end in ends], attributes)
            keys = (ends[0]["id"], ends[1]["id"])
            if type.symmetric:
                keys = (min(keys), max(keys))
            pair = (keys[0], type.id, keys[1])
            table = relationships.c
            same = (table.end1_id == pair[0]) & (table.type_id == type.id) & (table.end2_id == pair[2])
            if connection.execute(select(table.id).where(same, IS_LINKED)).first() is not None:
                message = (
                    f"relationship {type.name} already exists between entities {ends[0]['guid']} and {ends[1]['guid']}"
                )
                raise Conflict(Fault("CAT-033", message, cure="PUT changes its attributes."))
            plan = Plan()
            links.want(plan, Wanted(type, (pair[0], pair[2]), attributes))
            pen = _pen(by, ends)
            linked = links.link_up(connection, plan, pen, types, {})
            documents.keep(connection, [], linked.touched, types)
            meanings.follow_bulk(connection, plan, linked, (), pen, types)
            propagation.follow(connection, linked, pen, types)
            row = connection.execute(select(relationships).where(same, IS_LINKED)).mappings().one()
            return relationship_of(row, {end["id"]: end for end in ends}, types)

    def update(
        self,
        given: RelationshipInput,
        *,
        by: str,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> Relationship:
        """Replace the attributes of a relationship.

        Raises NotFound, Invalid if type or ends are others, PreconditionFailed if it is at another version.
        """
        with self._store.write() as connection:
            types = self._types.at(connection)
            row = _row(connection, given.guid or "")
            ends = rows_by_id(connection, (row["end1_id"], row["end2_id"]))
            type = types.relationships_by_id[row["type_id"]]
            if given.type_name not in (None, type.name):
                message = f"change of relationship type is not permitted: {row['guid']} is a {type.name}"
                raise Invalid(Fault("CAT-024", message, cure="Delete it and make another."))
            _same_ends(given, ends[row["end1_id"]], ends[row["end2_id"]])
            _ask(connection, tuple(ends.values()), permit)
            _check(row, given, condition)
            plan = Plan()
            pair = (row["end1_id"], row["end2_id"])
            attributes = _attributes(type, given, types)
            direct_columns.may_draw(type, (), attributes)
            plan.wanted[pair[0], type.id, pair[1]] = Wanted(type, pair, attributes)
            pen = _pen(by, [*ends.values(), row])
            linked = links.link_up(connection, plan, pen, types, {})
            meanings.follow_bulk(connection, plan, linked, (), pen, types)
            if given.blocked_propagated_classifications is not None:
                blocking.set_blocked(connection, row, given.blocked_propagated_classifications, pen, types)
            return _shown(connection, _row(connection, row["guid"]), ends, types)

    def get(self, guid: str) -> RelationshipInfo:
        """Raises NotFound. A deleted relationship can be read, its status says so."""
        with self._store.read() as connection:
            types = self._types.at(connection)
            row = _row(connection, guid, deleted=True)
            ends = rows_by_id(connection, (row["end1_id"], row["end2_id"]))
            names = collection_names(connection)
            headers = {end["guid"]: header_of(end, types, names) for end in ends.values()}
            return RelationshipInfo(relationship=_shown(connection, row, ends, types), referred_entities=headers)

    def delete(self, guid: str, *, by: str, permit: Permit | None = None, condition: Condition | None = None) -> None:
        """Mark as deleted. Raises NotFound, or PreconditionFailed if it is at another version."""
        with self._store.write() as connection:
            types = self._types.at(connection)
            row = _row(connection, guid)
            ends = rows_by_id(connection, (row["end1_id"], row["end2_id"]))
            _ask(connection, tuple(ends.values()), permit)
            _check(row, None, condition)
            touched = {row["end1_id"], row["end2_id"]}
            assets = documents.assets_of(connection, touched, types)
            pen = _pen(by, [*ends.values(), row])
            links.end(connection, [row], pen, types)
            documents.refresh(connection, assets, documents.columns_of(connection, assets, types), types)
            meanings.follow(connection, meanings.assigned_to([row], types), "TERM_DELETE", pen, types)
            propagation.follow_cut(connection, [row], pen, types)


def _ask(connection: Connection, ends: tuple[Row, ...], permit: Permit | None) -> None:
    if permit is not None:
        names = collection_names(connection)
        permit(frozenset(names[end["collection_id"]] for end in ends))


def _shown(connection: Connection, row: Row, ends: Mapping[int, Row], types: TypeSet) -> Relationship:
    through, blocked = blocking.shown(connection, row, types)
    return msgspec.structs.replace(
        relationship_of(row, ends, types),
        propagated_classifications=through,
        blocked_propagated_classifications=blocked,
    )


def _pen(by: str, rows: Iterable[Row]) -> Pen:
    """Write now, and not at the moment of any change before: history tells states apart by their times."""
    return Pen(by, max([clock.now(), *(int(row["updated_at"]) + 1 for row in rows)]), NO_PLACE, {})


def _attributes(type: RelationshipType, given: RelationshipInput, types: TypeSet) -> dict[str, object]:
    """Return the attributes in the form in which they are kept. Raises Invalid with every fault."""
    faults: list[Fault] = []
    kept = checked(type, given.attributes or {}, types, faults)
    for attribute in missing(type, kept):
        message = f"Mandatory field {type.name}.{attribute.name} has no value"
        faults.append(Fault("CAT-021", message, cure=f"Send attributes.{attribute.name}."))
    faults.extend(quotas.faults_of_link(type.name, kept))
    raise_if_any(Invalid, faults)
    return {name: value for name, value in kept.items() if value is not None}


def _same_ends(given: RelationshipInput, end1: Row, end2: Row) -> None:
    """Raise Invalid if the ends that are given, which need not be, are others."""
    for place, said, stands in (("end1", given.end1, end1), ("end2", given.end2, end2)):
        name = None if said is None else (said.unique_attributes or {}).get("qualifiedName")
        if said is not None and (said.guid or stands["guid"], name or stands["qualified_name"]) != (
            stands["guid"],
            stands["qualified_name"],
        ):
            message = f"change of relationship end is not permitted: {place} is {stands['guid']}"
            raise Invalid(Fault("CAT-024", message, cure="Delete the relationship and make another."))


def _check(row: Row, given: RelationshipInput | None, condition: Condition | None) -> None:
    """Raise PreconditionFailed unless the relationship is at the version that the client expects."""
    faults: list[Fault] = []
    read = None if given is None else read_version(given.last_modified_ts, "lastModifiedTS", faults)
    raise_if_any(Invalid, faults)
    for asked in (condition, None if read is None else Condition(frozenset({read}))):
        if asked is not None:
            asked.check(f"relationship {row['guid']}", row["version"])


def _row(connection: Connection, guid: str, *, deleted: bool = False) -> Row:
    row = connection.execute(select(relationships).where(relationships.c.guid == guid)).mappings().first()
    if row is None:
        message = f"Given relationship guid {guid} is invalid/not found"
        raise NotFound(Fault("CAT-005", message, cure="GET the entity: relationshipAttributes name their guids."))
    if row["status"] != ACTIVE and not deleted:
        raise NotFound(Fault("CAT-007", f"Relationship {guid} has been deleted", cure="Make a new one."))
    return row


def _ends(connection: Connection, given: RelationshipInput, type: RelationshipType, types: TypeSet) -> tuple[Row, Row]:
    references = [_reference(given.end1, "end1"), _reference(given.end2, "end2")]
    known = Known(connection, types, (), references)
    references = rewriting.references(meeting.understand(connection, types, known, (), references), references)
    cast = Cast(types, Known(connection, types, (), references), ())
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
