"""A format of Arrow batches, seen by one engine connection as if it were one of the engine's own.

Separate from the formats, which know files and rows but no engine. A view decodes anew each time a query reads it, one
batch at a time, so that a file may be larger than memory and may be read twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO
from uuid import uuid4

import duckdb
import pyarrow as pa
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.formats.protocol import BatchFormat
from headwater.connectors.sql_types import engine_type, schema_of
from headwater.data.schema import Schema
from headwater.errors import HeadwaterError

PREFIX = "headwater files "
"""How the views of files are called, before what tells them apart."""

_MOST_KEPT = 64 * 1024 * 1024
"""Bytes of rows that are kept of files that are read whole."""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """How one file is opened, and what a message calls it."""

    open: Callable[[], BinaryIO]
    what: str


@dataclass(slots=True)
class Broken:
    """What broke a view while the engine read it. Arrow only passes on its text."""

    error: HeadwaterError | None = None


@dataclass(slots=True)
class Kept:
    """Rows of files that are read whole, lest they be read again: to describe them, and then for their rows."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    bytes: int = 0

    def keep(self, what: str, rows: pa.RecordBatchReader) -> pa.RecordBatchReader:
        """Return the same rows; they are kept if there is room for them."""
        table = rows.read_all()
        if self.bytes + table.nbytes <= _MOST_KEPT:
            self.tables[what] = table
            self.bytes += table.nbytes
        return table.to_reader()


class BatchView:
    """Rows of files with the same columns; the engine asks for a stream each time it reads them."""

    def __init__(self, format_: BatchFormat, files: Sequence[OpenFile], broken: Broken, kept: Kept) -> None:
        self._format = format_
        self._files = files
        self._broken = broken
        self._kept = kept
        self.rows = 0
        """The most rows that a query has read."""
        with self._opened(files[0]) as rows:
            self.schema: pa.Schema = rows.schema

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return a new stream over all rows, as the Arrow PyCapsule interface wants it."""
        batches = pa.RecordBatchReader.from_batches(self.schema, self._batches())
        return batches.__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        passed = 0
        try:
            for file in self._files:
                with self._opened(file) as rows:
                    for batch in rows:
                        passed += batch.num_rows
                        self.rows = max(self.rows, passed)
                        yield batch if batch.schema.equals(self.schema) else batch.cast(self.schema)
        except HeadwaterError as error:
            self._broken.error = error
            raise

    @contextmanager
    def _opened(self, file: OpenFile) -> Iterator[pa.RecordBatchReader]:
        if file.what in self._kept.tables:
            yield self._kept.tables[file.what].to_reader()
            return
        with file.open() as opened:
            rows = self._format.read(opened, file.what)
            yield self._kept.keep(file.what, rows) if self._format.is_whole else rows


@dataclass(frozen=True, eq=False)
class BatchFiles:
    """The format for one connection. `file_of` finds the file behind a URL that the store gave."""

    format: BatchFormat
    connection: duckdb.DuckDBPyConnection
    file_of: Callable[[str], OpenFile]
    broken: Broken = field(default_factory=Broken)
    _kept: Kept = field(default_factory=Kept)
    _views: dict[tuple[str, ...], tuple[str, BatchView]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.format.name

    @property
    def extension(self) -> str:
        return self.format.extension

    @property
    def has_names(self) -> bool:
        return self.format.has_names

    @property
    def rows(self) -> int:
        """Rows that have been read of all files, each counted once."""
        return sum(view.rows for _, view in self._views.values())

    def scan(self, urls: Sequence[str], schema: Schema | None) -> exp.Expression:
        view = exp.table_(self._view(urls), quoted=True)
        if schema is None:
            return view
        names = schema.names if self.has_names else self._columns(urls).names
        columns = [
            exp.alias_(exp.cast(exp.column(name, quoted=True), engine_type(column.type)), column.name, quoted=True)
            for name, column in zip(names, schema, strict=False)
        ]
        return exp.select(*columns).from_(view).subquery()

    def describe(self, connection: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> Schema:  # noqa: ARG002 the format's own
        return self._columns(urls)

    def _columns(self, urls: Sequence[str]) -> Schema:
        view = exp.select("*").from_(exp.table_(self._view(urls), quoted=True))
        with faults_as(DUCKDB, self.file_of(urls[0]).what):
            return schema_of(self.connection.sql(view.sql("duckdb")))

    def _view(self, urls: Sequence[str]) -> str:
        """Return the name of the view of these files, made once."""
        key = tuple(urls)
        if key not in self._views:
            name = f"{PREFIX}{uuid4().hex}"
            files = [self.file_of(url) for url in urls]
            view = BatchView(self.format, files, self.broken, self._kept)
            self.connection.register(name, view)
            self._views[key] = (name, view)
        return self._views[key][0]
