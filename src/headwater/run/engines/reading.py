"""Puts the data of a flow's sources in front of the engine, and knows what was there.

Files are read by the engine itself, tables stream in as Arrow batches and are counted on their way. Every source
becomes a view called as `scan_name` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
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
from headwater.connectors.statements import run_statement
from headwater.data.locations import FileLocation, QueryLocation, TableLocation
from headwater.data.schema import Column, Schema
from headwater.data.types import STRING
from headwater.errors import ConnectorError, Fault, PlanError, RunError
from headwater.plan.resolved import ResolvedDataset
from headwater.run.events import ReferencedTable
from headwater.transformations.graph import Node
from headwater.transformations.options import SourceOptions
from headwater.transformations.source import scan_name

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
    files: tuple[FileEntry, ...] = ()
    urls: tuple[str, ...] = ()
    scan: exp.Expr | None = None
    """The engine's table function over the files; None for a table."""
    referenced: tuple[ReferencedTable, ...] = ()
    """Tables that a source's query names."""
    counter: Counter = field(default_factory=Counter)

    @property
    def is_table(self) -> bool:
        """True if it can be read only once, as a stream."""
        return not isinstance(self.dataset.location, FileLocation)

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
    tables = tables_of(store, dataset)
    schema = tables.describe(location)
    if schema is None:
        what = location.table if isinstance(location, TableLocation) else "the query"
        cure = "Check the schema and table of the dataset, or run first what creates it."
        message = f"Source '{node.name}' reads '{what}' of '{location.store.linked_service}', which does not exist"
        raise ConnectorError(Fault("CON-031", message, cure=cure))
    return OpenSource(node.name, dataset, store, schema)


def missing_columns(node: Node, source: OpenSource) -> list[Fault]:
    """Return a fault for each column that the script declares and the data lacks."""
    options = node.options
    if not isinstance(options, SourceOptions):
        return []
    there = ", ".join(f"'{name}'" for name in source.schema.names) or "none"
    return [
        Fault(
            "RUN-041",
            f"Source '{node.name}' declares column '{column.name}', which {_where(source)} does not have",
            cure=f"There are {there}. Correct the name in output(…), or the data.",
        )
        for column in options.declared
        if source.schema.find(column.name) is None
    ]


def attach_source(
    source: OpenSource, columns: Sequence[str], engine: duckdb.DuckDBPyConnection, stack: ExitStack
) -> None:
    """Make the source's view; for a table, open the stream of the columns that are used, until `stack` ends."""
    name = scan_name(source.name)
    if source.scan is not None:
        # The table function stands inside a subquery, so that one that is a query itself fits too.
        view = exp.Create(
            this=exp.table_(name, quoted=True),
            kind="VIEW",
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
            expression=exp.select("*").from_(source.scan),
        )
        with faults_as(DUCKDB, f"Source '{source.name}'"):
            run_statement(engine, view)
        return
    location = source.dataset.location
    if isinstance(location, FileLocation):
        return
    tables = tables_of(source.store, source.dataset)
    reader = stack.enter_context(tables.read(location, list(columns) or [source.schema.names[0]]))
    engine.register(name, pa.RecordBatchReader.from_batches(reader.schema, _counted(reader, source.counter)))
    stack.callback(engine.unregister, name)


def _counted(reader: pa.RecordBatchReader, counter: Counter) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        counter.rows += batch.num_rows
        yield batch


def _open_files(
    node: Node, dataset: ResolvedDataset, store: FileStore, location: FileLocation, engine: duckdb.DuckDBPyConnection
) -> OpenSource:
    options = node.options if isinstance(node.options, SourceOptions) else SourceOptions(declared=Schema())
    files = tuple(_matching(store, location, options.wildcard_paths))
    format_ = dataset.format
    if format_ is None:
        cure = "Use a dataset of a file format, such as DelimitedText, Parquet or Json."
        raise PlanError(Fault("PLN-041", f"Dataset '{dataset.name}' of source '{node.name}' has no format", cure=cure))
    if not files and not (options.ignore_no_files_found and options.declared.columns):
        place = ", ".join(options.wildcard_paths) or location.path or "/"
        cure = "Check the dataset's folder and file; ignoreNoFilesFound: true does without, if output(…) has columns."
        message = f"Source '{node.name}' finds no file '{place}' in '{location.container}'"
        raise RunError(Fault("RUN-040", message, cure=cure))
    if not files:
        texts = Schema(tuple(Column(column.name, STRING) for column in options.declared))
        return OpenSource(node.name, dataset, store, texts, scan=_no_rows(texts))
    store.attach(engine)
    urls = tuple(store.url(location.container, file.path) for file in files)
    schema = format_.describe(engine, urls)
    names = _positional(format_, schema, options.declared)
    return OpenSource(node.name, dataset, store, names or schema, files, urls, format_.scan(urls, names))


def _positional(format_: Format, found: Schema, declared: Schema) -> Schema | None:
    """Return the columns of text files without a header: the declared names in order, then the engine's own."""
    if not isinstance(format_, DelimitedText) or format_.header:
        return None
    names = (*declared.names, *found.names[len(declared) :])[: len(found)]
    return Schema(tuple(Column(name, STRING) for name in names))


def _no_rows(schema: Schema) -> exp.Expr:
    columns = [exp.alias_(exp.cast(exp.null(), exp.DType.VARCHAR), name, quoted=True) for name in schema.names]
    return exp.select(*columns).where(exp.false()).subquery()


def _matching(store: FileStore, location: FileLocation, wildcards: Sequence[str]) -> Iterator[FileEntry]:
    if wildcards:
        patterns = [re.compile(_regex(wildcard.strip("/"))) for wildcard in wildcards]
        for entry in store.list(location.container):
            if any(pattern.fullmatch(entry.path) for pattern in patterns):
                yield entry
    elif location.file is not None:
        if (named := store.stat(location.container, location.path)) is not None:
            yield named
    else:
        for entry in store.list(location.container, location.folder, recursive=False):
            if not entry.path.rpartition("/")[2].startswith(("_", ".")):
                yield entry


_WILDCARDS = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}


def _regex(wildcard: str) -> str:
    """Return the regular expression of a path with `*`, `**`, `?`, `[ab]` and `{a,b}`."""
    parts = []
    for part in re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]]+\]|\{[^}]*\}|.", wildcard):
        if part in _WILDCARDS:
            parts.append(_WILDCARDS[part])
        elif part.startswith("[") and len(part) > 1:
            parts.append(part.replace("[!", "[^"))
        elif part.startswith("{") and len(part) > 1:
            parts.append("(?:" + "|".join(re.escape(choice) for choice in part[1:-1].split(",")) + ")")
        else:
            parts.append(re.escape(part))
    return "".join(parts)


def _where(source: OpenSource) -> str:
    location = source.dataset.location
    match location:
        case FileLocation():
            return f"file '{source.files[0].path}' in '{location.container}'" if source.files else "the data"
        case TableLocation():
            return f"table '{location.table}' of '{location.store.linked_service}'"
        case QueryLocation():
            return f"the query on '{location.store.linked_service}'"


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


def _misfit(dataset: ResolvedDataset, wanted: str) -> PlanError:
    message = f"Dataset '{dataset.name}' needs {wanted}, which '{dataset.location.store.linked_service}' does not hold"
    return PlanError(Fault("PLN-041", message, cure="Use a dataset that fits its linked service."))
