"""What happened to an entity: each change with who, when and the values before and after, and the entity as it was.

Changes are kept by what they replaced (`past.py`). What was linked when stands in the relationships themselves, which
are ended and never overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, Integer, literal, select, union_all
from sqlalchemy import Row as Found

from headwater import typed
from headwater.catalog.collections import collection_names
from headwater.catalog.model import Annotations, Attributes, Entity, ObjectId, Shape
from headwater.catalog.past import Difference, back, differences, state_of, steps
from headwater.catalog.reading import Row, entity_of, links_of, object_id, rows_by_id, whole
from headwater.catalog.store import Store
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import DELETED, entities, entity_changes, relationships
from headwater.catalog.types import TypeSet
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import Fault, NotFound

CHANGED, LINKED, UNLINKED = range(3)
Recorded = Found[int, str, str, int, Mapping[str, object]]
ACTIONS = {LINKED: "RELATIONSHIP_ADD", UNLINKED: "RELATIONSHIP_REMOVE"}


class Linking(Shape, frozen=True):
    """A relationship that began or ended; `end` is the entity at the other end."""

    guid: str
    type_name: str
    end: ObjectId


class Happening(Shape, frozen=True):
    """One change, at milliseconds since 1970. `version` is the one that it made.

    It is null for a relationship that began or ended, which changes no version.
    """

    action: str
    by: str
    at: int
    version: int | None = None
    changes: tuple[Difference, ...] = ()
    relationship: Linking | None = None


class HistoryPage(Shape, frozen=True):
    """Newest first. `next_offset` is null on the last page."""

    guid: str
    type_name: str
    collection_id: str
    entries: tuple[Happening, ...]
    next_offset: int | None = None


class Past(Shape, frozen=True):
    """An entity as it was; `unknown` names the attributes whose values then are not kept."""

    entity: Entity
    unknown: tuple[str, ...]


class History:
    """Reads of what was."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def page(self, guid: str, *, limit: int = 100, offset: int = 0) -> HistoryPage:
        """Return changes of an entity and of its relationships. Raises NotFound."""
        with self._store.read() as connection:
            types, names = self._types.at(connection), collection_names(connection)
            row = _row(connection, guid)
            found = _happenings(connection, row["id"], limit + 1, offset)
            shown = found[:limit]
            changed = _changes(connection, row, names, [key for _, kind, key in shown if kind == CHANGED])
            linked = _linkings(connection, row["id"], [key for _, kind, key in shown if kind != CHANGED], types)
        entries = [
            changed[key]
            if kind == CHANGED
            else Happening(ACTIONS[kind], linked[key][0][kind], at, relationship=linked[key][1])
            for at, kind, key in shown
        ]
        type_name = types.entities_by_id[row["type_id"]].name
        further = offset + limit if len(found) > limit else None
        return HistoryPage(guid, type_name, names[row["collection_id"]], tuple(entries), further)

    def changes(self, guid: str) -> HistoryPage:
        """Return every change of the entity itself, without relationships. Raises NotFound."""
        with self._store.read() as connection:
            types, names = self._types.at(connection), collection_names(connection)
            row = _row(connection, guid)
            found = _changes(connection, row, names, [1])
        type_name = types.entities_by_id[row["type_id"]].name
        return HistoryPage(guid, type_name, names[row["collection_id"]], tuple(found.values()))

    def as_of_version(self, guid: str, version: int) -> Past:
        """Return the entity as it was when this version was written. Raises NotFound."""
        with self._store.read() as connection:
            row = _row(connection, guid)
            if not 1 <= version <= row["version"]:
                cure = f"Its versions are 1 to {row['version']}."
                raise NotFound(Fault("CAT-043", f"'{guid}' has no version {version}", cure=cure))
            return self._past(connection, row, version, None)

    def as_of(self, guid: str, at: int) -> Past:
        """Return the entity as it was at a time, in milliseconds since 1970. Raises NotFound if it was not yet."""
        with self._store.read() as connection:
            row = _row(connection, guid)
            if at < row["created_at"]:
                cure = f"It was made at {row['created_at']} (milliseconds since 1970)."
                raise NotFound(Fault("CAT-043", f"'{guid}' did not exist at {at}", cure=cure))
            table = entity_changes.c
            before = select(table.version).where(table.entity_id == row["id"], table.changed_at <= at)
            version = connection.execute(before.order_by(table.version.desc()).limit(1)).scalar()
            return self._past(connection, row, version or 1, at)

    def _past(self, connection: Connection, row: Row, version: int, at: int | None) -> Past:
        """Undo what came after a version; relationships are those at `at`, else those when the version was written."""
        types, names = self._types.at(connection), collection_names(connection)
        state = state_of(row, names)
        later = _recorded(connection, row["id"], version + 1)
        if version < row["version"] and (not later or later[-1].version != version + 1):
            cure = "Ask for a later one: how long history is kept is the account's setting."
            raise NotFound(Fault("CAT-043", f"Version {version} of '{row['guid']}' is no longer kept", cure=cure))
        for change in later:
            state = back(state, change)
        by, written = _written(connection, row, version)
        links = links_of(connection, [row], types, at=written if at is None else at)[row["id"]]
        said = typed.convert(state.annotations or {}, Annotations)
        entity = entity_of(row, types, names, _as_they_were(links, state.relationships))
        attributes: Attributes = {**dict.fromkeys(types.entities_by_id[row["type_id"]].attributes), **state.attributes}
        entity = msgspec.structs.replace(
            entity,
            attributes=attributes | {name: entity.attributes[name] for name in attributes.keys() & links.keys()},
            custom_attributes=state.custom_attributes,
            contacts=state.contacts or {},
            collection_id=state.collection,
            status=state.status,
            updated_by=by,
            update_time=written,
            version=version,
            last_modified_ts=str(version),
            classifications=said.classifications,
            meanings=said.meanings,
            labels=said.labels,
            business_attributes=said.business_attributes,
        )
        return Past(entity, tuple(sorted(state.unknown)))


