"""Writes one file: the rows of a query, staged in a store."""

from __future__ import annotations

import duckdb
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.formats.opening import write_rows
from headwater.connectors.formats.protocol import Format
from headwater.connectors.protocol import FileStore
from headwater.data.locations import FileLocation
from headwater.run.engines.staged_sink import WrittenFile


def write_file(
    store: FileStore,
    location: FileLocation,
    query: exp.Query,
    format_: Format,
    engine: duckdb.DuckDBPyConnection,
    sink: str,
) -> WrittenFile:
    """Stage a file with the rows of a query. Raises ConnectorError."""
    what = f"Sink '{sink}', file '{location.path}' in '{location.container}',"
    staged = store.stage(location.container, location.path)
    try:
        with faults_as(DUCKDB, what):
            rows = write_rows(engine, query, staged, format_, location.file or "", what)
    except BaseException:
        staged.discard()
        raise
    return WrittenFile(store, location, staged, rows)
