"""The tree of collections. Names are unique in the account, friendly names among the children of one parent."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterable, Mapping
from functools import cache

import msgspec
from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update
from sqlalchemy import delete as delete_from

from headwater.catalog import clock
from headwater.catalog.store import Store, schema
from headwater.catalog.store.lists import listed, packed, text
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import IS_LIVE
from headwater.errors import Conflict, Fault, Invalid, NotFound

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,34}[A-Za-z0-9]")
SYSTEM = "headwater"
# What Purview allows in one account: levels below the root, and collections beside it.
MAX_LEVELS = 8
MAX_COLLECTIONS = 1000
_LETTERS = string.ascii_lowercase + string.digits


class Collection(msgspec.Struct, frozen=True):
    """`name` is the short reference name; the root's is the account's name."""

    name: str
    friendly_name: str
    parent: str | None
    description: str = ""
    created_at: int = 0
    created_by: str = ""
    updated_at: int = 0
    updated_by: str = ""


class Collections:
    """The tree of collections. `root` is made when the catalog is opened and cannot be deleted."""

    def __init__(self, store: Store, *, root: str) -> None:
        self._store = store
        with store.write() as connection:
            self.root = _ensure_root(connection, root)

    def all(self) -> tuple[Collection, ...]:
        """Every collection, the root first."""
        with self._store.read() as connection:
            return _all(connection)

    def get(self, name: str) -> Collection:
        """Raises NotFound."""
        with self._store.read() as connection:
            row = connection.execute(_query().where(schema.collections.c.name == name)).mappings().first()
        if row is None:
            raise no_collection(name)
        return _collection(row)

    def path(self, name: str) -> tuple[str, ...]:
        """Names from the root to the collection, both included. Raises NotFound."""
        with self._store.read() as connection:
            return path_of(name, collection_parents(connection))

    def children(self, name: str) -> tuple[Collection, ...]:
        """Raises NotFound."""
        found = self.all()
        if all(collection.name != name for collection in found):
            raise no_collection(name)
        return tuple(collection for collection in found if collection.parent == name)

    def outside(self, guids: Iterable[str], names: frozenset[str]) -> frozenset[str]:
        """Return those of these entities that stand in none of the named collections; unknown guids are passed over."""
        with self._store.read() as connection:
            standing = collection_names(connection)
            inside = [id for id, name in standing.items() if name in names]
            # Most people may read all there is, and a hub has ten thousand references.
            if len(inside) == len(standing):
                return frozenset()
            wanted = listed()
            query = select(schema.entities.c.guid).join(wanted, schema.entities.c.guid == text(wanted))
            elsewhere = query.where(schema.entities.c.collection_id.not_in(inside))
            return frozenset(connection.execute(elsewhere, {"wanted": packed(sorted(set(guids)))}).scalars())

    def fresh_name(self) -> str:
        """Return a name of six letters and digits that no collection has, as Purview makes them."""
        taken = {collection.name for collection in self.all()}
        while True:
            name = "".join(random.choices(_LETTERS, k=6))  # noqa: S311 (a name, not a secret)
            if name not in taken:
                return name

    def put(self, name: str, *, friendly_name: str, parent: str, description: str = "", by: str) -> Collection:
        """Make a collection, or change its texts and its place. Raises Invalid, NotFound or Conflict.

        The root stays at the top: `parent` is then its own name or empty.
        """
        texts = {
            "friendly_name": friendly_name or name,
            "description": description,
            "updated_by": by,
            "updated_at": clock.now(),
        }
        with self._store.write() as connection:
            _check(_all(connection), name, "" if name == self.root and parent == name else parent, texts, self.root)
            place = {"parent_id": None if name == self.root else collection_id(connection, parent)}
            found = update(schema.collections).where(schema.collections.c.name == name).values(**texts, **place)
            if not connection.execute(found).rowcount:
                made = {"name": name, "created_by": by, "created_at": texts["updated_at"]}
                connection.execute(insert(schema.collections).values(**made, **texts, **place))
        return self.get(name)

    def delete(self, name: str) -> None:
        """Raises NotFound, or Conflict if it is the root or holds assets or collections."""
        if name == self.root:
            raise Conflict(Fault("CAT-035", f"'{name}' is the root collection", cure="Delete collections below it."))
        with self._store.write() as connection:
            id = collection_id(connection, name)
            if holds := _contents(connection, id):
                cure = "Move its assets and delete the collections below it first."
                message = f"Collection '{name}' is not empty: it holds {' and '.join(holds)}"
                raise Conflict(Fault("CAT-035", message, cure=cure))
            _leave_deleted(connection, id)
            connection.execute(delete_from(schema.type_counts).where(schema.type_counts.c.collection_id == id))
            connection.execute(delete_from(schema.collections).where(schema.collections.c.id == id))


def no_collection(name: str) -> NotFound:
    return NotFound(Fault("CAT-001", f"There is no collection '{name}'", cure="GET /collections lists them."))


def collection_id(connection: Connection, name: str) -> int:
    """Return the integer key. Raises NotFound."""
    id = connection.execute(select(schema.collections.c.id).where(schema.collections.c.name == name)).scalar()
    if id is None:
        raise no_collection(name)
    return int(id)


def collection_names(connection: Connection) -> dict[int, str]:
    """Return the names of all collections by integer key."""
    return dict(fetch(connection, _names(), {}))


def collection_parents(connection: Connection) -> dict[str, str | None]:
    """Return the name of each collection's parent by its own, the root's (None) first."""
    return dict(fetch(connection, _parents(), {}))


# Built once each: every request asks them.
@cache
def _names() -> Select[int, str]:
    return select(schema.collections.c.id, schema.collections.c.name)


@cache
def _parents() -> Select[str, str | None]:
    parent = schema.collections.alias("parent")
    joined = schema.collections.outerjoin(parent, parent.c.id == schema.collections.c.parent_id)
    return select(schema.collections.c.name, parent.c.name).select_from(joined).order_by(schema.collections.c.id)


def _check(standing: tuple[Collection, ...], name: str, parent: str, texts: dict[str, object], root: str) -> None:
    """Raise for a name, a place or a friendly name that cannot be."""
    if not NAME.fullmatch(name):
        cure = "Use 3 to 36 letters, digits and hyphens, with no hyphen at either end."
        raise Invalid(Fault("CAT-028", f"'{name}' is no collection name", cure=cure))
    if name == root:
        if parent:
            message = f"'{name}' is the root collection and stands below none"
            raise Invalid(Fault("CAT-028", message, cure="Leave parentCollection out."))
        return
    above = path_of(parent, {collection.name: collection.parent for collection in standing})
    if name in above:
        message = f"'{name}' cannot stand below itself"
        raise Invalid(Fault("CAT-028", message, cure="Choose another parent collection."))
    if len(above) + _levels_below(standing, name) > MAX_LEVELS:
        message = f"'{name}' would reach deeper than {MAX_LEVELS} levels below the root"
        raise Invalid(Fault("CAT-028", message, cure="Choose a parent collection nearer to the root."))
    known = {collection.name for collection in standing}
    if name not in known and len(known) > MAX_COLLECTIONS:
        message = f"The account has {MAX_COLLECTIONS} collections already"
        raise Invalid(Fault("CAT-028", message, cure="Delete a collection that is no longer needed."))
    wanted = str(texts["friendly_name"]).casefold()
    for sibling in standing:
        if sibling.parent == parent and sibling.name != name and sibling.friendly_name.casefold() == wanted:
            message = f"'{parent}' holds a collection called '{sibling.friendly_name}' already: '{sibling.name}'"
            raise Conflict(Fault("CAT-035", message, cure="Choose another friendly name, or use that collection."))


def path_of(name: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the names from the root to the collection, both included. Raises NotFound."""
    if name not in parents:
        raise no_collection(name)
    found = [name]
    while parent := parents[found[-1]]:
        found.append(parent)
    return tuple(reversed(found))


