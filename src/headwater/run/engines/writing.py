"""Stages what a flow's sinks write. Nothing is visible until every sink is staged and all are committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import duckdb
import msgspec
from sqlglot import exp

from headwater.connectors.protocol import FileStore
from headwater.data.locations import FileLocation, Location, TableLocation
from headwater.data.schema import Schema
from headwater.errors import Fault, PlanError
from headwater.plan.resolved import ResolvedDataset
from headwater.run.engines.error_rows import failed_rows, refused_rows
from headwater.run.engines.file_sinks import FileTarget, is_spread, part_name, stage_files
from headwater.run.engines.reading import Connect, files_of, tables_of
from headwater.run.engines.sink_rows import SinkRows, rows_of
from headwater.run.engines.staged_sink import StagedSink, WrittenFile
from headwater.run.engines.table_sinks import Refused, TableTarget, stage_table
from headwater.transformations.graph import Node
from headwater.transformations.options import SinkOptions


def sink_options(node: Node) -> SinkOptions:
    """Return the options of a sink's node."""
    return node.options if isinstance(node.options, SinkOptions) else SinkOptions(declared=Schema())


def sink_location(node: Node, dataset: ResolvedDataset, key: str) -> Location | None:
    """Return where a sink writes: a table, a file, or the folder of its files where there may be several.

    A file that nobody names is named after `key`. None where the rows tell it.
    """
    location, options = dataset.location, sink_options(node)
    if not isinstance(location, FileLocation):
        return location
    if options.spread.file or options.spread.folder:
        return None
    if is_spread(options, location):
        return msgspec.structs.replace(location, file=None)
    named = next(iter(options.file_names), None) or (options.file_pattern or "").replace("[n]", "1") or location.file
    extension = dataset.format.extension if dataset.format else ""
    return msgspec.structs.replace(location, file=named or part_name(0, node.name, key, extension))


@dataclass(frozen=True, slots=True)
class _Writing:
    """What every step looks at."""

    dataset: ResolvedDataset
    rows: SinkRows
    connect: Connect
    key: str

    def open_files(self, dataset: ResolvedDataset) -> FileStore:
        return files_of(self.connect(dataset), dataset)


def stage_sink(
    node: Node,
    dataset: ResolvedDataset,
    query: exp.Query,
    connect: Connect,
    engine: duckdb.DuckDBPyConnection,
    key: str,
    *,
    earlier: Sequence[StagedSink] = (),
    noted: Callable[[], None] = lambda: None,
) -> StagedSink:
    """Run a sink's query into its target, invisibly.

    `earlier` are the sinks of the flow that are staged already: tables of one database share a transaction. `noted` is
    called where the rows are evaluated first and written after. Raises ConnectorError, PlanError, RunError.
    """
    options, location = sink_options(node), dataset.location
    spread = isinstance(location, FileLocation) and is_spread(options, location)
    kept = spread or options.failures is not None or options.tolerance is not None
    rows = rows_of(node, options, query, engine, noted, kept=kept)
    try:
        return _staged(_Writing(dataset, rows, connect, key), earlier)
    finally:
        rows.release()


def _staged(writing: _Writing, earlier: Sequence[StagedSink]) -> StagedSink:
    dataset, rows, refused = writing.dataset, writing.rows, Refused()
    store = writing.connect(dataset)
    match dataset.location:
        case FileLocation() as location:
            staged = stage_files(FileTarget(dataset, location, files_of(store, dataset), writing.key), rows)
        case TableLocation() as table:
            target = TableTarget(dataset, table, tables_of(store, dataset), writing.key, earlier)
            staged, refused = stage_table(target, rows)
        case _:
            message = f"Sink '{rows.name}' cannot write into a query"
            raise PlanError(Fault("PLN-042", message, cure="Give its dataset a table."))
    try:
        return _with_errors(writing, staged, refused)
    except BaseException:
        staged.discard()
        raise


def _with_errors(writing: _Writing, staged: StagedSink, refused: Refused) -> StagedSink:
    """Return the sink with what was set apart of its rows, staged too."""
    rows, rejects, errors = writing.rows, writing.dataset.rejects, list[WrittenFile]()
    counts: dict[str, int] = {}
    if (failures := rows.options.failures) is not None:
        count, file = failed_rows(rows, failures, rejects, writing.open_files, writing.key)
        counts["assertFailedRows"] = count
        errors += [file] if file else []
    complaint = ""
    if (tolerance := rows.options.tolerance) is not None:
        file = refused_rows(rows, refused, tolerance.target, rejects, writing.open_files, writing.key)
        counts["rejectedRows"] = len(refused.faults)
        errors += [file] if file else []
        if refused.faults and not tolerance.succeeds:
            first = next(iter(refused.faults.values()))
            complaint = (
                f"Sink '{rows.name}' left out {len(refused.faults)} rows that its table refused: {first.message}"
            )
    return replace(staged, errors=tuple(errors), set_apart=counts, complaint=complaint)
