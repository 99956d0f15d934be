"""Puts the data of a flow's sources in front of the engine, and knows what was there.

Files are read by the engine itself, tables stream in as Arrow batches and are counted on their way. Every source
becomes a view called as `scan_name` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import cast

import duckdb
import pyarrow as pa
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.formats.protocol import ReadFormat
from headwater.connectors.protocol import AnyStore, FileEntry, FileStore, TableStore
from headwater.connectors.registry import FOLDER_TABLES, folder_tables
from headwater.connectors.sql_types import engine_type
from headwater.connectors.statements import run_statement
from headwater.data.batch import arrow_type
from headwater.data.locations import FileLocation, QueryLocation, TableLocation
from headwater.data.schema import Column, Schema
from headwater.data.types import Array, Map, Struct
from headwater.errors import ConnectorError, Fault, PlanError
from headwater.plan.resolved import ResolvedDataset
from headwater.run.copy.source import referenced_tables
from headwater.run.engines.changes import Note, Window, new_rows
from headwater.run.engines.file_sources import FilePart, find_source
from headwater.run.events import ReferencedTable
from headwater.transformations.graph import Node
from headwater.transformations.options import SourceOptions
from headwater.transformations.source import scan_name

# The engine's types that carry a type of the language as it is.
_PLAIN = frozenset(
    {
        "BIGINT",
        "BLOB",
        "BOOLEAN",
        "DATE",
        "DOUBLE",
        "FLOAT",
        "INTEGER",
        "SMALLINT",
        "TIME",
        "TIMESTAMP",
        "TINYINT",
        "VARCHAR",
    }
)

Connect = Callable[[ResolvedDataset], AnyStore]


@dataclass(slots=True)
class Counter:
    """Rows that have streamed by."""

    rows: int = 0


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A source that has been looked at; `schema` is what its data has."""

    name: str
    dataset: ResolvedDataset
    store: AnyStore
    schema: Schema
    parts: tuple[FilePart, ...] = ()
    scan: exp.Expr | None = None
    """What stands for all files in FROM; None for a table."""
    referenced: tuple[ReferencedTable, ...] = ()
    """Tables that a source's query names."""
    is_view: bool = False
    counter: Counter = field(default_factory=Counter)
    reading: ReadFormat | None = None
    """The format of the files as the engine reads them."""
    new_rows: QueryLocation | None = None
    """What is read of a table, where only new rows are."""
    note: Note | None = None
    """How far this run reads, for a source that reads only what is new; counts once all sinks are committed."""

    @property
    def is_table(self) -> bool:
        """True if it can be read only once, as a stream."""
        return not isinstance(self.dataset.location, FileLocation)

    @property
    def files(self) -> tuple[FileEntry, ...]:
        return tuple(file for part in self.parts for file in part.files)

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(url for part in self.parts for url in part.urls)

    @property
    def bytes(self) -> int | None:
        """Size of the files; unknown for a table."""
        return None if self.is_table else sum(file.size for file in self.files)


def open_source(
    node: Node,
    dataset: ResolvedDataset,
    connect: Connect,
    engine: duckdb.DuckDBPyConnection,
    window: Window | None = None,
) -> OpenSource:
    """Look at a source: its files or its table, and its columns; `window` is what is new to it.

    Raises ConnectorError, RunError if there is none, PlanError for options that do not fit the store.
    """
    store, location, options = connect(dataset), dataset.location, source_options(node)
    if isinstance(location, FileLocation):
        files = files_of(store, dataset)
        found = find_source(node.name, options, dataset, location, files, engine, window or Window())
        source = OpenSource(node.name, dataset, store, found.schema, found.parts, found.scan, note=found.note)
        return replace(source, reading=found.reading)
    tables = tables_of(store, dataset)
    schema = tables.describe(location)
    if schema is None:
        what = location.table if isinstance(location, TableLocation) else "the query"
        cure = "Check the schema and table of the dataset, or run first what creates it."
        message = f"Source '{node.name}' reads '{what}' of '{location.store.linked_service}', which does not exist"
        raise ConnectorError(Fault("CON-031", message, cure=cure))
    source = OpenSource(node.name, dataset, store, schema)
    if isinstance(location, QueryLocation):
        source = replace(source, referenced=referenced_tables(tables, location))
    else:
        source = replace(source, is_view=tables.is_view(location))
    if options.changes is None:
        return source
    rows, note = new_rows(node.name, tables, location, schema, options.changes, window or Window())
    return replace(source, new_rows=rows, note=note)


def missing_columns(node: Node, source: OpenSource) -> list[Fault]:
    """Return a fault for each column that the script declares and the data, or a file of it, lacks."""
    held = [(part.schema, _file(source, part)) for part in source.parts] or [(source.schema, _table(source))]
    return [
        Fault(
            "RUN-041",
            f"Source '{node.name}' declares column '{column.name}', which {where} does not have",
            cure=f"There are {_listed(schema)}. Correct the name in output(…), or the data.",
        )
        for schema, where in held
        for column in source_options(node).declared
        if schema.find(column.name) is None
    ]


