"""Looks at the files of a source and says what stands for them in FROM: one scan, with the columns of all of them.

Files of the same columns are scanned together. Columns that are not in the files (a file's path, the keys of its
folders) are put beside their rows here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import msgspec
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.formats.opening import open_files
from headwater.connectors.formats.protocol import ReadFormat
from headwater.connectors.protocol import FileEntry, FileStore
from headwater.connectors.sql_types import schema_of
from headwater.data.locations import FileLocation
from headwater.data.schema import Column, Schema
from headwater.data.types import STRING
from headwater.errors import Fault, PlanError, RunError
from headwater.plan.resolved import ResolvedDataset
from headwater.run.engines.changes import Note, Window, new_files
from headwater.run.engines.found_files import partition_keys, source_files
from headwater.transformations.options import SourceOptions
from headwater.transformations.source import ROW_URL

Keys = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class FilePart:
    """Files that have the same columns, and the engine's table function over them."""

    files: tuple[FileEntry, ...]
    urls: tuple[str, ...]
    schema: Schema
    scan: exp.Expr


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """All files of a source. `note` is how far they reach, for a source that reads only what is new."""

    schema: Schema
    scan: exp.Expr
    parts: tuple[FilePart, ...] = ()
    note: Note | None = None
    reading: ReadFormat | None = None
    """The format of the files as the engine reads them."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What every step looks at."""

    name: str
    options: SourceOptions
    store: FileStore
    location: FileLocation
    format: ReadFormat
    engine: duckdb.DuckDBPyConnection

    @property
    def by_file(self) -> bool:
        return self.options.row_url_column is not None

    def where(self, path: str) -> str:
        return f"file '{path}' in '{self.location.container}'"


def find_source(
    name: str,
    options: SourceOptions,
    dataset: ResolvedDataset,
    location: FileLocation,
    store: FileStore,
    engine: duckdb.DuckDBPyConnection,
    window: Window,
) -> FoundFiles:
    """Look at the files of a source. Raises RunError if there is none, ConnectorError, PlanError."""
    if dataset.format is None:
        cure = "Use a dataset of a file format, such as DelimitedText, Parquet or Json."
        raise PlanError(Fault("PLN-041", f"Dataset '{dataset.name}' of source '{name}' has no format", cure=cure))
    opened, format_ = open_files(engine, store, dataset.format)
    reading = _Reading(name, options, opened, location, format_, engine)
    every = source_files(store, location, options)
    if options.changes is None:
        return _parts(reading, every) if every else _nothing(reading, None)
    files, note = new_files(every, options.changes, window)
    if files:
        return replace(_parts(reading, files), note=note)
    return replace(_nothing(reading, every[-1] if every else None), note=note)


def _nothing(reading: _Reading, like: FileEntry | None) -> FoundFiles:
    """Return no rows: with the columns of a file that is read by now, else with those that are declared."""
    if like is not None:
        found = _parts(reading, [like])
        return FoundFiles(found.schema, exp.select("*").from_(found.scan).where(exp.false()).subquery())
    options = reading.options
    if (options.ignore_no_files_found or options.changes) and options.declared.columns:
        texts = Schema(tuple(Column(column.name, STRING) for column in options.declared))
        return FoundFiles(texts, _no_rows(texts, options))
    place = ", ".join(options.wildcard_paths) or reading.location.path or "/"
    cure = "Check the dataset's folder and file; ignoreNoFilesFound: true does without, if output(…) has columns."
    message = f"Source '{reading.name}' finds no file '{place}' in '{reading.location.container}'"
    raise RunError(Fault("RUN-040", message, cure=cure))


def _no_rows(schema: Schema, options: SourceOptions) -> exp.Expr:
    names = schema.names if options.row_url_column is None else (*schema.names, ROW_URL)
    columns = [exp.alias_(exp.cast(exp.null(), exp.DType.VARCHAR), name, quoted=True) for name in names]
    return exp.select(*columns).where(exp.false()).subquery()


