"""Default collections: where what a workspace or an application makes stands, unless its request names another."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from headwater.access import audit, schema
from headwater.access.principals import Principal
from headwater.catalog.collections import Collections
from headwater.catalog.store import Store
from headwater.catalog.store.upserts import upsert


class DefaultCollections:
    """At most one a principal; without one, new assets stand in the root collection."""

    def __init__(self, store: Store, collections: Collections) -> None:
        self._store = store
        self._collections = collections

    def of(self, principal: Principal) -> str | None:
        """Return the principal's default collection, if it has one that still exists."""
        return self.all().get(principal.id)

    def all(self) -> Mapping[str, str]:
        """Return the default collections by object id; those that have been deleted are left out."""
        table = schema.default_collections.c
        with self._store.read() as connection:
            rows = connection.execute(select(table.principal_id, table.collection)).all()
            found: dict[str, str] = dict(rows)
        known = {collection.name for collection in self._collections.all()} if found else set()
        return {principal: name for principal, name in found.items() if name in known}

    def put(self, principal: Principal, collection: str, *, by: str) -> None:
        """Set the default collection. Raises NotFound for the collection."""
        self._collections.get(collection)
        row = {"principal_id": principal.id, "collection": collection}
        with self._store.write() as connection:
            connection.execute(upsert(schema.default_collections, ["principal_id"], ["collection"]), row)
            audit.write(connection, by, "set default collection", collection, outcome="changed", detail=principal.id)

    def clear(self, principal: Principal, *, by: str) -> None:
        """Let what the principal makes stand in the root collection again."""
        table = schema.default_collections
        with self._store.write() as connection:
            if connection.execute(delete(table).where(table.c.principal_id == principal.id)).rowcount:
                audit.write(connection, by, "clear default collection", "", outcome="changed", detail=principal.id)
