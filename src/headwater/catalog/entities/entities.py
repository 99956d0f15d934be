"""Entities: written in bulk, read, patched, deleted softly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, Select, func, select

from headwater.catalog import clock
from headwater.catalog.collections import Collections, collection_names
from headwater.catalog.entities import bulk, purging, removal, restoring
from headwater.catalog.model import (
    EntitiesInfo,
    Entity,
    EntityBatch,
    EntityHeader,
    EntityInfo,
    EntityInput,
    Mutation,
)
from headwater.catalog.reading import Row, entity_of, header_of, headers_by_id, links_of, rows_by_id, whole
from headwater.catalog.related import FIRST, Part, Related, related
from headwater.catalog.resolution import meeting
from headwater.catalog.resource_sets import gathering
from headwater.catalog.store import Store, schema
from headwater.catalog.store.lists import listed, packed, text
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import ACTIVE, IS_LIVE, entities
from headwater.catalog.types import TypeSet
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.conditions import Condition
from headwater.catalog.writing.drafts import drafts_of
from headwater.catalog.writing.rows import Pen, Permit
from headwater.catalog.writing.sent import LEFT_ALONE, Updates
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import Fault, Invalid, NotFound, raise_if_any


class Gone(NamedTuple):
    """An entity that is deleted or purged, and how many parts go with it that are not told of by themselves."""

    header: EntityHeader
    parts: int = 0


Witness = Callable[[Connection, Sequence[Gone]], None]
"""Told what goes, before it is committed."""


class Entities:
    """Reads and writes of entities. Every write is one transaction: all of it is kept, or nothing.

    `permit` of a write is asked with the collections that it would touch, and refuses by raising.
    """

    def __init__(self, store: Store, types: Types, collections: Collections) -> None:
        self._store = store
        self._types = types
        self._root = collections.root

    def write(
        self,
        batch: EntityBatch,
        *,
        by: str,
        collection: str | None = None,
        permit: Permit | None = None,
        condition: Condition | None = None,
        updates: Updates = LEFT_ALONE,
    ) -> Mutation:
        """Create or update the entities of a batch. Raises Invalid or NotFound with every fault.

        `collection` places new entities (default: root). Attributes that are not given stay as they are; `updates`
        says whether annotations that are sent with entities that exist do. Raises PreconditionFailed if an entity is
        not at the version that it was sent with, or the first one not as `condition` says.
        """
        types = self._types.current
        # Read before the turn to write, which others wait for.
        drafts = drafts_of(batch, types, updates)
        with self._store.write() as connection:
            if (now := self._types.at(connection)) is not types:
                types, drafts = now, drafts_of(batch, now, updates)
            where = collection or self._root
            return bulk.write_drafts(
                connection,
                drafts,
                types,
                by=by,
                at=clock.now(),
                collection=where,
                permit=permit,
                condition=condition,
            )

    def get(self, guid: str, *, relationships: bool = True) -> EntityInfo:
        """Raises NotFound. A deleted entity can be read, its status says so."""
        found = self.get_many([guid], relationships=relationships)
        return EntityInfo(entity=found.entities[0], referred_entities=found.referred_entities)

    def get_many(self, guids: Sequence[str], *, relationships: bool = True) -> EntitiesInfo:
        """Entities in the order of the guids. Raises NotFound with every guid that does not exist."""
        with self._store.read() as connection:
            types = self._types.at(connection)
            rows = _by_guid(connection, guids)
            raise_if_any(NotFound, (no_guid(guid) for guid in guids if guid not in rows))
            return self._info(connection, [rows[guid] for guid in dict.fromkeys(guids)], types, relationships)

    def get_named(self, type_name: str, qualified_names: Sequence[str], *, relationships: bool = True) -> EntitiesInfo:
        """Entities of the type, or of a subtype, with these names; those that do not exist are left out."""
        with self._store.read() as connection:
            types = self._types.at(connection)
            rows = _by_name(connection, type_name, qualified_names, types)
            ordered = [rows[name] for name in dict.fromkeys(qualified_names) if name in rows]
            return self._info(connection, ordered, types, relationships)

    def guid_of(self, type_name: str, qualified_name: str) -> str:
        """Raises NotFound."""
        with self._store.read() as connection:
            return str(_named(connection, type_name, qualified_name, self._types.at(connection))["guid"])

    def header(self, guid: str) -> EntityHeader:
        """Raises NotFound."""
        if found := self.headers([guid]).get(guid):
            return found
        raise NotFound(no_guid(guid))

    def headers(self, guids: Iterable[str]) -> dict[str, EntityHeader]:
        """Headers by guid; unknown guids are left out."""
        with self._store.read() as connection:
            types = self._types.at(connection)
            names = collection_names(connection)
            return {guid: header_of(row, types, names) for guid, row in _by_guid(connection, guids).items()}

    def related(self, guid: str, name: str, part: Part = FIRST) -> Related:
        """A page of what a relationship attribute refers to. Raises NotFound, or Invalid for what it has not."""
        with self._store.read() as connection:
            row = _by_guid(connection, [guid]).get(guid)
            if row is None:
                raise NotFound(no_guid(guid))
            return related(connection, row, name, part, self._types.at(connection))

    def set_attribute(
        self,
        guid: str,
        name: str,
        value: object,
        *,
        by: str,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> Mutation:
        """Change one attribute. Raises NotFound, PreconditionFailed, or Invalid if the type has no such attribute."""
        with self._store.write() as connection:
            types = self._types.at(connection)
            row = _by_guid(connection, [guid]).get(guid)
            if row is None or row["status"] != ACTIVE:
                raise NotFound(no_guid(guid, deleted=row is not None))
            type = types.entities_by_id[row["type_id"]]
            if name not in type.attributes and name not in type.links:
                cure = f"GET …/types/entitydef/name/{type.name} lists its attributes."
                raise Invalid(Fault("CAT-022", f"Attribute '{name}' not found for type {type.name}", cure=cure))
            given = EntityInput(type_name=type.name, guid=guid, attributes={name: value})
            batch = EntityBatch(entities=[given])
            return self._patch(connection, batch, types, by, permit, condition)

    def patch(
        self,
        type_name: str,
        qualified_name: str,
        given: EntityInput,
        *,
        by: str,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> Mutation:
        """Change the given attributes of the entity of this name. Raises NotFound, Invalid or PreconditionFailed."""
        with self._store.write() as connection:
            types = self._types.at(connection)
            row = _named(connection, type_name, qualified_name, types)
            attributes = {name: value for name, value in (given.attributes or {}).items() if value is not None}
            batch = EntityBatch(
                entities=[
                    EntityInput(
                        type_name=types.entities_by_id[row["type_id"]].name,
                        guid=row["guid"],
                        attributes=attributes,
                        relationship_attributes=given.relationship_attributes,
                        custom_attributes=given.custom_attributes,
                        contacts=given.contacts,
                        last_modified_ts=given.last_modified_ts,
                    )
                ]
            )
            return self._patch(connection, batch, types, by, permit, condition)

    def _patch(
        self,
        connection: Connection,
        batch: EntityBatch,
        types: TypeSet,
        by: str,
        permit: Permit | None,
        condition: Condition | None,
    ) -> Mutation:
        place = self._root
        found = bulk.write(
            connection, batch, types, by=by, at=clock.now(), collection=place, permit=permit, condition=condition
        )
        return bulk.as_partial(found)

    def delete(
        self,
        guids: Sequence[str],
        *,
        by: str,
        permit: Permit | None = None,
        condition: Condition | None = None,
        witness: Witness | None = None,
    ) -> Mutation:
        """Mark as DELETED, with their parts; their lineage ends now and stays in history. Raises NotFound.

        What is deleted already is passed over. Raises PreconditionFailed if one is not as `condition` says.
        `witness` is told, in the same transaction.
        """
        with self._store.write() as connection:
            rows = _by_guid(connection, guids)
            raise_if_any(NotFound, (no_guid(guid) for guid in guids if guid not in rows))
            return self._remove(
                connection, [rows[guid] for guid in dict.fromkeys(guids)], by, permit, condition, witness
            )

    def delete_named(
        self,
        type_name: str,
        qualified_name: str,
        *,
        by: str,
        permit: Permit | None = None,
        condition: Condition | None = None,
        witness: Witness | None = None,
    ) -> Mutation:
        """Like `delete`, by name."""
        with self._store.write() as connection:
            row = _named(connection, type_name, qualified_name, self._types.at(connection))
            return self._remove(connection, [row], by, permit, condition, witness)

    def restore(self, guids: Sequence[str], *, by: str, permit: Permit | None = None) -> Mutation:
        """Make deleted entities active again, with the parts, relationships and lineage that went with each.

        What is active is passed over. A relationship comes back if its other end is there and no other has taken its
        place. Raises NotFound, or Conflict if a name is taken meanwhile or an asset of a part stays deleted.
        """
        with self._store.write() as connection:
            types, names = self._types.at(connection), collection_names(connection)
            rows = _by_guid(connection, guids)
            raise_if_any(NotFound, (no_guid(guid) for guid in guids if guid not in rows))
            found, times = restoring.with_parts(connection, rows.values(), types)
            _ask(permit, [*rows.values(), *found.values()], names)
            pen = Pen(by, _after(found.values()), 0, {})
            restoring.restore(connection, found, times, pen, types)
            bulk.gather(connection, gathering.as_written(found.values(), types), pen, types, self._root)
            headers = headers_by_id(connection, found, types, names)
            return Mutation(
                mutated_entities={"RESTORE": list(headers.values())} if headers else {}, guid_assignments={}
            )

    def purge(self, guids: Sequence[str], *, permit: Permit | None = None, witness: Witness | None = None) -> Mutation:
        """Take deleted entities and their parts out of the catalog for good: history, lineage, everything.

        What is not deleted, or not there, is passed over as in Atlas. `witness` is told, in the same transaction.
        """
        with self._store.write() as connection:
            types, names = self._types.at(connection), collection_names(connection)
            rows = [row for row in _by_guid(connection, guids).values() if row["status"] != ACTIVE]
            found, _ = restoring.with_parts(connection, rows, types)
            _ask(permit, found.values(), names)
            headers = [header_of(row, types, names) for row in found.values()]
            purging.purge(connection, list(found.values()))
            if witness is not None:
                witness(connection, [Gone(header) for header in headers])
            return Mutation(mutated_entities={"PURGE": headers} if headers else {}, guid_assignments={})

    def collections_of(self, guids: Iterable[str]) -> frozenset[str]:
        """Names of the collections that hold these entities; unknown guids are passed over."""
        with self._store.read() as connection:
            rows = fetch(connection, _places_of(), {"wanted": packed(sorted(set(guids)))})
        return frozenset(name for (name,) in rows)

    def counts(self, *, collections: frozenset[str] | None = None) -> Mapping[str, int]:
        """Active entities by type name, in these collections (None: all)."""
        table = schema.type_counts.c
        query = select(table.type_id, func.sum(table.entities)).group_by(table.type_id)
        if collections is not None:
            names = schema.collections.c
            query = query.join(schema.collections, names.id == table.collection_id).where(names.name.in_(collections))
        with self._store.read() as connection:
            types = self._types.at(connection)
            found = connection.execute(query).all()
        return {types.entities_by_id[type_id].name: int(number) for type_id, number in found if number}

    def _remove(
        self,
        connection: Connection,
        rows: Sequence[Row],
        by: str,
        permit: Permit | None,
        condition: Condition | None,
        witness: Witness | None,
    ) -> Mutation:
        types = self._types.at(connection)
        names = collection_names(connection)
        _ask(permit, rows, names)
        if condition is not None:
            condition.check_all(rows)
        gone = removal.with_parts(connection, rows, types)
        pen = Pen(by, _after(gone), 0, {})
        removal.remove(connection, gone, pen, types)
        rows_now = rows_by_id(connection, [row["id"] for row in gone])
        headers = {id: header_of(row, types, names) for id, row in rows_now.items()}
        if witness is not None:
            parts = removal.parts_of(rows, gone)
            witness(connection, [Gone(headers[id], number) for id, number in parts.items()])
        return Mutation(mutated_entities={"DELETE": list(headers.values())} if headers else {}, guid_assignments={})

    def _info(self, connection: Connection, rows: Sequence[Row], types: TypeSet, relationships: bool) -> EntitiesInfo:
        names = collection_names(connection)
        links = links_of(connection, rows, types) if relationships else {}
        found = tuple(entity_of(row, types, names, links.get(row["id"], {})) for row in rows)
        return EntitiesInfo(
            entities=found, referred_entities=self._parts(connection, rows, types, names, relationships)
        )

    def _parts(
        self,
        connection: Connection,
        rows: Sequence[Row],
        types: TypeSet,
        names: Mapping[int, str],
        relationships: bool,
    ) -> dict[str, Entity]:
        """Return the columns and schemas of the entities; Atlas sends what an entity owns along with it."""
        given = {row["id"] for row in rows}
        parts = [row for row in removal.with_parts(connection, rows, types) if row["id"] not in given]
        links = links_of(connection, parts, types) if relationships and parts else {}
        return {row["guid"]: entity_of(row, types, names, links.get(row["id"], {})) for row in parts}


def _ask(permit: Permit | None, rows: Iterable[Row], names: Mapping[int, str]) -> None:
    if permit is not None:
        permit(frozenset(names[row["collection_id"]] for row in rows))


def _after(rows: Iterable[Row]) -> int:
    """Return now, and not the moment of any change before: history tells states apart by their times."""
    return max([clock.now(), *(int(row["updated_at"]) + 1 for row in rows)])


def _by_guid(connection: Connection, guids: Iterable[str]) -> dict[str, Row]:
    wanted = listed()
    query = whole().join(wanted, entities.c.guid == text(wanted))
    return {row["guid"]: row for row in connection.execute(query, {"wanted": packed(sorted(set(guids)))}).mappings()}


@cache
def _places_of() -> Select[str]:
    place, wanted = schema.collections.c, listed()
    query = select(place.name).join(entities, entities.c.collection_id == place.id)
    return query.join(wanted, entities.c.guid == text(wanted)).distinct()


def _by_name(connection: Connection, type_name: str, names: Sequence[str], types: TypeSet) -> dict[str, Row]:
    """Return active entities of the type or a subtype by name, or else by another name; the type itself goes first."""
    type = types.known(type_name)
    below = types.subtype_ids(type_name)
    wanted = listed()
    query = whole().join(wanted, entities.c.qualified_name == text(wanted)).where(IS_LIVE)
    found: dict[str, Row] = {}
    for row in connection.execute(query, {"wanted": packed(sorted(set(names)))}).mappings():
        if row["type_id"] == type.id or (row["type_id"] in below and row["qualified_name"] not in found):
            found[row["qualified_name"]] = row
    if others := [name for name in dict.fromkeys(names) if name not in found]:
        found.update(meeting.find(connection, types, type, others))
    return found


def _named(connection: Connection, type_name: str, qualified_name: str, types: TypeSet) -> Row:
    if row := _by_name(connection, type_name, [qualified_name], types).get(qualified_name):
        return row
    message = f"Instance {type_name} with unique attribute {{qualifiedName={qualified_name}}} does not exist"
    raise NotFound(Fault("CAT-003", message, cure="Names are case sensitive; search for the asset."))