def _parts(reading: _Reading, files: Sequence[FileEntry]) -> FoundFiles:
    parts = _alike(reading, files)
    scan = _together(parts)
    schema = parts[0].schema
    if len(parts) > 1:
        with faults_as(DUCKDB, f"Source '{reading.name}'"):
            everything = schema_of(reading.engine.sql(exp.select("*").from_(scan).sql("duckdb")))
        schema = Schema(tuple(column for column in everything if not reading.by_file or column.name != ROW_URL))
    return FoundFiles(schema, scan, tuple(parts), reading=reading.format)


def _alike(reading: _Reading, files: Sequence[FileEntry]) -> list[FilePart]:
    """Return the files by their columns, by the keys of their folders and, where the path is a column, one by one."""
    container, keys = reading.location.container, _keys(reading, files)
    alike: dict[tuple[Schema, str, tuple[tuple[str, str | None], ...]], list[FileEntry]] = {}
    for file in files:
        found = reading.format.describe(reading.engine, [reading.store.url(container, file.path)])
        key = found, file.path if reading.by_file else "", tuple(keys.get(file.path, {}).items())
        alike.setdefault(key, []).append(file)
    parts = []
    for (found, path, values), members in alike.items():
        urls = tuple(reading.store.url(container, file.path) for file in members)
        names = _positional(reading.format, found, reading.options.declared, dict(values))
        beside = ([(ROW_URL, f"/{path}")] if reading.by_file else [], [*values])
        rows = _with_columns(reading.format.scan(urls, names), names or found, [*beside[0], *beside[1]])
        schema = _with_keys(names or found, values)
        parts.append(FilePart(tuple(members), urls, schema, rows))
    return parts


def _keys(reading: _Reading, files: Sequence[FileEntry]) -> Mapping[str, Keys]:
    """Return what the folders of each file say. Raises RunError if the root lies above none of them."""
    root = reading.options.files.partition_root
    if root is None:
        return {}
    found = {file.path: keys for file in files if (keys := partition_keys(file.path, root)) is not None}
    if not found:
        message = f"Source '{reading.name}' reads no file below its partitionRootPath '{root}'"
        cure = f"Files such as '{files[0].path}' are read. Give the path from the container."
        raise RunError(Fault("RUN-040", message, cure=cure))
    names = dict.fromkeys(name for keys in found.values() for name in keys)
    return {file.path: {name: found.get(file.path, {}).get(name) for name in names} for file in files}


def _with_keys(schema: Schema, values: Sequence[tuple[str, str | None]]) -> Schema:
    names = {name for name, _ in values}
    kept = (column for column in schema if column.name not in names)
    return Schema((*kept, *(Column(name, STRING) for name, _ in values)))


def _with_columns(rows: exp.Expr, schema: Schema, values: Sequence[tuple[str, str | None]]) -> exp.Expr:
    """Return rows with columns of one value each, in place of their own of these names."""
    if not values:
        return rows
    said = [exp.alias_(_literal(value), name, quoted=True) for name, value in values]
    hidden = [name for name, _ in values if schema.find(name) is not None]
    others = exp.Star(except_=[exp.to_identifier(name, quoted=True) for name in hidden]) if hidden else exp.Star()
    return exp.select(others, *said).from_(rows).subquery()


def _literal(value: str | None) -> exp.Expr:
    return exp.cast(exp.null(), exp.DType.VARCHAR) if value is None else exp.Literal.string(value)


def _together(parts: Sequence[FilePart]) -> exp.Expr:
    """Return all parts as one, paired by name: a column that some files lack is null in their rows."""
    if len(parts) == 1:
        return parts[0].scan
    first, *others = (exp.select("*").from_(part.scan) for part in parts)
    rows: exp.Query = first
    for other in others:
        rows = exp.Union(this=rows, expression=other, distinct=False, by_name=True)
    return rows.subquery()


def _positional(format_: ReadFormat, found: Schema, declared: Schema, keys: Keys) -> Schema | None:
    """Return the columns of files without a header: the declared names in order, then the engine's own."""
    if format_.has_names:
        return None
    own = [name for name in declared.names if name not in keys]
    names = (*own, *found.names[len(own) :])[: len(found)]
    pairs = zip(names, found, strict=True)
    return Schema(tuple(msgspec.structs.replace(column, name=name) for name, column in pairs))