def source_options(node: Node) -> SourceOptions:
    """Return the options of a source's node."""
    return node.options if isinstance(node.options, SourceOptions) else SourceOptions(declared=Schema())


def attach_source(
    source: OpenSource, columns: Sequence[str], engine: duckdb.DuckDBPyConnection, stack: ExitStack
) -> None:
    """Make the source's view; for a table, open the stream of the columns that are used, until `stack` ends."""
    location = source.dataset.location
    if source.scan is not None:
        casts = {column.name: column for column in source.schema if not _is_plain(column)}
        _make_view(source, source.scan, casts, engine)
    elif not isinstance(location, FileLocation):
        name = f"stream of {source.name}"
        tables = tables_of(source.store, source.dataset)
        rows = source.new_rows or location
        reader = stack.enter_context(tables.read(rows, list(columns) or [source.schema.names[0]]))
        engine.register(name, pa.RecordBatchReader.from_batches(reader.schema, _counted(reader, source.counter)))
        stack.callback(engine.unregister, name)
        streamed = [column for column in source.schema if column.name in reader.schema.names]
        casts = {column.name: column for column in streamed if not _is_carried(column, reader.schema)}
        _make_view(source, exp.table_(name, quoted=True), casts, engine)


def _make_view(
    source: OpenSource, rows: exp.Expr, casts: Mapping[str, Column], engine: duckdb.DuckDBPyConnection
) -> None:
    """Show rows under the source's scan name; `casts` are columns whose type the language does not have."""
    changed = [
        exp.alias_(exp.cast(exp.column(name, quoted=True), engine_type(column.type)), name, quoted=True)
        for name, column in casts.items()
    ]
    view = exp.Create(
        this=exp.table_(scan_name(source.name), quoted=True),
        kind="VIEW",
        replace=True,
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        expression=exp.select(exp.Star(replace=changed) if changed else exp.Star()).from_(rows),
    )
    with faults_as(DUCKDB, f"Source '{source.name}'"):
        run_statement(engine, view)


def _is_plain(column: Column) -> bool:
    """Return whether the engine's type of a file's column is the one that carries the language's type."""
    native = column.native_type or ""
    return isinstance(column.type, Array | Map | Struct) or native in _PLAIN or native.startswith("DECIMAL")


def _is_carried(column: Column, stream: pa.Schema) -> bool:
    """Return whether a stream brings a column in the Arrow type that carries the language's type."""
    arrow = stream.field(column.name).type
    wanted = arrow_type(column.type)
    return arrow == wanted or not (pa.types.is_primitive(arrow) or pa.types.is_decimal(arrow))


def files_of(store: AnyStore, dataset: ResolvedDataset) -> FileStore:
    """Return the store of a dataset of files. Raises PlanError if it holds tables."""
    if hasattr(store, "url"):
        return cast(FileStore, store)  # a store has one of two shapes, told apart by what it can do
    raise _misfit(dataset, "files")


def store_of(store: AnyStore, dataset: ResolvedDataset) -> AnyStore:
    """Return the store that a dataset's tokens are for: that of its tables, if these are folders of files."""
    return tables_of(store, dataset) if dataset.type in FOLDER_TABLES else store


def tables_of(store: AnyStore, dataset: ResolvedDataset) -> TableStore:
    """Return the store of a dataset of tables. Raises PlanError if it holds files, ConnectorError."""
    if dataset.type in FOLDER_TABLES:
        return folder_tables(dataset.type, files_of(store, dataset), dataset.properties)
    if hasattr(store, "describe"):
        return cast(TableStore, store)  # as above
    raise _misfit(dataset, "tables")


def _counted(reader: pa.RecordBatchReader, counter: Counter) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        counter.rows += batch.num_rows
        yield batch


def _file(source: OpenSource, part: FilePart) -> str:
    location = source.dataset.location
    container = location.container if isinstance(location, FileLocation) else ""
    return f"file '{part.files[0].path}' in '{container}'"


def _table(source: OpenSource) -> str:
    match source.dataset.location:
        case FileLocation():
            return "the data"
        case TableLocation() as location:
            return f"table '{location.table}' of '{location.store.linked_service}'"
        case QueryLocation() as location:
            return f"the query on '{location.store.linked_service}'"


def _listed(schema: Schema) -> str:
    return ", ".join(f"'{name}'" for name in schema.names) or "none"


def _misfit(dataset: ResolvedDataset, wanted: str) -> PlanError:
    message = f"Dataset '{dataset.name}' needs {wanted}, which '{dataset.location.store.linked_service}' does not hold"
    return PlanError(Fault("PLN-041", message, cure="Use a dataset that fits its linked service."))
