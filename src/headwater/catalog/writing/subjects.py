"""Which entities a batch means: those that exist, by guid or name, and those that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Column, Connection
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog.reading import Row, attributes_of, whole
from headwater.catalog.store.lists import listed, packed, text
from headwater.catalog.store.schema import ACTIVE, IS_LIVE, entities
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.writing.drafts import Draft, Reference
from headwater.errors import Fault, Invalid, NotFound, Place, raise_if_any


@dataclass(slots=True)
class Subject:
    """An entity under the pen. `row` is how it stands in the store, None if the batch makes it."""

    type: EntityType
    qualified_name: str
    row: Row | None
    drafts: list[Draft] = field(default_factory=list)
    id: int = 0
    guid: str = ""
    changed: bool = False
    attributes: dict[str, object] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return self.row is None

    @property
    def held(self) -> dict[str, object]:
        """The attributes as they stand in the store."""
        return {} if self.row is None else attributes_of(self.row)


def display_name(subject: Subject) -> str:
    """Return the name that people read: the attribute, or else the last piece of the qualified name."""
    for attribute in ("name", "displayName"):
        if (value := subject.attributes.get(attribute)) and isinstance(value, str):
            return value
    return subject.qualified_name.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1] or subject.qualified_name


class Found(msgspec.Struct, frozen=True):
    """An entity that something refers to, in the batch or in the store."""

    id: int
    guid: str
    type: EntityType
    qualified_name: str
    is_new: bool


class Known:
    """Everything that the batch names and the store has, fetched in two statements."""

    def __init__(
        self, connection: Connection, types: TypeSet, drafts: Sequence[Draft], more: Iterable[Reference] = ()
    ) -> None:
        references = [reference for draft in drafts for links in draft.links.values() for reference in links]
        references.extend(more)
        keys = {draft.key for draft in drafts}
        guids = {draft.guid for draft in drafts if draft.guid}
        guids |= {reference.key for reference in references if reference.key and reference.key not in keys}
        names = {draft.qualified_name for draft in drafts if not draft.guid and draft.qualified_name}
        names |= {reference.qualified_name for reference in references if reference.qualified_name}
        self._types = types
        self._by_guid = {row["guid"]: row for row in _rows(connection, entities.c.guid, guids)}
        self._by_name: dict[str, list[Row]] = {}
        for row in _rows(connection, entities.c.qualified_name, names, IS_LIVE):
            self._by_name.setdefault(row["qualified_name"], []).append(row)

    def by_guid(self, guid: str) -> Row | None:
        return self._by_guid.get(guid)

    def named(self, name: str) -> Sequence[Row]:
        """Return the active entities with this name, of whatever type."""
        return self._by_name.get(name, ())

    def by_name(self, type: EntityType, name: str) -> Row | None:
        """Return the active entity of this type, or else of a subtype, with this name."""
        rows = self._by_name.get(name, ())
        for row in rows:
            if row["type_id"] == type.id:
                return row
        below = self._types.subtype_ids(type.name)
        return next((row for row in rows if row["type_id"] in below), None)


def _rows(
    connection: Connection, column: Column[str], keys: Iterable[str | None], *more: ColumnElement[bool]
) -> Iterator[Row]:
    values = sorted(key for key in keys if key)
    if values:
        wanted = listed()
        query = whole().join(wanted, column == text(wanted)).where(*more)
        yield from connection.execute(query, {"wanted": packed(values)}).mappings()


class Cast:
    """The subjects of a batch, and what its references mean."""

    def __init__(self, types: TypeSet, known: Known, drafts: Sequence[Draft]) -> None:
        self._types = types
        self._known = known
        self._by_key: dict[str, Subject] = {}
        self._by_name: dict[str, list[Subject]] = {}
        self._by_row: dict[int, Subject] = {}
        self.subjects: list[Subject] = []
        faults: list[Fault] = []
        doubled: list[Fault] = []
        for draft in drafts:
            subject = self._subject(draft, faults)
            if subject is not None:
                if draft.key and self._by_key.setdefault(draft.key, subject) is not subject:
                    doubled.append(_doubled(draft, self._by_key[draft.key]))
                subject.drafts.append(draft)
        raise_if_any(NotFound, faults)
        raise_if_any(Invalid, doubled)

    def assignments(self) -> Mapping[str, str]:
        """Return the guids that the batch's own keys became."""
        return {key: subject.guid for key, subject in self._by_key.items()}

    def _subject(self, draft: Draft, faults: list[Fault]) -> Subject | None:
        if draft.guid:
            row = self._known.by_guid(draft.guid)
            if row is None or row["status"] != ACTIVE:
                faults.append(no_guid(draft.guid, deleted=row is not None, place=draft.place))
                return None
            return self._of_row(row)
        name = draft.qualified_name or ""
        row = self._known.by_name(draft.type, name)
        if row is not None:
            return self._of_row(row)
        for subject in self._by_name.get(name, ()):
            if subject.type.name == draft.type.name:
                return subject
        return self._add(Subject(draft.type, name, None))

    def _of_row(self, row: Row) -> Subject:
        found = self._by_row.get(row["id"])
        if found is None:
            type = self._types.entities_by_id[row["type_id"]]
            found = Subject(type, row["qualified_name"], row, id=row["id"], guid=row["guid"])
            self._by_row[row["id"]] = self._add(found)
        return found

    def _add(self, subject: Subject) -> Subject:
        self.subjects.append(subject)
        self._by_name.setdefault(subject.qualified_name, []).append(subject)
        return subject

    def find(self, reference: Reference) -> Found | None:
        """Return what the reference means, in this batch or in the store; None if there is no such active entity."""
        if reference.key and (subject := self._by_key.get(reference.key)):
            return _found(subject)
        if reference.key and not reference.key.startswith("-"):
            return self._stored(self._known.by_guid(reference.key))
        if not reference.type_name or not reference.qualified_name or reference.type_name not in self._types.entities:
            return None
        type = self._types.entities[reference.type_name]
        below = self._types.subtypes(type.name)
        same_name = self._by_name.get(reference.qualified_name, ())
        exact = [subject for subject in same_name if subject.type.name == type.name]
        for subject in (*exact, *same_name):
            if subject.type.name in below:
                return _found(subject)
        return self._stored(self._known.by_name(type, reference.qualified_name))

    def _stored(self, row: Row | None) -> Found | None:
        if row is None or row["status"] != ACTIVE:
            return None
        type = self._types.entities_by_id[row["type_id"]]
        return Found(row["id"], row["guid"], type, row["qualified_name"], is_new=False)


def _found(subject: Subject) -> Found:
    return Found(subject.id, subject.guid, subject.type, subject.qualified_name, subject.is_new)


def _doubled(draft: Draft, other: Subject) -> Fault:
    """References to the key could mean either, and the answer has room for one."""
    message = f"'{draft.key}' stands for '{draft.qualified_name}' and for '{other.qualified_name}'"
    place = Place(path=f"{draft.place}.guid")
    return Fault("CAT-022", message, place, "Give each entity of a request a negative guid of its own.")


def no_guid(guid: str, *, deleted: bool = False, place: str | None = None) -> Fault:
    if deleted:
        cure = "Send it without a guid to make it anew."
        return Fault("CAT-007", f"Given instance guid {guid} has been deleted", Place(path=place), cure)
    return Fault(
        "CAT-002", f"Given instance guid {guid} is invalid/not found", Place(path=place), "Look it up by name first."
    )
