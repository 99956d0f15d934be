"""The types as they stand, for everything that reads: `typedefs` stores and changes them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from headwater.catalog.store import Store, schema
from headwater.catalog.store.rows import fetch
from headwater.catalog.types.type_set import EntityType, TypeSet


class Types:
    """All types, read through `at` or `current`.

    Other processes may change them too. So each change counts up a version, and each transaction looks at that.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.read() as connection:
            self._loaded = load(connection)

    def at(self, connection: Connection) -> TypeSet:
        """The types as this transaction sees them."""
        if self._loaded[0] != _version(connection):
            self._loaded = loaded = load(connection)
            return loaded[1]
        return self._loaded[1]

    @property
    def current(self) -> TypeSet:
        """The types as they stand; keep it for the length of one request."""
        with self._store.read() as connection:
            return self.at(connection)

    def entity(self, name: str) -> EntityType:
        """Raises Invalid for a name that is no entity type."""
        return self.current.entity(name)

    def subtypes(self, name: str) -> frozenset[str]:
        """Names of the type and of all below it."""
        return self.current.subtypes(name)

    def entity_types(self) -> Iterable[EntityType]:
        return self.current.entities.values()


def _version(connection: Connection) -> int:
    return next((version for (version,) in fetch(connection, _VERSION, {})), 0)


_VERSION = select(schema.counters.c.value).where(schema.counters.c.name == "types")


def load(connection: Connection) -> tuple[int, TypeSet]:
    """Return the version of the types, and the types."""
    table = schema.types.c
    version = _version(connection)
    rows = connection.execute(select(table.id, table.guid, table.category, table.definition).order_by(table.id))
    return version, TypeSet((row.id, row.guid, row.category, row.definition) for row in rows)
