"""Reading PostgreSQL: COPY … TO STDOUT through a pipe into the engine's CSV reader, which gives typed batches.

The server sends, the engine parses, both at once and with bounded memory.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

import duckdb
import psycopg
import pyarrow as pa
from psycopg import sql
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, PSYCOPG, faults_as
from headwater.connectors.formats.table_functions import table_function, text, types
from headwater.connectors.postgresql_types import PgColumn
from headwater.connectors.sql_types import engine_type
from headwater.connectors.statements import run_statement
from headwater.data.schema import Column, Schema
from headwater.data.types import BINARY, STRING

BATCH_ROWS = 100_000
CHUNK = 256 * 1024
MAX_ROW = 16 * 1024 * 1024
MEMORY_LIMIT = "256MB"


class _Pump(threading.Thread):
    """Writes what the server sends into the pipe, and keeps what went wrong."""

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]], query: sql.Composed, sink: int) -> None:
        super().__init__(name="postgresql-copy", daemon=True)
        self._connection = connection
        self._statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(query)
        self._sink = sink
        self._stopped = threading.Event()
        self.error: Exception | None = None

    def stop(self, source: int) -> None:
        """End it although nobody reads any more: drain what it is writing, so that it sees the sign."""
        self._stopped.set()
        while os.read(source, CHUNK):
            pass
        self.join()

    def run(self) -> None:
        try:
            with self._connection.cursor() as cursor, cursor.copy(self._statement) as copy:
                self._forward(copy)
        except (psycopg.Error, OSError) as error:
            self.error = error
        finally:
            os.close(self._sink)

    def _forward(self, copy: psycopg.Copy) -> None:
        # libpq hands out one row at a time; writing each would cost a system call a row.
        rows: list[bytes] = []
        size = 0
        for row in copy:
            rows.append(bytes(row))
            size += len(row)
            if self._stopped.is_set():
                raise BrokenPipeError
            if size >= CHUNK:
                _write_all(self._sink, b"".join(rows))
                rows, size = [], 0
        _write_all(self._sink, b"".join(rows))


@contextlib.contextmanager
def copied_out(
    connection: psycopg.Connection[tuple[object, ...]], query: sql.Composed, what: str
) -> Iterator[pa.RecordBatchReader]:
    """Yield the rows of a query. The connection is busy until the block ends. Raises ConnectorError."""
    with faults_as(PSYCOPG, what):
        columns = PgColumn.of(connection, query)
    source, sink = os.pipe()
    pump = _Pump(connection, query, sink)
    engine = duckdb.connect(":memory:")
    pump.start()
    try:
        with faults_as(DUCKDB, what):
            for setting, value in (("memory_limit", MEMORY_LIMIT), ("TimeZone", "UTC"), ("threads", 2)):
                run_statement(engine, f"SET {setting} = ?", [value])
            reader = engine.sql(_parsed(columns, source).sql("duckdb")).to_arrow_reader(BATCH_ROWS)
        try:
            yield pa.RecordBatchReader.from_batches(reader.schema, _batches(reader, pump, what))
        finally:
            reader.close()
    finally:
        pump.stop(source)
        engine.close()
        os.close(source)


def _batches(reader: pa.RecordBatchReader, pump: _Pump, what: str) -> Iterator[pa.RecordBatch]:
    with faults_as(PSYCOPG, what), faults_as(DUCKDB, what):
        try:
            yield from reader
        finally:
            # What the server said explains why the text broke off.
            if not pump.is_alive() and pump.error is not None and not isinstance(pump.error, BrokenPipeError):
                raise pump.error
        pump.join()
        if pump.error is not None:
            raise pump.error


def _parsed(columns: tuple[PgColumn, ...], source: int) -> exp.Select:
    if not columns:
        columns = (PgColumn("empty", "text", "text", STRING),)
    read_as = Schema(
        tuple(Column(f"c{index}", STRING if c.type == BINARY else c.type) for index, c in enumerate(columns))
    )
    typed = types(read_as)
    for pair, column in zip(typed.expressions, columns, strict=True):
        if column.kind == "timestamptz":
            pair.set("expression", text("TIMESTAMPTZ"))
    scan = table_function(
        "read_csv",
        [f"/dev/fd/{source}"],
        {
            "columns": typed,
            "header": exp.false(),
            "auto_detect": exp.false(),
            "delim": text(","),
            "quote": text('"'),
            "escape": text('"'),
            "nullstr": text(""),
            "allow_quoted_nulls": exp.false(),
            "compression": text("none"),
            "parallel": exp.false(),
            "max_line_size": exp.Literal.number(MAX_ROW),
            "buffer_size": exp.Literal.number(2 * MAX_ROW),
        },
    )
    return exp.select(*[_value(index, column) for index, column in enumerate(columns)]).from_(scan)


def _value(index: int, column: PgColumn) -> exp.Expr:
    given: exp.Expr = exp.column(f"c{index}")
    if column.type == BINARY:
        # bytea arrives as \x0102.
        given = exp.cast(exp.func("unhex", exp.func("substr", given, exp.Literal.number(3))), engine_type(BINARY))
    return exp.alias_(given, column.name, quoted=True)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
