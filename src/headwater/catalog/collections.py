"""Collections: the tree that assets stand in and that roles are given on."""

from __future__ import annotations

import re

import msgspec
from sqlalchemy import Connection, RowMapping, Select, insert, select, update
from sqlalchemy import delete as delete_from

from headwater.catalog import clock
from headwater.catalog.store import Store, schema
from headwater.errors import Conflict, Fault, Invalid, NotFound

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,34}[A-Za-z0-9]")
SYSTEM = "headwater"


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
            rows = connection.execute(_query().order_by(schema.collections.c.id)).mappings()
            return tuple(_collection(row) for row in rows)

    def get(self, name: str) -> Collection:
        """Raises NotFound."""
        with self._store.read() as connection:
            row = connection.execute(_query().where(schema.collections.c.name == name)).mappings().first()
        if row is None:
            raise no_collection(name)
        return _collection(row)

    def path(self, name: str) -> tuple[str, ...]:
        """Names from the root to the collection, both included. Raises NotFound."""
        parents = {collection.name: collection.parent for collection in self.all()}
        if name not in parents:
            raise no_collection(name)
        found = [name]
        while parent := parents[found[-1]]:
            found.append(parent)
        return tuple(reversed(found))

    def children(self, name: str) -> tuple[Collection, ...]:
        """Raises NotFound."""
        self.get(name)
        return tuple(collection for collection in self.all() if collection.parent == name)

    def put(self, name: str, *, friendly_name: str, parent: str, description: str = "", by: str) -> Collection:
        """Make a collection, or change its texts and its place. Raises Invalid or NotFound."""
        if not NAME.fullmatch(name):
            cure = "Use 3 to 36 letters, digits and hyphens, with no hyphen at either end."
            raise Invalid(Fault("CAT-028", f"'{name}' is no collection name", cure=cure))
        if name == self.root:
            parent = ""
        elif name in self.path(parent):
            raise Invalid(
                Fault("CAT-028", f"'{name}' cannot stand below itself", cure="Choose another parent collection.")
            )
        texts = {
            "friendly_name": friendly_name or name,
            "description": description,
            "updated_by": by,
            "updated_at": clock.now(),
        }
        with self._store.write() as connection:
            place = {"parent_id": collection_id(connection, parent) if parent else None}
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
            children = schema.collections.c.parent_id == id
            full = connection.execute(select(schema.collections.c.id).where(children).limit(1)).first()
            held = schema.entities.c.collection_id == id
            full = full or connection.execute(select(schema.entities.c.id).where(held).limit(1)).first()
            if full is not None:
                cure = "Move its assets and delete the collections below it first."
                raise Conflict(Fault("CAT-035", f"Collection '{name}' is not empty", cure=cure))
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
    table = schema.collections.c
    return {row.id: row.name for row in connection.execute(select(table.id, table.name))}


def _query() -> Select[tuple[object, ...]]:
    parent = schema.collections.alias("parent")
    joined = schema.collections.outerjoin(parent, parent.c.id == schema.collections.c.parent_id)
    return select(schema.collections, parent.c.name.label("parent")).select_from(joined)


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
