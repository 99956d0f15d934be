"""Insert or update in one statement."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.elements import ColumnElement


def upsert(table: Table, keys: Sequence[str], changed: Sequence[str], differs: Sequence[str] = ()) -> Insert:
    """Return an insert that sets the columns `changed` of a row whose keys exist; only where one of `differs` does."""
    # SQLite took its ON CONFLICT from PostgreSQL, and SQLAlchemy compiles this one for both.
    statement = insert(table)
    values = {name: statement.excluded[name] for name in changed}
    where: ColumnElement[bool] | None = None
    for name in differs:
        differing = table.c[name].is_distinct_from(statement.excluded[name])
        where = differing if where is None else where | differing
    return statement.on_conflict_do_update(index_elements=list(keys), set_=values, where=where)


def insert_missing(table: Table) -> Insert:
    """Return an insert that leaves a row whose keys exist as it is."""
    return insert(table).on_conflict_do_nothing()


def add_up(table: Table, keys: Sequence[str], column: str) -> Insert:
    """Return an insert that adds its number to the one of a row whose keys exist."""
    statement = insert(table)
    added = {column: table.c[column] + statement.excluded[column]}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=added)
