"""What is new in a source since its last run: a table's rows by a column that only grows, files by their times.

A run notes how far it read, and the note counts once all sinks are committed. So an attempt that was killed reads the
same again (`Window.until`), and the next run reads what came after.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from headwater.connectors.dialects import dialect_of
from headwater.connectors.protocol import FileEntry, TableStore
from headwater.connectors.queries import parse
from headwater.connectors.sql_types import engine_type
from headwater.data.locations import QueryLocation, TableLocation
from headwater.data.schema import Column, Schema
from headwater.errors import Fault, RunError
from headwater.language.expression.ast import Json
from headwater.transformations.options import ChangeCapture

Note = Mapping[str, Json]
_HIGHEST = "highest"


@dataclass(frozen=True, slots=True)
class Window:
    """What of a source is new. `since` is what the last run noted, None for the first."""

    since: Note | None = None
    until: Note | None = None
    """What this attempt had noted before it was killed: nothing later is read."""


def new_files(files: Sequence[FileEntry], capture: ChangeCapture, window: Window) -> tuple[list[FileEntry], Note]:
    """Return the files that are new or changed, and the note of how far they reach.

    A note has the latest time and the files of that very time, since others may get the same time later.
    """
    until = window.until
    seen = [file for file in files if until is None or _is_seen(file, until)]
    note = _noted(seen, window.since) if until is None else until
    if window.since is None:
        return ([] if capture.skips_first else seen), note
    since = window.since
    return [file for file in seen if not _is_seen(file, since)], note


def _is_seen(file: FileEntry, note: Note) -> bool:
    latest = note.get("latest")
    if not isinstance(latest, str):
        return False
    moment, paths = datetime.datetime.fromisoformat(latest), note.get("paths")
    at_that_time = isinstance(paths, list) and file.path in paths
    return file.modified_at < moment or (file.modified_at == moment and at_that_time)


def _noted(files: Sequence[FileEntry], since: Note | None) -> Note:
    before = since or {"latest": None, "paths": []}
    if not files:
        return before
    latest = max(file.modified_at for file in files)
    paths: list[Json] = [file.path for file in files if file.modified_at == latest]
    return {"latest": latest.isoformat(), "paths": paths}


def new_rows(
    name: str,
    store: TableStore,
    location: TableLocation | QueryLocation,
    schema: Schema,
    capture: ChangeCapture,
    window: Window,
) -> tuple[QueryLocation, Note]:
    """Return the query of a table's or query's new rows, and the note of how far they reach.

    The first run reads rows without a value too. Raises RunError for a column that is not there, ConnectorError.
    """
    column = schema.find(capture.watermark or "")
    if column is None:
        message = f"Source '{name}' reads what is new by column '{capture.watermark}', which its data does not have"
        there = ", ".join(f"'{found}'" for found in schema.names)
        raise RunError(Fault("RUN-041", message, cure=f"Name one of {there} in waterMarkColumn."))
    dialect = dialect_of(location.store.kind) or store.dialect
    rows = _rows(location, dialect)
    note = window.until or _highest(store, location, rows, column, dialect, window.since)
    test = _test(column, capture, window.since, note)
    query = exp.select("*").from_(rows).where(test)
    return QueryLocation(location.store, query.sql(dialect=dialect)), note


def _rows(location: TableLocation | QueryLocation, dialect: str) -> exp.Expr:
    if isinstance(location, TableLocation):
        return exp.table_(location.table, db=location.schema, quoted=True)
    statement = parse(location.text, dialect)[0]
    if not isinstance(statement, exp.Query):
        cure = "Give the source one SELECT."
        raise RunError(Fault("RUN-041", "Only the rows of a SELECT can be read by what is new", cure=cure))
    return statement.subquery("headwater_source")


def _highest(
    store: TableStore,
    location: TableLocation | QueryLocation,
    rows: exp.Expr,
    column: Column,
    dialect: str,
    since: Note | None,
) -> Note:
    value = exp.alias_(exp.Max(this=exp.column(column.name, quoted=True)), _HIGHEST, quoted=True)
    query = QueryLocation(location.store, exp.select(value).from_(rows.copy()).sql(dialect=dialect))
    with store.read(query) as reader:
        found = [row[_HIGHEST] for batch in reader for row in batch.to_pylist()]
    highest = found[0] if found else None
    return {_HIGHEST: (since or {}).get(_HIGHEST) if highest is None else _spelled(highest)}


def _spelled(value: object) -> str:
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat(" ") if isinstance(value, datetime.datetime) else value.isoformat()
    return format(value, "f") if isinstance(value, decimal.Decimal) else str(value)


def _test(column: Column, capture: ChangeCapture, since: Note | None, note: Note) -> exp.Expr:
    """Return the condition of new rows."""
    value, low, high = exp.column(column.name, quoted=True), (since or {}).get(_HIGHEST), note.get(_HIGHEST)
    if since is None and capture.skips_first:
        return exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(0))
    empty = exp.Is(this=value.copy(), expression=exp.null())
    if high is None:
        return empty if since is None else exp.and_(empty, exp.not_(empty.copy()))
    within = exp.LTE(this=value, expression=_literal(high, column))
    if since is None:
        return exp.or_(within, empty)
    return within if low is None else exp.and_(exp.GT(this=value.copy(), expression=_literal(low, column)), within)


def _literal(value: Json, column: Column) -> exp.Expr:
    return exp.cast(exp.Literal.string(str(value)), engine_type(column.type))