def _row(connection: Connection, guid: str) -> Row:
    row = connection.execute(whole().where(entities.c.guid == guid)).mappings().first()
    if row is None:
        raise NotFound(no_guid(guid))
    return row


def _recorded(connection: Connection, id: int, lowest: int) -> Sequence[Recorded]:
    """Return the changes that made this version and those after it, newest first."""
    table = entity_changes.c
    query = select(table.version, table.action, table.changed_by, table.changed_at, table.replaced)
    query = query.where(table.entity_id == id, table.version >= lowest)
    return connection.execute(query.order_by(table.version.desc())).all()


def _written(connection: Connection, row: Row, version: int) -> tuple[str, int]:
    """Return who wrote a version, and when."""
    table = entity_changes.c
    query = select(table.changed_by, table.changed_at).where(table.entity_id == row["id"], table.version <= version)
    found = connection.execute(query.order_by(table.version.desc()).limit(1)).first()
    return (row["created_by"], row["created_at"]) if found is None else (found.changed_by, found.changed_at)


def _happenings(connection: Connection, id: int, limit: int, offset: int) -> Sequence[tuple[int, int, int]]:
    """Return (time, kind, key), newest first: versions of the entity, and relationships that began or ended."""
    changes, table = entity_changes.c, relationships.c
    kinds = {kind: literal(kind, Integer).label("kind") for kind in (CHANGED, LINKED, UNLINKED)}
    here = [table.end1_id == id, (table.end2_id == id) & (table.end1_id != id)]
    parts = [
        select(entities.c.created_at.label("at"), kinds[CHANGED], literal(1, Integer).label("key")).where(
            entities.c.id == id
        ),
        select(changes.changed_at, kinds[CHANGED], changes.version).where(changes.entity_id == id),
        *(select(table.created_at, kinds[LINKED], table.id).where(mine) for mine in here),
        *(select(table.updated_at, kinds[UNLINKED], table.id).where(mine, table.status == DELETED) for mine in here),
    ]
    every = union_all(*parts).subquery()
    order = (every.c.at.desc(), every.c.kind.desc(), every.c.key.desc())
    return [tuple(row) for row in connection.execute(select(every).order_by(*order).limit(limit).offset(offset))]


def _changes(
    connection: Connection, row: Row, names: Mapping[int, str], versions: Sequence[int]
) -> dict[int, Happening]:
    """Return the changes from now back to the lowest of these versions, by version."""
    if not versions:
        return {}
    recorded = _recorded(connection, row["id"], min(versions))
    made = {change.version: (change.action, change.changed_by, change.changed_at) for change in recorded}
    found = {
        change.version: Happening(*made[change.version], change.version, tuple(differences(change, before, after)))
        for change, before, after in steps(state_of(row, names), recorded)
    }
    return {**found, 1: Happening("CREATE", row["created_by"], row["created_at"], 1)}


def _linkings(
    connection: Connection, id: int, keys: Sequence[int], types: TypeSet
) -> dict[int, tuple[Mapping[int, str], Linking]]:
    """Return, by key, who made and who ended a relationship, and what it is seen from this entity."""
    wanted = listed()
    query = select(relationships).join(wanted, relationships.c.id == integer(wanted))
    rows = connection.execute(query, {"wanted": packed(sorted(set(keys)))}).mappings().all()
    ends = rows_by_id(connection, {end for row in rows for end in (row["end1_id"], row["end2_id"])})
    found: dict[int, tuple[Mapping[int, str], Linking]] = {}
    for row in rows:
        there = row["end2_id"] if row["end1_id"] == id else row["end1_id"]
        type = types.relationships_by_id[row["type_id"]]
        linking = Linking(row["guid"], type.name, object_id(ends[there], types))
        found[row["id"]] = ({LINKED: row["created_by"], UNLINKED: row["updated_by"]}, linking)
    return found


def _as_they_were(links: Mapping[str, object], attributes: Mapping[str, Attributes]) -> dict[str, object]:
    """Give the references the attributes that their relationships had."""

    def then(reference: object) -> object:
        if not isinstance(reference, dict) or reference["relationshipGuid"] not in attributes:
            return reference
        held = {**reference["relationshipAttributes"], "attributes": attributes[reference["relationshipGuid"]]}
        return {**reference, "relationshipAttributes": held}

    return {
        name: [then(item) for item in held] if isinstance(held, list) else then(held) for name, held in links.items()
    }
