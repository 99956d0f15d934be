"""One transaction of the glossary: its rows found, its entities written through the catalog's own bulk write."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, select

from headwater.catalog import clock
from headwater.catalog.collections import Collections, collection_names
from headwater.catalog.entities import bulk, removal
from headwater.catalog.glossary.shapes import Page
from headwater.catalog.model import EntityBatch, EntityInput
from headwater.catalog.reading import Row, whole
from headwater.catalog.store import Store
from headwater.catalog.store.lists import integer, listed, packed, text
from headwater.catalog.store.schema import ACTIVE, IS_LINKED, IS_LIVE, entities, relationships, type_counts
from headwater.catalog.types import TypeSet
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.conditions import Condition
from headwater.catalog.writing.rows import Pen, Permit
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import Fault, Invalid, NotFound, raise_if_any

GLOSSARY, CATEGORY, TERM = "AtlasGlossary", "AtlasGlossaryCategory", "AtlasGlossaryTerm"


@dataclass(frozen=True, slots=True)
class Reading:
    """A snapshot, and the types in it."""

    connection: Connection
    types: TypeSet

    def rows(self, guids: Iterable[str], type_name: str) -> dict[str, Row]:
        """Return the active rows of these guids, which are all of this type. Raises NotFound."""
        wanted = listed()
        query = whole().join(wanted, entities.c.guid == text(wanted))
        ordered = list(dict.fromkeys(guids))
        found = {row["guid"]: row for row in self.connection.execute(query, {"wanted": packed(ordered)}).mappings()}
        type_id = self.types.entities[type_name].id
        fitting = {guid: row for guid, row in found.items() if row["type_id"] == type_id and row["status"] == ACTIVE}
        lost = (guid for guid in ordered if guid not in fitting)
        gone = (no_guid(guid, deleted=guid in found and found[guid]["status"] != ACTIVE) for guid in lost)
        raise_if_any(NotFound, gone)
        return {guid: fitting[guid] for guid in ordered}

    def row(self, guid: str, type_name: str) -> Row:
        """Return the active row of this guid and type. Raises NotFound."""
        return self.rows([guid], type_name)[guid]

    def named(self, names: Iterable[str], type_name: str) -> dict[str, Row]:
        """Return active rows by qualified name."""
        wanted = listed()
        query = whole().join(wanted, entities.c.qualified_name == text(wanted))
        mine = entities.c.type_id == self.types.entities[type_name].id
        rows = self.connection.execute(query.where(mine, IS_LIVE), {"wanted": packed(sorted(set(names)))}).mappings()
        return {row["qualified_name"]: row for row in rows}

    def all(self, type_name: str, page: Page) -> Sequence[Row]:
        """Return active rows of a type by name."""
        query = whole().where(entities.c.type_id == self.types.entities[type_name].id, IS_LIVE)
        return self.connection.execute(paged(query, page)).mappings().all()

    def below(self, key: int, relationship: str, page: Page) -> Sequence[Row]:
        """Return active rows at end 2 of the relationships of a type whose end 1 this entity is, by name."""
        type_id = self.types.relationship(relationship).id
        table = relationships.c
        joined = whole().join(relationships, table.end2_id == entities.c.id)
        query = joined.where(table.end1_id == key, table.type_id == type_id, IS_LINKED, IS_LIVE)
        return self.connection.execute(paged(query, page)).mappings().all()

    def pairs(self, keys: Sequence[int], relationship: str) -> list[tuple[int, str, str, str]]:
        """Return (end 1, guid of the relationship, guid and name of end 2), for these entities at end 1, by name."""
        table, wanted = relationships.c, listed()
        query = (
            select(table.end1_id, table.guid, entities.c.guid, entities.c.name)
            .select_from(wanted)
            .join(relationships, table.end1_id == integer(wanted))
            .join(entities, entities.c.id == table.end2_id)
            .where(table.type_id == self.types.relationship(relationship).id, IS_LINKED, IS_LIVE)
            .order_by(entities.c.name, entities.c.id)
        )
        return [tuple(row) for row in self.connection.execute(query, {"wanted": packed(keys)})]

    def count(self, type_name: str) -> int:
        """Return the number of active entities of a type."""
        mine = type_counts.c.type_id == self.types.entities[type_name].id
        return int(self.connection.execute(select(func.sum(type_counts.c.entities)).where(mine)).scalar() or 0)


@dataclass(frozen=True, slots=True)
class Writing(Reading):
    """A transaction that writes."""

    by: str
    at: int
    root: str
    permit: Permit | None

    @property
    def pen(self) -> Pen:
        return Pen(self.by, self.at, 0, {})

    def ask(self, rows: Collection[Row] = (), expected: Condition | None = None) -> None:
        """Ask whether the collections of these rows, or the root, may be written, and they are as is expected."""
        if self.permit is not None:
            names = collection_names(self.connection)
            self.permit(frozenset(names[row["collection_id"]] for row in rows) or frozenset({self.root}))
        if expected is not None:
            expected.check_all(rows)

    def save(self, given: Sequence[EntityInput]) -> dict[str, str]:
        """Write entities; new ones go into the root collection. Returns the guids that their keys became."""
        batch = EntityBatch(entities=list(given))
        mutation = bulk.write(
            self.connection, batch, self.types, by=self.by, at=self.at, collection=self.root, permit=self.permit
        )
        return mutation.guid_assignments

    def remove(self, rows: Sequence[Row]) -> None:
        """Delete entities softly, as the catalog does."""
        self.ask(rows)
        removal.remove(self.connection, rows, self.pen, self.types)


class Sessions:
    """Opens transactions for the parts of the glossary."""

    def __init__(self, store: Store, types: Types, collections: Collections) -> None:
        self._store = store
        self._types = types
        self.root = collections.root

    @contextmanager
    def read(self) -> Iterator[Reading]:
        with self._store.read() as connection:
            yield Reading(connection, self._types.at(connection))

    @contextmanager
    def write(self, by: str, permit: Permit | None) -> Iterator[Writing]:
        with self._store.write() as connection:
            yield Writing(connection, self._types.at(connection), by, clock.now(), self.root, permit)


def paged(query: Select[*tuple[object, ...]], page: Page) -> Select[*tuple[object, ...]]:
    """Return the statement with the order and the limits of a page. Raises Invalid."""
    if page.limit < -1 or page.offset < 0 or page.sort not in ("ASC", "DESC"):
        cure = "Use a limit of -1 (all) or more, an offset of 0 or more, and sort=ASC or DESC."
        said = f"limit {page.limit}, offset {page.offset}, sort {page.sort} is no page"
        raise Invalid(Fault("CAT-028", said, cure=cure))
    name = entities.c.name.desc() if page.sort == "DESC" else entities.c.name.asc()
    query = query.order_by(name, entities.c.id)
    if page.limit >= 0:
        query = query.limit(page.limit)
    return query.offset(page.offset) if page.offset else query
