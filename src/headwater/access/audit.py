"""The audit log: sign-ins, refusals, changes of rights and collections, deletes and purges.

What else happened to entities is in their own history.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, insert, select

from headwater.access import schema
from headwater.catalog import clock
from headwater.catalog.store import Store


class Entry(msgspec.Struct, frozen=True):
    """`at` in milliseconds since 1970; `outcome` is allowed, refused or changed; `id` grows with each entry."""

    at: int
    principal: str
    action: str
    target: str
    outcome: str
    detail: str = ""
    id: int = 0


class Wanted(msgspec.Struct, frozen=True):
    """Which entries are asked for; an empty text takes any. `before` is an id: entries that are older than it."""

    principal: str = ""
    action: str = ""
    target: str = ""
    outcome: str = ""
    before: int | None = None


EVERY = Wanted()


class Audit:
    """Appends and reads entries."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, principal: str, action: str, target: str, *, outcome: str, detail: str = "") -> None:
        """Append an entry in a transaction of its own."""
        with self._store.write() as connection:
            write(connection, principal, action, target, outcome=outcome, detail=detail)

    def entries(self, wanted: Wanted = EVERY, *, limit: int = 100) -> tuple[Entry, ...]:
        """Return the newest entries that are wanted, newest first."""
        table = schema.audit.c
        query = select(table.at, table.principal, table.action, table.target, table.outcome, table.detail, table.id)
        for name in ("principal", "action", "target", "outcome"):
            if value := getattr(wanted, name):
                query = query.where(table[name] == value)
        if wanted.before is not None:
            query = query.where(table.id < wanted.before)
        with self._store.read() as connection:
            return tuple(Entry(*row) for row in connection.execute(query.order_by(table.id.desc()).limit(limit)))


def write_many(
    connection: Connection, principal: str, action: str, details: Mapping[str, str], *, outcome: str
) -> None:
    """Append an entry for each target, with its detail, in the caller's transaction."""
    same = {"at": clock.now(), "principal": principal, "action": action, "outcome": outcome}
    if details:
        rows = [{**same, "target": target, "detail": detail} for target, detail in details.items()]
        connection.execute(insert(schema.audit), rows)


def write(connection: Connection, principal: str, action: str, target: str, *, outcome: str, detail: str = "") -> None:
    """Append an entry in the caller's transaction."""
    row = {"principal": principal, "action": action, "target": target, "outcome": outcome, "detail": detail}
    connection.execute(insert(schema.audit).values(at=clock.now(), **row))
