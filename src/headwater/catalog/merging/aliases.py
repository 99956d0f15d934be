"""Other names of entities: those that were written and met it, those that people give, those that were merged away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from sqlalchemy import Connection, select

from headwater.catalog import clock
from headwater.catalog.collections import collection_names
from headwater.catalog.model import SYSTEM, Shape
from headwater.catalog.names import index
from headwater.catalog.names.actions import ALIAS_ADD, ALIAS_DELETE
from headwater.catalog.names.index import Name
from headwater.catalog.names.stores import kind_of
from headwater.catalog.names.tables import GIVEN, MERGED, MIGRATIONS, OWN, SEEN, VERSION_TABLE
from headwater.catalog.reading import Row
from headwater.catalog.resolution import meeting
from headwater.catalog.store import Store
from headwater.catalog.store.schema import ACTIVE, entities
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing import changes
from headwater.catalog.writing.rows import Permit
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import Conflict, Fault, Invalid, NotFound, raise_if_any

Origin = Literal["written", "given", "merged"]
_ORIGINS: Mapping[int, Origin] = MappingProxyType({GIVEN: "given", MERGED: "merged", SEEN: "written"})


class Alias(Shape, frozen=True):
    """Another name of an entity. `rules` made it meet; with `covers_below`, names below it are below the entity."""

    qualified_name: str
    type_name: str
    origin: Origin
    covers_below: bool
    rules: tuple[str, ...]
    created_by: str
    create_time: int


class AliasInput(Shape, frozen=True):
    """A name to give. `covers_below`: also of all that is below, as another name of a host is of its databases."""

    qualified_name: str
    covers_below: bool = False


class Aliases:
    """Reads and gives other names. A name given leads what is written under it later to the entity."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types
        store.migrate(MIGRATIONS, VERSION_TABLE)
        with store.write() as connection:
            index.remake(connection, types.at(connection), (SYSTEM, clock.now()))

    def of(self, guid: str) -> tuple[Alias, ...]:
        """Return the other names of an entity by spelling. Raises NotFound."""
        with self._store.read() as connection:
            return _aliases(connection, _row(connection, guid))

    def give(
        self, guid: str, given: Sequence[AliasInput], *, by: str, permit: Permit | None = None
    ) -> tuple[Alias, ...]:
        """Give names beside those there are; returns all. Raises NotFound, Invalid, or Conflict for another's name."""
        with self._store.write() as connection:
            types = self._types.at(connection)
            row = _row(connection, guid, permit=permit)
            type = types.entities_by_id[row["type_id"]]
            at = clock.now()
            names = [_name(row, type, alias, by, at) for alias in given]
            raise_if_any(Conflict, (fault for name in names for fault in _taken(connection, types, row, type, name)))
            stale = {(name.type_name, name.spelling): name for name in index.names_of(connection, [row["id"]])}
            replaced = [
                old
                for name in names
                if (old := stale.get((name.type_name, name.spelling))) is not None
                and (old.origin, old.covers_below) != (GIVEN, name.covers_below)
            ]
            index.forget(connection, replaced)
            if added := index.add(connection, names):
                told = {"aliases": sorted(name.spelling for name in added)}
                changes.note(connection, {row["id"]: told}, ALIAS_ADD, by, at)
            return _aliases(connection, row)

    def take(self, guid: str, qualified_name: str, *, by: str, permit: Permit | None = None) -> tuple[Alias, ...]:
        """Take a given name away; returns those that stay. Raises NotFound, or Conflict for one that was not given."""
        with self._store.write() as connection:
            row = _row(connection, guid, permit=permit)
            found = [
                name
                for name in index.names_of(connection, [row["id"]])
                if name.spelling == qualified_name and name.origin != OWN
            ]
            if not found:
                cure = f"GET …/entity/{guid}/aliases lists its other names."
                raise NotFound(Fault("CAT-160", f"'{qualified_name}' is no other name of entity {guid}", cure=cure))
            raise_if_any(Conflict, (_not_given(name) for name in found if name.origin != GIVEN))
            index.forget(connection, found)
            changes.note(connection, {row["id"]: {"aliases": [qualified_name]}}, ALIAS_DELETE, by, clock.now())
            return _aliases(connection, row)


def _row(connection: Connection, guid: str, *, permit: Permit | None = None) -> Row:
    row = connection.execute(select(entities).where(entities.c.guid == guid)).mappings().first()
    if row is None or row["status"] != ACTIVE:
        raise NotFound(no_guid(guid, deleted=row is not None))
    if permit is not None:
        permit(frozenset({collection_names(connection)[row["collection_id"]]}))
    return row


def _aliases(connection: Connection, row: Row) -> tuple[Alias, ...]:
    return tuple(
        Alias(
            qualified_name=name.spelling,
            type_name=name.type_name,
            origin=_ORIGINS[name.origin],
            covers_below=name.covers_below,
            rules=name.rules,
            created_by=name.by,
            create_time=name.at,
        )
        for name in index.names_of(connection, [row["id"]])
        if name.origin != OWN
    )


def _name(row: Row, type: EntityType, given: AliasInput, by: str, at: int) -> Name:
    kind = kind_of(type)
    if kind is None:
        cure = "Give the name to what holds it; its parts are then found below."
        raise Invalid(Fault("CAT-161", f"A {type.name} is part of something and has no other names", cure=cure))
    if not given.qualified_name.strip():
        raise Invalid(Fault("CAT-161", "An alias is empty", cure="Send the other qualifiedName."))
    if given.qualified_name == row["qualified_name"]:
        raise Invalid(Fault("CAT-161", f"'{given.qualified_name}' is its own name", cure="Send another name."))
    key = kind.key(given.qualified_name)
    told = (type.name, given.qualified_name, GIVEN, key.rules, by, at)
    return Name(row["id"], key.name.rstrip("/") if given.covers_below else key.name, *told, given.covers_below)


def _taken(connection: Connection, types: TypeSet, row: Row, type: EntityType, name: Name) -> list[Fault]:
    exact = connection.execute(
        select(entities).where(entities.c.qualified_name == name.spelling, entities.c.status == ACTIVE)
    ).mappings()
    rows = [other for other in exact if other["type_id"] == row["type_id"]]
    rows += meeting.find(connection, types, type, [name.spelling]).values()
    return [
        Fault(
            "CAT-162",
            f"'{name.spelling}' is the name of another entity, {other['guid']}",
            cure="POST …/entity/merge makes one of them.",
        )
        for other in rows
        if other["id"] != row["id"]
    ][:1]


def _not_given(name: Name) -> Fault:
    if name.origin == MERGED:
        return Fault("CAT-163", f"'{name.spelling}' was merged away", cure="Undo the merge to take the name away.")
    cure = "Names that only the rules tell apart are one name."
    return Fault("CAT-163", f"'{name.spelling}' is the entity's own name in another spelling", cure=cure)
