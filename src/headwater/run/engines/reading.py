"""Puts the data of a flow's sources in front of the engine, and knows what was there.

Files are read by the engine itself, tables stream in as Arrow batches and are counted on their way. Every source
becomes a view called as `scan_name` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import cast

import duckdb
import pyarrow as pa
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.formats.delimited_text import DelimitedText
from headwater.connectors.formats.protocol import Format
from headwater.connectors.protocol import AnyStore, FileEntry, FileStore, TableStore
from headwater.connectors.sql_types import engine_type, schema_of
from headwater.connectors.statements import run_statement
from headwater.data.batch import arrow_type
from headwater.data.locations import FileLocation, QueryLocation, TableLocation
from headwater.data.schema import Column, Schema
from headwater.data.types import STRING, Array, Map, Struct
from headwater.errors import ConnectorError, Fault, PlanError, RunError
from headwater.plan.resolved import ResolvedDataset
from headwater.run.copy.source import referenced_tables
from headwater.run.copy.text_heads import refuse_lossy_escapes
from headwater.run.engines.found_files import found_files
from headwater.run.events import ReferencedTable
from headwater.transformations.graph import Node
from headwater.transformations.options import SourceOptions
from headwater.transformations.source import ROW_URL, scan_name

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
class FilePart:
    """Files that have the same columns, and the engine's table function over them."""

    files: tuple[FileEntry, ...]
    urls: tuple[str, ...]
    schema: Schema
    scan: exp.Expr


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
    node: Node, dataset: ResolvedDataset, connect: Connect, engine: duckdb.DuckDBPyConnection
) -> OpenSource:
    """Look at a source: its files or its table, and its columns. Raises ConnectorError, RunError if there is none."""
    store = connect(dataset)
    location = dataset.location
    if isinstance(location, FileLocation):
        return _open_files(node, dataset, files_of(store, dataset), location, engine)
    if source_options(node).row_url_column is not None:
        message = f"Source '{node.name}' sets rowUrlColumn, but dataset '{dataset.name}' is a table"
        raise PlanError(Fault("PLN-042", message, cure="Remove rowUrlColumn, or read files."))
    tables = tables_of(store, dataset)
    schema = tables.describe(location)
    if schema is None:
        what = location.table if isinstance(location, TableLocation) else "the query"
        cure = "Check the schema and table of the dataset, or run first what creates it."
        message = f"Source '{node.name}' reads '{what}' of '{location.store.linked_service}', which does not exist"
        raise ConnectorError(Fault("CON-031", message, cure=cure))
    if isinstance(location, QueryLocation):
        return OpenSource(node.name, dataset, store, schema, referenced=referenced_tables(tables, location))
    return OpenSource(node.name, dataset, store, schema, is_view=tables.is_view(location))


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
        reader = stack.enter_context(tables.read(location, list(columns) or [source.schema.names[0]]))
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


def tables_of(store: AnyStore, dataset: ResolvedDataset) -> TableStore:
    """Return the store of a dataset of tables. Raises PlanError if it holds files."""
    if hasattr(store, "describe"):
        return cast(TableStore, store)  # as above
    raise _misfit(dataset, "tables")


def _counted(reader: pa.RecordBatchReader, counter: Counter) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        counter.rows += batch.num_rows
        yield batch


def _open_files(
    node: Node, dataset: ResolvedDataset, store: FileStore, location: FileLocation, engine: duckdb.DuckDBPyConnection
) -> OpenSource:
    options = source_options(node)
    format_ = dataset.format
    if format_ is None:
        cure = "Use a dataset of a file format, such as DelimitedText, Parquet or Json."
        raise PlanError(Fault("PLN-041", f"Dataset '{dataset.name}' of source '{node.name}' has no format", cure=cure))
    files = found_files(store, location, options.wildcard_paths)
    if files:
        return _open_parts(node, dataset, store, location, files, format_, engine)
    if options.ignore_no_files_found and options.declared.columns:
        texts = Schema(tuple(Column(column.name, STRING) for column in options.declared))
        return OpenSource(node.name, dataset, store, texts, scan=_no_rows(texts, options))
    place = ", ".join(options.wildcard_paths) or location.path or "/"
    cure = "Check the dataset's folder and file; ignoreNoFilesFound: true does without, if output(…) has columns."
    message = f"Source '{node.name}' finds no file '{place}' in '{location.container}'"
    raise RunError(Fault("RUN-040", message, cure=cure))


def _open_parts(
    node: Node,
    dataset: ResolvedDataset,
    store: FileStore,
    location: FileLocation,
    files: Sequence[FileEntry],
    format_: Format,
    engine: duckdb.DuckDBPyConnection,
) -> OpenSource:
    store.attach(engine)
    by_file = source_options(node).row_url_column is not None
    alike: dict[tuple[Schema, str], list[FileEntry]] = {}
    for file in files:
        if isinstance(format_, DelimitedText):
            where = f"file '{file.path}' in '{location.container}'"
            refuse_lossy_escapes(store, location.container, file.path, format_, where)
        found = format_.describe(engine, [store.url(location.container, file.path)])
        alike.setdefault((found, file.path if by_file else ""), []).append(file)
    parts = []
    for (schema, path), members in alike.items():
        urls = tuple(store.url(location.container, file.path) for file in members)
        names = _positional(format_, schema, source_options(node).declared)
        rows = format_.scan(urls, names)
        parts.append(FilePart(tuple(members), urls, names or schema, _with_path(rows, path) if by_file else rows))
    scan = _together(parts)
    schema = parts[0].schema
    if len(parts) > 1:
        with faults_as(DUCKDB, f"Source '{node.name}'"):
            everything = schema_of(engine.sql(exp.select("*").from_(scan).sql("duckdb")))
        schema = Schema(tuple(column for column in everything if not by_file or column.name != ROW_URL))
    return OpenSource(node.name, dataset, store, schema, tuple(parts), scan)


def _with_path(rows: exp.Expr, path: str) -> exp.Expr:
    """Return the rows of one file with its path in the container."""
    said = exp.alias_(exp.Literal.string(f"/{path}"), ROW_URL, quoted=True)
    return exp.select("*", said).from_(rows).subquery()


def _together(parts: Sequence[FilePart]) -> exp.Expr:
    """Return all parts as one, paired by name: a column that some files lack is null in their rows."""
    if len(parts) == 1:
        return parts[0].scan
    first, *others = (exp.select("*").from_(part.scan) for part in parts)
    rows: exp.Query = first
    for other in others:
        rows = exp.Union(this=rows, expression=other, distinct=False, by_name=True)
    return rows.subquery()


def _positional(format_: Format, found: Schema, declared: Schema) -> Schema | None:
    """Return the columns of text files without a header: the declared names in order, then the engine's own."""
    if not isinstance(format_, DelimitedText) or format_.header:
        return None
    names = (*declared.names, *found.names[len(declared) :])[: len(found)]
    return Schema(tuple(Column(name, STRING) for name in names))


def _no_rows(schema: Schema, options: SourceOptions) -> exp.Expr:
    names = schema.names if options.row_url_column is None else (*schema.names, ROW_URL)
    columns = [exp.alias_(exp.cast(exp.null(), exp.DType.VARCHAR), name, quoted=True) for name in names]
    return exp.select(*columns).where(exp.false()).subquery()


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
