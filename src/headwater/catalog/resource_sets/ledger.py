"""The rows of resource sets: which files fit which set, and what they come to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, select, update

from headwater.catalog.names.stores import KINDS
from headwater.catalog.resource_sets.rules import Group
from headwater.catalog.resource_sets.tables import files, rules, sets
from headwater.catalog.store.bulk import insert_rows
from headwater.catalog.store.lists import integer, listed, packed, text

FILE = ("entity_id", "set_key", "bytes", "modified_at", "columns")
SET = ("set_key", "type_name", "name", "display_name", "set_id", "files", "bytes", "modified_at", "schemas", "said")


@dataclass(frozen=True, slots=True)
class File:
    """A file that fits a set. `columns` is a digest of its columns' names, empty if they are not known."""

    entity_id: int
    set_key: str
    bytes: int
    modified_at: int
    columns: str

    def row(self) -> tuple[object, ...]:
        return self.entity_id, self.set_key, self.bytes, self.modified_at, self.columns


@dataclass(frozen=True, slots=True)
class Set:
    """A set and what its files come to. `set_id` is the entity's key, None while there is none."""

    key: str
    type_name: str
    name: str
    display_name: str
    set_id: int | None = None
    files: int = 0
    bytes: int = 0
    modified_at: int = 0
    schemas: int = 0
    said: str = ""

    @property
    def numbers(self) -> dict[str, object]:
        """The attributes of the entity that follow its files: those that no client wrote."""
        found: dict[str, object] = {
            "modifiedTime": self.modified_at,
            "partitionCount": self.files,
            "schemaCount": self.schemas,
            "totalSizeBytes": self.bytes,
        }
        return {name: number for name, number in found.items() if name not in self.said.split(",")}


def key_of(type_name: str, name: str) -> str:
    """Return the key of a set: the same for every spelling of its name."""
    return hashlib.sha256(f"{type_name}\0{KINDS[type_name].key(name).name}".encode()).hexdigest()[:40]


def document(connection: Connection) -> str:
    """Return the account's rules as they were sent, empty if there are none."""
    return str(connection.execute(select(rules.c.document)).scalar() or "")


def files_by_id(connection: Connection, ids: Collection[int]) -> dict[int, File]:
    """Return those of these entities that fit a set."""
    if not ids:
        return {}
    wanted = listed()
    query = select(files).join(wanted, files.c.entity_id == integer(wanted))
    return {row[0]: File(*row) for row in connection.execute(query, {"wanted": packed(sorted(ids))})}


def members(connection: Connection, keys: Iterable[str]) -> dict[str, list[int]]:
    """Return the files of these sets, oldest first."""
    found: dict[str, list[int]] = {key: [] for key in keys}
    if found:
        wanted = listed()
        query = select(files.c.set_key, files.c.entity_id).join(wanted, files.c.set_key == text(wanted))
        for key, id in connection.execute(query.order_by(files.c.entity_id), {"wanted": packed(found)}):
            found[key].append(id)
    return found


def sets_by_key(connection: Connection, keys: Collection[str]) -> dict[str, Set]:
    """Return what is known of these sets."""
    if not keys:
        return {}
    wanted = listed()
    query = select(sets).join(wanted, sets.c.set_key == text(wanted))
    return {row[0]: Set(*row) for row in connection.execute(query, {"wanted": packed(sorted(keys))})}


def ensure(connection: Connection, groups: Mapping[str, Group]) -> None:
    """Make rows for sets that are named for the first time."""
    known = sets_by_key(connection, groups)
    new = [
        (key, group.type_name, group.name, group.display_name, None, 0, 0, 0, 0, "")
        for key, group in groups.items()
        if key not in known
    ]
    insert_rows(connection, sets, SET, new)


def put(connection: Connection, before: Mapping[int, File], after: Sequence[File]) -> None:
    """Keep files in the place of what was known of them, and count them in. Sets have their rows."""
    new = [file for file in after if file.entity_id not in before]
    changed = [file for file in after if file.entity_id in before and before[file.entity_id] != file]
    keys = {file.set_key for file in new}
    had = _known_columns(connection, new)
    if changed:
        drop(connection, [file.entity_id for file in changed])
    insert_rows(connection, files, FILE, [file.row() for file in (*new, *changed)])
    added = [_added(key, [file for file in new if file.set_key == key], had) for key in sorted(keys)]
    if added:
        larger = func.max if connection.dialect.name == "sqlite" else func.greatest
        statement = update(sets).where(sets.c.set_key == bindparam("key"))
        grown = {
            "files": sets.c.files + bindparam("more"),
            "bytes": sets.c.bytes + bindparam("size"),
            "modified_at": larger(sets.c.modified_at, bindparam("latest")),
            "schemas": sets.c.schemas + bindparam("shapes"),
        }
        connection.execute(statement.values(grown), added)
    recount(connection, {old.set_key for file in changed for old in (before[file.entity_id], file)})


def _known_columns(connection: Connection, new: Sequence[File]) -> set[tuple[str, str]]:
    """Return which sets have files with these columns already."""
    table = files.c
    return {
        (key, columns)
        for key, columns in sorted({(file.set_key, file.columns) for file in new if file.columns})
        if connection.execute(
            select(table.entity_id).where(table.set_key == key, table["columns"] == columns).limit(1)
        ).first()
    }


def _added(key: str, new: Sequence[File], had: Collection[tuple[str, str]]) -> dict[str, object]:
    shapes = {file.columns for file in new if file.columns and (key, file.columns) not in had}
    return {
        "key": key,
        "more": len(new),
        "size": sum(file.bytes for file in new),
        "latest": max(file.modified_at for file in new),
        "shapes": len(shapes),
    }


def say(connection: Connection, key: str, names: Collection[str]) -> None:
    """Remember which numbers of a set a client wrote itself."""
    known = set(filter(None, sets_by_key(connection, [key])[key].said.split(",")))
    if not known.issuperset(names):
        said = ",".join(sorted(known.union(names)))
        connection.execute(update(sets).where(sets.c.set_key == key).values(said=said))


def drop(connection: Connection, ids: Collection[int]) -> None:
    """Take files out; their sets are to be counted again."""
    gone = files.c.entity_id.in_(select(integer(listed())))
    connection.execute(delete(files).where(gone), {"wanted": packed(sorted(ids))})


def recount(connection: Connection, keys: Collection[str]) -> None:
    """Count the files of sets from their rows."""
    table = files.c
    shapes = func.count(func.nullif(table["columns"], "").distinct())
    totals = (func.count(), func.coalesce(func.sum(table.bytes), 0), func.coalesce(func.max(table.modified_at), 0))
    for key in sorted(keys):
        number, size, latest, several = connection.execute(select(*totals, shapes).where(table.set_key == key)).one()
        values = {"files": number, "bytes": int(size), "modified_at": latest, "schemas": several}
        connection.execute(update(sets).where(sets.c.set_key == key).values(values))


def settle(connection: Connection, ids: Mapping[str, int]) -> None:
    """Write down which entities sets are."""
    for key, id in ids.items():
        connection.execute(update(sets).where(sets.c.set_key == key).values(set_id=id))


def unsettle(connection: Connection, ids: Collection[int]) -> None:
    """Sets whose entities are deleted are entities no more; the next file makes them anew."""
    gone = sets.c.set_id.in_(select(integer(listed())))
    connection.execute(update(sets).where(gone).values(set_id=None), {"wanted": packed(sorted(ids))})
