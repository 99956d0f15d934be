"""A format of Arrow batches, seen by one engine connection as if it were one of the engine's own.

Separate from the formats, which know files and rows but no engine. A view decodes anew each time a query reads it, one
batch at a time, so that a file may be larger than memory and may be read twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import duckdb
import pyarrow as pa
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.formats.protocol import BatchFormat
from headwater.connectors.sql_types import engine_type, schema_of
from headwater.data.schema import Schema
from headwater.errors import ConnectorError, HeadwaterError


@dataclass(frozen=True, slots=True)
class OpenFile:
    """How one file is opened, and what a message calls it."""

    open: Callable[[], BinaryIO]
    what: str


@dataclass(slots=True)
class Broken:
    """What broke a view while the engine read it. Arrow only passes on its text."""

    error: HeadwaterError | None = None


class BatchView:
    """Rows of files with the same columns; the engine asks for a stream each time it reads them."""

    def __init__(self, format_: BatchFormat, files: Sequence[OpenFile], broken: Broken) -> None:
        self._format = format_
        self._files = files
        self._broken = broken
        with files[0].open() as first:
            self.schema: pa.Schema = format_.read(first, files[0].what).schema

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return a new stream over all rows, as the Arrow PyCapsule interface wants it."""
        batches = pa.RecordBatchReader.from_batches(self.schema, self._batches())
        return batches.__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for file in self._files:
                with file.open() as opened:
                    for batch in self._format.read(opened, file.what):
                        yield batch if batch.schema.equals(self.schema) else batch.cast(self.schema)
        except HeadwaterError as error:
            self._broken.error = error
            raise


@dataclass(frozen=True, eq=False)
class BatchFiles:
    """The format for one connection. `file_of` finds the file behind a URL that the store gave."""

    format: BatchFormat
    connection: duckdb.DuckDBPyConnection
    file_of: Callable[[str], OpenFile]
    broken: Broken = field(default_factory=Broken)
    _views: dict[tuple[str, ...], str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.format.name

    @property
    def extension(self) -> str:
        return self.format.extension

    @property
    def has_names(self) -> bool:
        return self.format.has_names

    def scan(self, urls: Sequence[str], schema: Schema | None) -> exp.Expression:
        view = exp.table_(self._view(urls), quoted=True)
        if schema is None:
            return view
        found = self._columns(urls)
        named = schema if set(schema.names) <= set(found.names) else None
        pairs = [(c.name, c) for c in named] if named else list(zip(found.names, schema, strict=False))
        columns = [
            exp.alias_(exp.cast(exp.column(name, quoted=True), engine_type(column.type)), column.name, quoted=True)
            for name, column in pairs
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
            name = f"headwater files {id(self)} {len(self._views)}"
            files = [self.file_of(url) for url in urls]
            self.connection.register(name, BatchView(self.format, files, self.broken))
            self._views[key] = name
        return self._views[key]


def error_behind(format_: object, error: ConnectorError) -> HeadwaterError:
    """Return what broke the view of a format, if it was that, and not the error that the engine made of it."""
    broken = format_.broken.error if isinstance(format_, BatchFiles) else None
    return broken or error
