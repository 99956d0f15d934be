"""What a copy reads, looked at: its files or its table, the columns that are there, and the rows to select."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlglot import exp

from headwater.connectors.dialects import dialect_of
from headwater.connectors.formats.delimited_text import DelimitedText
from headwater.connectors.formats.json import Json
from headwater.connectors.formats.protocol import ReadFormat
from headwater.connectors.protocol import FileStore, TableStore
from headwater.connectors.queries import tables_in
from headwater.data.locations import FileLocation, QueryLocation, TableLocation
from headwater.data.schema import Schema
from headwater.errors import ConnectorError, Fault, RunError
from headwater.run.copy.attempt import Attempt, Stream, place_of, sentence
from headwater.run.copy.files import SourceFile
from headwater.run.copy.mapping import ITEM, OutputColumn, collection_value, with_file_path
from headwater.run.copy.text_heads import can_count_lines, lines_to_skip
from headwater.run.events import ReferencedTable

STREAM = "headwater_source"


@dataclass(frozen=True, slots=True)
class FilePart:
    """Files that are read alike: the same format, lines to skip and columns."""

    files: tuple[SourceFile, ...]
    urls: tuple[str, ...]
    format: ReadFormat
    schema: Schema
    where: str

    def scan(self, lenient: bool) -> exp.Expr:
        """Return the engine's table function; a lenient one leaves out rows that have too many or too few columns."""
        if isinstance(self.format, Json):
            # With its columns, or text that looks like a date would be made one.
            return self.format.scan(self.urls, self.schema)
        if not isinstance(self.format, DelimitedText):
            return self.format.scan(self.urls, None)
        scan = self.format.scan_as(self.urls, self.schema)
        if lenient:
            scan.append("expressions", exp.EQ(this=exp.to_identifier("ignore_errors"), expression=exp.true()))
        return scan

    def only(self, index: int) -> FilePart:
        """Return the part with one of its files."""
        return replace(self, files=(self.files[index],), urls=(self.urls[index],))


def open_parts(
    attempt: Attempt, store: FileStore, location: FileLocation, files: Sequence[SourceFile], apart: bool
) -> tuple[FilePart, ...]:
    """Look into files and put those together that can be read in one go; `apart` keeps each by itself.

    Raises ConnectorError for a file that is not of the format, RunError for one that has no header.
    """
    store.attach(attempt.engine)
    parts: dict[tuple[ReadFormat, Schema, str], list[SourceFile]] = {}
    for file in files:
        attempt.check()
        where = place_of(location, file.entry.path)
        format_ = _located(attempt, store, location, file, where)
        schema = format_.describe(attempt.engine, [store.url(location.container, file.entry.path)])
        key = (format_, schema, file.entry.path if apart else "")
        parts.setdefault(key, []).append(file)
    return tuple(
        FilePart(
            tuple(members),
            tuple(store.url(location.container, file.entry.path) for file in members),
            format_,
            schema,
            place_of(location, members[0].entry.path),
        )
        for (format_, schema, _), members in parts.items()
    )


def _located(attempt: Attempt, store: FileStore, location: FileLocation, file: SourceFile, where: str) -> ReadFormat:
    """Return the format as it applies to one file: how many lines it really has to skip."""
    format_ = attempt.reading
    if format_ is None:
        message = f"Dataset '{attempt.plan.source.name}' has no file format"
        raise RunError(Fault("RUN-107", message, cure="Use DelimitedText, Parquet, Json or Binary."))
    if not isinstance(format_, DelimitedText):
        return format_
    if format_.header and file.entry.size == 0:
        cure = "Remove the empty file, or exclude it with a wildcard."
        raise RunError(Fault("RUN-107", f"{sentence(where)} is empty and has no header line", cure=cure))
    wanted = attempt.options.skip_lines
    if not wanted and not (format_.header and can_count_lines(format_)):
        return format_
    with store.open(location.container, file.entry.path) as head:
        return replace(format_, skip=lines_to_skip(head, wanted, format_, where))


def select_files(
    attempt: Attempt, parts: Sequence[FilePart], columns: Sequence[Sequence[OutputColumn]], lenient: bool
) -> exp.Query:
    """Return the rows of all parts as the sink's columns; `columns` holds those of each part."""
    selects: list[exp.Query] = []
    for part, mapped in zip(parts, columns, strict=True):
        source = _spread(attempt, part.scan(lenient), part.schema, part.where)
        filled = [with_file_path(column, part.files[0].relative) for column in mapped]
        selects.append(select_columns(source, filled, lenient))
    query = selects[0]
    for other in selects[1:]:
        query = exp.union(query, other, distinct=False, copy=False)
    return query


def select_columns(source: exp.Expr, columns: Sequence[OutputColumn], lenient: bool) -> exp.Select:
    """Return the sink's columns; a lenient query leaves out every row with a value that does not fit."""
    values = [column.lenient if lenient else column.strict for column in columns]
    query = exp.select(
        *[exp.alias_(value, column.name, quoted=True) for value, column in zip(values, columns, strict=True)]
    ).from_(source)
    if lenient:
        for column in columns:
            if (misfit := misfits(column)) is not None:
                query = query.where(exp.not_(misfit))
    return query


def misfits(column: OutputColumn) -> exp.Expr | None:
    """Return the condition under which a row's value does not fit the column; None if all do."""
    if column.raw is None:
        return None
    is_there = exp.not_(exp.Is(this=exp.paren(column.raw.copy()), expression=exp.null()))
    return exp.and_(is_there, exp.Is(this=exp.paren(column.lenient.copy()), expression=exp.null()))


def _spread(attempt: Attempt, scan: exp.Expr, schema: Schema, where: str) -> exp.Expr:
    collection = attempt.options.collection
    if collection is None:
        return scan
    items = exp.Anonymous(this="unnest", expressions=[collection_value(schema, collection, where)])
    return exp.select(exp.Star(), exp.alias_(items, ITEM, quoted=True)).from_(scan).subquery()


@contextmanager
def streamed(attempt: Attempt, store: TableStore, location: TableLocation | QueryLocation) -> Iterator[Stream]:
    """Show a table or query to the engine as `STREAM`, to be read once."""
    stream = Stream()
    with store.read(location) as reader:
        attempt.engine.register(STREAM, stream.of(reader, attempt))
        try:
            yield stream
        finally:
            attempt.engine.unregister(STREAM)


def described(store: TableStore, location: TableLocation | QueryLocation) -> Schema:
    """Return the columns of a table or query. Raises ConnectorError if the table is absent."""
    schema = store.describe(location)
    if schema is None:
        cure = "Check the schema and table of the source dataset, or run first what creates it."
        raise ConnectorError(Fault("CON-031", f"{sentence(place_of(location))} does not exist", cure=cure))
    return schema


def referenced_tables(store: TableStore, location: QueryLocation) -> tuple[ReferencedTable, ...]:
    """Return the tables that a query names, with their columns where the store knows them.

    A query in words that only the store itself understands names none that we could tell.
    """
    dialect = dialect_of(location.store.kind) or store.dialect
    try:
        tables = tables_in(location.text, dialect, location.store)
    except ConnectorError:
        # The store has understood it, or the copy would have failed: lineage then says why it has no tables.
        return ()
    return tuple(ReferencedTable(table, store.describe(table), store.is_view(table)) for table in tables)
