"""The end of things: what is stale, what is gone, what goes with what, and how long what is over is kept."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select

from headwater.catalog import clock
from headwater.catalog.collections import collection_names
from headwater.catalog.lifecycle import definitions
from headwater.catalog.lifecycle.cascade import EVERYWHERE, Asked, Consequences, Reader, consequences
from headwater.catalog.lifecycle.definitions import Definitions
from headwater.catalog.lifecycle.keeping import FOREVER, Keeping
from headwater.catalog.lifecycle.retention import Purged, Retention, Stopping
from headwater.catalog.lifecycle.stale import Stale, stale_after, stale_among
from headwater.catalog.reading import headers_by_id
from headwater.catalog.store import Store
from headwater.catalog.store.lists import listed, packed, text
from headwater.catalog.store.schema import entities
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.rows import Permit

SLICES = 10
"""Statements that one page of stale operations takes at most."""


class StaleProcess(msgspec.Struct, frozen=True, rename="camel"):
    """An operation or activity that the last runs of what it belongs to did not report."""

    guid: str
    type_name: str
    qualified_name: str
    collection_id: str
    last_seen: datetime.datetime


class StalePage(msgspec.Struct, frozen=True, rename="camel"):
    """`continuation` goes on where this page ends; None on the last. A page may be short and have another after it."""

    value: tuple[StaleProcess, ...]
    continuation: int | None


class Lifecycle:
    """Answers and acts; settings come with each call, as an account's file says them."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types
        self._retention = Retention(store)

    def stale(
        self, *, keeping: Keeping = FOREVER, start: int = 0, collections: frozenset[str] | None = None
    ) -> StalePage:
        """Return stale operations and activities in these collections (None: all), from the key `start` on."""
        with self._store.read() as connection:
            types = self._types.at(connection)
            processes = types.subtype_ids("Process")
            found, after = stale_after(connection, start, keeping.stale_after_runs, processes, SLICES)
            return StalePage(self._shown(connection, found, collections), after)

    def stale_of(
        self, guids: Iterable[str], *, keeping: Keeping = FOREVER, collections: frozenset[str] | None = None
    ) -> tuple[StaleProcess, ...]:
        """Return those of these operations that are stale; others and unknown guids are left out."""
        wanted = listed()
        query = select(entities.c.id).join(wanted, entities.c.guid == text(wanted))
        with self._store.read() as connection:
            ids = list(connection.execute(query, {"wanted": packed(sorted(set(guids)))}).scalars())
            found = stale_among(connection, ids, keeping.stale_after_runs)
            return self._shown(connection, found, collections)

    def _shown(
        self, connection: Connection, found: Iterable[Stale], collections: frozenset[str] | None
    ) -> tuple[StaleProcess, ...]:
        seen = {one.id: one.last_seen for one in found}
        headers = headers_by_id(connection, seen, self._types.at(connection), collection_names(connection))
        return tuple(
            StaleProcess(
                guid=header.guid,
                type_name=header.type_name,
                qualified_name=str(header.attributes.get("qualifiedName", "")),
                collection_id=header.collection_id,
                last_seen=clock.moment(seen[id]),
            )
            for id, header in headers.items()
            if collections is None or header.collection_id in collections
        )

    def delete(
        self, asked: Asked, *, by: str, permit: Permit | None = None, reader: Reader = EVERYWHERE
    ) -> Consequences:
        """Delete with all that hangs on it, or tell what that would do. Raises NotFound."""
        opened = self._store.read() if asked.dry_run else self._store.write()
        with opened as connection:
            types = self._types.at(connection)
            return consequences(connection, asked, types, by=by, permit=permit, reader=reader)

    def reconcile(
        self, given: Definitions, *, by: str, permit: Permit | None = None, reader: Reader = EVERYWHERE
    ) -> Consequences:
        """Delete the pipelines and activities that a workspace no longer has, with their operations.

        Raises NotFound if the workspace has never reported, Invalid for a pipeline that is named twice.
        """
        opened = self._store.read() if given.dry_run else self._store.write()
        with opened as connection:
            types = self._types.at(connection)
            guids = definitions.gone(connection, given, types)
            asked = Asked(guids=guids, cascade=True, dry_run=given.dry_run)
            return consequences(connection, asked, types, by=by, permit=permit, reader=reader)

    def purge(
        self, keeping: Keeping, *, at: int | None = None, dry_run: bool = False, stopping: Stopping | None = None
    ) -> Purged:
        """Remove what is over and older than `keeping` says, until `stopping`; tell how much."""
        return self._retention.purge(keeping, at=at, dry_run=dry_run, stopping=stopping)
