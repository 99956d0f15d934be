"""How many rows the engine read from each source, from what it notes down anyway."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import duckdb
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.formats.batches import BatchFiles
from headwater.connectors.formats.parquet import Parquet
from headwater.connectors.formats.table_functions import table_function
from headwater.connectors.statements import count_of, run_statement
from headwater.run.engines.reading import OpenSource


def rows_read(
    engine: duckdb.DuckDBPyConnection, sources: Mapping[str, OpenSource], profiles: list[str]
) -> dict[str, int]:
    """Return the rows read by source, after all queries; `profiles` are the engine's, one a query.

    Streams of tables and of decoded files were counted as they flowed, Parquet files tell their rows, and of others the
    profiles do.
    """
    scans = [scan for profile in profiles for scan in _scans(json.loads(profile).get("operator", []))]
    rows: dict[str, int] = {}
    for name, source in sources.items():
        if source.is_table:
            rows[name] = source.counter.rows
        elif not source.files:
            rows[name] = 0
        elif isinstance(source.reading, BatchFiles):
            rows[name] = source.reading.rows
        elif isinstance(source.dataset.format, Parquet):
            rows[name] = _parquet_rows(engine, source)
        elif (found := _scanned(scans, source)) is not None:
            rows[name] = found
    return rows


def _parquet_rows(engine: duckdb.DuckDBPyConnection, source: OpenSource) -> int:
    query = exp.select(exp.Sum(this=exp.column("num_rows"))).from_(
        table_function("parquet_file_metadata", source.urls, {})
    )
    with faults_as(DUCKDB, f"Source '{source.name}'"):
        return count_of(run_statement(engine, query))


def _scanned(scans: list[Mapping[str, object]], source: OpenSource) -> int | None:
    """Return what one scan of the source's files read; several sinks may each have scanned them."""
    counts = [
        scanned
        for scan in scans
        if isinstance(info := scan.get("extra_info"), dict)
        and source.urls[0] in str(info.get("Filename(s)", ""))
        and isinstance(scanned := scan.get("rows_scanned"), int)
    ]
    return max(counts, default=None)


def _scans(operators: list[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    for operator in operators:
        if operator.get("type") == "TABLE_SCAN":
            yield operator
        children = operator.get("children")
        yield from _scans(children if isinstance(children, list) else [])