def _levels_below(standing: tuple[Collection, ...], name: str) -> int:
    """Return how many levels the collections below take; 0 if there are none."""
    levels, level = 0, {name}
    while level := {collection.name for collection in standing if collection.parent in level}:
        levels += 1
    return levels


def _contents(connection: Connection, id: int) -> list[str]:
    children = select(func.count()).select_from(schema.collections).where(schema.collections.c.parent_id == id)
    held = select(func.sum(schema.type_counts.c.entities)).where(schema.type_counts.c.collection_id == id)
    below, assets = connection.execute(children).scalar_one(), connection.execute(held).scalar() or 0
    found = []
    if below:
        found.append(f"{below} collection{'' if below == 1 else 's'}")
    if assets:
        found.append(f"{assets} asset{'' if assets == 1 else 's'}, columns included")
    return found


def _leave_deleted(connection: Connection, id: int) -> None:
    """Deleted entities stay in history; those of a collection that goes stand in its parent from then on."""
    table = schema.collections.c
    parent = select(table.parent_id).where(table.id == id).scalar_subquery()
    mine = (schema.entities.c.collection_id == id) & ~IS_LIVE
    connection.execute(update(schema.entities).where(mine).values(collection_id=parent))


def _query() -> Select[*tuple[object, ...]]:
    parent = schema.collections.alias("parent")
    joined = schema.collections.outerjoin(parent, parent.c.id == schema.collections.c.parent_id)
    return select(schema.collections, parent.c.name.label("parent")).select_from(joined)


def _all(connection: Connection) -> tuple[Collection, ...]:
    rows = connection.execute(_query().order_by(schema.collections.c.id)).mappings()
    return tuple(_collection(row) for row in rows)


def _collection(row: RowMapping) -> Collection:
    return Collection(**{field: row[field] for field in Collection.__struct_fields__})


def _ensure_root(connection: Connection, name: str) -> str:
    table = schema.collections.c
    found = connection.execute(select(table.name).where(table.parent_id.is_(None)).order_by(table.id)).scalar()
    if found is not None:
        return str(found)
    at = clock.now()
    who = {"created_by": SYSTEM, "created_at": at, "updated_by": SYSTEM, "updated_at": at}
    connection.execute(
        insert(schema.collections).values(name=name, friendly_name=name, parent_id=None, description="", **who)
    )
    return name
