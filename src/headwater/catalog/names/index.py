"""The table of names: found by key, kept for entities whose key is another text than their name, and made anew
when the rules change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, select

from headwater.catalog.names.stores import Kind, kind_of
from headwater.catalog.names.tables import OWN, SEEN, catalog_names, names_rules
from headwater.catalog.reading import Row, whole
from headwater.catalog.store.bulk import insert_rows
from headwater.catalog.store.lists import integer, listed, packed, text
from headwater.catalog.store.schema import IS_LIVE, entities
from headwater.catalog.store.upserts import insert_missing
from headwater.catalog.types import TypeSet

RULES_VERSION = 1
"""Count up when a rule or a type's rules change: the keys of all names are then made anew."""
LONGEST_KEY = 400
COLUMNS = (
    "key",
    "entity_id",
    "digest",
    "type_name",
    "spelling",
    "origin",
    "covers_below",
    "rules",
    "created_by",
    "created_at",
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name of an entity, as the table has it."""

    entity_id: int
    key: str
    type_name: str
    spelling: str
    origin: int
    rules: tuple[str, ...]
    by: str
    at: int
    covers_below: bool = False

    @property
    def digest(self) -> str:
        """Tells names of an entity apart that have one key."""
        return hashlib.sha256(f"{self.type_name}\0{self.spelling}".encode()).hexdigest()[:16]

    def row(self) -> tuple[object, ...]:
        """Return the values of COLUMNS."""
        rules = ",".join(self.rules)
        told = (self.type_name, self.spelling, self.origin, int(self.covers_below), rules, self.by, self.at)
        return (indexed(self.key), self.entity_id, self.digest, *told)


def indexed(key: str) -> str:
    """Return the key in the form that an index takes: a long one by its beginning and its digest."""
    return key if len(key) <= LONGEST_KEY else key[:LONGEST_KEY] + hashlib.sha256(key.encode()).hexdigest()


def name_of(row: Row) -> Name:
    """Read a row of the table."""
    return Name(
        entity_id=row["entity_id"],
        key=row["key"],
        type_name=row["type_name"],
        spelling=row["spelling"],
        origin=row["origin"],
        rules=tuple(filter(None, row["rules"].split(","))),
        by=row["created_by"],
        at=row["created_at"],
        covers_below=bool(row["covers_below"]),
    )


def rows_by_key(connection: Connection, keys: Iterable[str], known: Collection[str] = ()) -> dict[str, list[Row]]:
    """Return the active entities that are known by these keys, by their own name or another, oldest first.

    What has one of the names `known` as its own is not looked for by that.
    """
    asked = {indexed(key): key for key in keys}
    if not asked:
        return {}
    found: dict[str, dict[int, Row]] = {}
    wanted = listed()
    query = select(catalog_names.c.key, catalog_names.c.entity_id).join(wanted, catalog_names.c.key == text(wanted))
    pairs = connection.execute(query, {"wanted": packed(sorted(asked))}).all()
    if pairs:
        entity = listed()
        live = whole().join(entity, entities.c.id == integer(entity)).where(IS_LIVE)
        rows = connection.execute(live, {"wanted": packed(sorted({pair[1] for pair in pairs}))}).mappings()
        by_id = {row["id"]: row for row in rows}
        for key, id in pairs:
            if id in by_id:
                found.setdefault(asked[key], {})[id] = by_id[id]
    if names := sorted(set(asked.values()).difference(known)):
        live = whole().join(wanted, entities.c.qualified_name == text(wanted)).where(IS_LIVE)
        for row in connection.execute(live, {"wanted": packed(names)}).mappings():
            found.setdefault(row["qualified_name"], {})[row["id"]] = row
    return {key: [rows[id] for id in sorted(rows)] for key, rows in found.items()}


def covering(connection: Connection) -> list[tuple[Name, str]]:
    """Return the names that cover what is below them, longest first, each with its entity's own name."""
    query = select(catalog_names, entities.c.qualified_name).join(entities, entities.c.id == catalog_names.c.entity_id)
    rows = connection.execute(query.where(catalog_names.c.covers_below == 1, IS_LIVE)).mappings()
    found = [(name_of(row), str(row["qualified_name"])) for row in rows]
    return sorted(found, key=lambda pair: (-len(pair[0].key), pair[0].key))


def own_name(id: int, type_name: str, kind: Kind, name: str, who: tuple[str, int]) -> Name | None:
    """Return the row for an entity's own name, if its key is another text."""
    key = kind.key(name)
    return None if key.name == name else Name(id, key.name, type_name, name, OWN, key.rules, *who)


def add(connection: Connection, names: Sequence[Name]) -> list[Name]:
    """Keep names that are not there yet; return those."""
    if not names:
        return []
    table = catalog_names.c
    wanted = listed()
    query = select(table.key, table.entity_id, table.digest).join(wanted, table.entity_id == integer(wanted))
    held = {tuple(row) for row in connection.execute(query, {"wanted": packed({name.entity_id for name in names})})}
    rows = {row[:3]: (name, row) for name in names if (row := name.row())[:3] not in held}
    insert_rows(connection, catalog_names, COLUMNS, [row for _, row in rows.values()])
    return [name for name, _ in rows.values()]


def insert(connection: Connection, names: Sequence[Name]) -> None:
    """Keep names of new entities."""
    rows = {row[:3]: row for name in names if (row := name.row())}
    insert_rows(connection, catalog_names, COLUMNS, list(rows.values()))


def renamed(connection: Connection, names: Mapping[int, Name | None]) -> None:
    """Put the rows of entities' own names in the place of those before."""
    if names:
        mine = catalog_names.c.entity_id.in_(select(integer(listed())))
        gone = delete(catalog_names).where(mine, catalog_names.c.origin.in_([OWN, SEEN]))
        connection.execute(gone, {"wanted": packed(names)})
        insert_rows(connection, catalog_names, COLUMNS, [name.row() for name in names.values() if name])


def remake(connection: Connection, types: TypeSet, who: tuple[str, int]) -> None:
    """Make the keys of all names by the rules as they are now, unless they are so already."""
    if connection.execute(select(names_rules.c.version)).scalar() == RULES_VERSION:
        return
    connection.execute(delete(names_rules))
    connection.execute(insert_missing(names_rules), {"version": RULES_VERSION})
    others = [name_of(row) for row in connection.execute(select(catalog_names)).mappings() if row["origin"] != OWN]
    connection.execute(delete(catalog_names))
    kinds = {type.id: (type.name, kind) for type in types.entities.values() if (kind := kind_of(type))}
    query = select(entities.c.id, entities.c.type_id, entities.c.qualified_name)
    made = []
    for id, type_id, name in connection.execute(query.where(entities.c.type_id.in_(list(kinds)))):
        type_name, kind = kinds[type_id]
        if own := own_name(id, type_name, kind, name, who):
            made.append(own)
    by_name = dict(kinds.values())
    for name in others:
        kind = by_name.get(name.type_name)
        key = kind.key(name.spelling).name if kind else name.spelling
        made.append(replace(name, key=key))
    insert_rows(connection, catalog_names, COLUMNS, [name.row() for name in made])


def spellings(connection: Connection, ids: Collection[int]) -> dict[str, str]:
    """Return the own names of these entities by each of their others."""
    if not ids:
        return {}
    wanted = listed()
    query = (
        select(catalog_names.c.spelling, entities.c.qualified_name)
        .select_from(wanted)
        .join(catalog_names, catalog_names.c.entity_id == integer(wanted))
        .join(entities, entities.c.id == catalog_names.c.entity_id)
        .where(catalog_names.c.spelling != entities.c.qualified_name)
    )
    rows = connection.execute(query, {"wanted": packed(sorted(ids))}).all()
    return {row[0]: row[1] for row in rows}


def names_of(connection: Connection, ids: Iterable[int]) -> list[Name]:
    """Return all rows of these entities, in order of their spelling."""
    wanted = listed()
    query = select(catalog_names).join(wanted, catalog_names.c.entity_id == integer(wanted))
    rows = connection.execute(
        query.order_by(catalog_names.c.spelling, catalog_names.c.type_name), {"wanted": packed(ids)}
    )
    return [name_of(row) for row in rows.mappings()]


def forget(connection: Connection, names: Sequence[Name]) -> None:
    """Take names away."""
    table = catalog_names.c
    for name in names:
        key, id, digest = name.row()[:3]
        same = (table.key == key) & (table.entity_id == id) & (table.digest == digest)
        connection.execute(delete(catalog_names).where(same))
