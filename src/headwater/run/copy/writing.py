"""The routes: bytes, the engine's own reader and writer between files, streamed batches from and to tables.

Each stages its target and hands it back uncommitted, or leaves the target as it was and raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.formats.batches import BatchFiles
from headwater.connectors.formats.binary import Binary
from headwater.connectors.formats.delimited_text import DelimitedText
from headwater.connectors.formats.opening import write_bytes, write_rows
from headwater.connectors.formats.source_files import SourceFiles
from headwater.connectors.protocol import AnyStore, FileStore, Staged, StagedFile, TableWrite
from headwater.connectors.statements import count_of, run_statement
from headwater.data.locations import FileLocation, TableLocation
from headwater.errors import ConnectorError, Fault, HeadwaterError, RunError
from headwater.run.copy.attempt import Attempt, Stream, place_of, sentence
from headwater.run.copy.bytes import LineTally, copy_bytes
from headwater.run.copy.diagnosis import first_misfit
from headwater.run.copy.pieces import PIECE, Pieces, piece_of
from headwater.run.copy.source import STREAM, select_columns, select_files, streamed
from headwater.run.copy.task import Task, nothing_changes, sink_format, with_target_schema
from headwater.run.engines.reading import files_of, tables_of

BATCH_ROWS = 100_000
_SUSPECTS = frozenset({"CON-019", "CON-022", "CON-032"})


@dataclass(frozen=True, slots=True)
class Written:
    """A task whose target is staged. Counts are None where nobody looked inside the files."""

    task: Task
    staged: Staged
    rows_read: int | None
    rows_copied: int | None
    bytes_read: int
    bytes_written: int


def write_task(attempt: Attempt, task: Task, source: AnyStore, sink: AnyStore) -> tuple[Written, ...]:
    """Carry out a task up to its commit; only files of limited length are several.

    Raises ConnectorError, RunError, Cancelled.
    """
    attempt.check()
    if isinstance(task.target, FileLocation) and attempt.options.most_rows and not task.as_bytes:
        return _write_pieces(attempt, task, source, files_of(sink, attempt.plan.sink), task.target)
    return (_write_one(attempt, task, source, sink),)


def _write_one(attempt: Attempt, task: Task, source: AnyStore, sink: AnyStore) -> Written:
    if isinstance(task.target, FileLocation):
        store = files_of(sink, attempt.plan.sink)
        staged = store.stage(task.target.container, task.target.path)
        try:
            if task.as_bytes:
                return _write_bytes(attempt, task, files_of(source, attempt.plan.source), staged)
            store.attach(attempt.engine)
            return _write_file(attempt, task, source, staged)
        except BaseException:
            staged.discard()
            raise
    if isinstance(task.target, TableLocation):
        return _write_table(attempt, task, source, sink, task.target)
    raise RunError(Fault("RUN-107", "The sink of a copy is a query", cure="Give the sink's dataset a table."))


def _write_bytes(attempt: Attempt, task: Task, source: FileStore, staged: StagedFile) -> Written:
    file = task.files[0]
    container = _container(attempt)
    if not nothing_changes(attempt.plan, attempt.options):
        return _write_packed(attempt, task, source, staged)
    if isinstance(source, SourceFiles):
        source = source.stored
    format_ = attempt.plan.source.format if task.parts else None
    # Codecs and encodings of more than one byte hide the ends of lines.
    plain = isinstance(format_, DelimitedText) and format_.codec == "none" and format_.encoding != "utf-16"
    tally = LineTally(format_.quote) if isinstance(format_, DelimitedText) and plain else None
    where = sentence(place_of(task.target))
    with faults_as(DUCKDB, where), source.open(container, file.entry.path) as reader, staged.open() as writer:
        size = copy_bytes(reader, writer, attempt.check, tally)
    rows = _rows_of(attempt, task, tally)
    return Written(task, staged, rows, rows, size, size)


def _write_packed(attempt: Attempt, task: Task, source: FileStore, staged: StagedFile) -> Written:
    """Move bytes that are packed otherwise at the sink than at the source, or by one side only."""
    file, place = task.files[0], sentence(place_of(task.target))
    recoding = attempt.plan.sink.format.plain()[1] if attempt.plan.sink.format else None
    name = task.target.file or "data" if isinstance(task.target, FileLocation) else "data"
    with (
        faults_as(DUCKDB, place),
        source.open(_container(attempt), file.entry.path) as reader,
        staged.open() as writer,
    ):
        if recoding is None:
            copy_bytes(reader, writer, attempt.check)
        else:
            write_bytes(attempt.engine, reader, writer, recoding, name, place)
    return Written(task, staged, None, None, task.source_bytes, staged.size)


def _rows_of(attempt: Attempt, task: Task, tally: LineTally | None) -> int | None:
    if not task.parts:
        return None if isinstance(attempt.plan.source.format, Binary) else 0
    part = task.parts[0]
    if tally is not None and tally.lines is not None and isinstance(part.format, DelimitedText):
        return max(0, tally.lines - part.format.header)
    with faults_as(DUCKDB, sentence(part.where)):
        return count_of(run_statement(attempt.engine, exp.select("count(*)").from_(part.scan(lenient=False))))


def _write_file(attempt: Attempt, task: Task, source: AnyStore, staged: StagedFile) -> Written:
    format_ = sink_format(attempt.plan, attempt.options)
    if format_ is None:
        message = f"Dataset '{attempt.plan.sink.name}' has no file format"
        raise RunError(Fault("RUN-107", message, cure="Use DelimitedText, Parquet or Json."))
    with _selected(attempt, task, source) as (query, stream):
        place = sentence(place_of(task.target))
        name = task.target.file or "data" if isinstance(task.target, FileLocation) else "data"
        with _explained(attempt, task, source, stream, place):
            copied = write_rows(attempt.engine, query, staged, format_, name, place)
        read = stream.rows if stream else _rows_read(attempt, task, copied)
        size = stream.bytes if stream else task.source_bytes
    return Written(task, staged, read, copied, size, staged.size)


def _write_pieces(
    attempt: Attempt, task: Task, source: AnyStore, store: FileStore, target: FileLocation
) -> tuple[Written, ...]:
    """Write files of no more rows than asked for, at least one; the rows are read once."""
    format_ = sink_format(attempt.plan, attempt.options)
    assert format_ is not None, "the naming of files has refused a sink without one"
    store.attach(attempt.engine)
    place, prefix = sentence(place_of(target)), attempt.options.name_prefix if task.table else None
    written: list[Written] = []
    try:
        with _selected(attempt, task, source) as (query, stream), _explained(attempt, task, source, stream, place):
            reader = attempt.engine.sql(query.sql("duckdb")).to_arrow_reader(min(BATCH_ROWS, attempt.options.most_rows))
            pieces = Pieces(reader, attempt.options.most_rows)
            # The connection is busy with the query, so that another writes.
            with attempt.engine.cursor() as writer:
                while pieces.has_more or not written:
                    piece = piece_of(target, len(written), prefix, format_.extension)
                    staged = store.stage(piece.container, piece.path)
                    written.append(Written(replace(task, target=piece), staged, 0, 0, 0, 0))
                    writer.register(PIECE, pieces.next())
                    rows = write_rows(writer, exp.select("*").from_(PIECE), staged, format_, piece.file or "", place)
                    writer.unregister(PIECE)
                    written[-1] = replace(written[-1], rows_read=rows, rows_copied=rows, bytes_written=staged.size)
            copied = sum(one.rows_copied or 0 for one in written)
            read = stream.rows if stream else _rows_read(attempt, task, copied)
            size = stream.bytes if stream else task.source_bytes
    except BaseException:
        discard_all(written)
        raise
    first = replace(written[0], rows_read=(written[0].rows_read or 0) + read - copied, bytes_read=size)
    return (first, *written[1:])


def _write_table(attempt: Attempt, task: Task, source: AnyStore, sink: AnyStore, table: TableLocation) -> Written:
    options = attempt.options
    write = TableWrite(
        schema=task.schema,
        key=f"{attempt.run_id}/sink",
        mode="upsert" if options.upsert else "insert",
        auto_create=options.auto_create,
        pre_script=options.pre_script,
        keys=options.keys,
    )
    staged = tables_of(sink, attempt.plan.sink).stage(table, write)
    try:
        # Only now is it known what the target looks like: the script that precedes the rows may have changed it.
        task = with_target_schema(attempt, task, staged.schema)
        sent = Stream()
        with _selected(attempt, task, source) as (query, stream):
            with _explained(attempt, task, source, stream, sentence(place_of(table)), sent):
                reader = attempt.engine.sql(query.sql("duckdb")).to_arrow_reader(BATCH_ROWS)
                copied = staged.write(sent.of(reader, attempt))
            read = stream.rows if stream else _rows_read(attempt, task, copied)
            size = stream.bytes if stream else task.source_bytes
    except BaseException:
        staged.discard()
        raise
    return Written(task, staged, read, copied, size, sent.bytes)


@contextmanager
def _selected(attempt: Attempt, task: Task, source: AnyStore) -> Iterator[tuple[exp.Query, Stream | None]]:
    """Yield the query of the sink's rows, and the stream that it reads if the source is a table."""
    lenient = attempt.options.skip_rows
    if task.table is None:
        yield select_files(attempt, task.parts, task.columns, lenient), None
        return
    location = task.table.location
    if isinstance(location, FileLocation):
        raise TypeError("a table's task reads a file")
    with streamed(attempt, tables_of(source, attempt.plan.source), location) as stream:
        yield select_columns(exp.table_(STREAM), task.columns[0], lenient), stream


@contextmanager
def _explained(
    attempt: Attempt, task: Task, source: AnyStore, stream: Stream | None, what: str, sent: Stream | None = None
) -> Iterator[None]:
    """Turn a failure into what the user can act on: what broke the stream, or the row and value that do not fit."""
    try:
        with faults_as(DUCKDB, what):
            yield
    except ConnectorError as error:
        if isinstance(attempt.reading, BatchFiles) and attempt.reading.broken.error is not None:
            raise attempt.reading.broken.error from error
        for broken in (stream, sent):
            if broken is not None and isinstance(broken.error, HeadwaterError):
                raise broken.error from error
        if error.code in _SUSPECTS and (fault := _misfit(attempt, task, source)) is not None:
            raise RunError(fault) from error
        raise


def _misfit(attempt: Attempt, task: Task, source: AnyStore) -> Fault | None:
    attempt.check()
    if task.table is not None:
        location = task.table.location
        if isinstance(location, FileLocation):
            return None
        attempt.engine.unregister(STREAM)
        with streamed(attempt, tables_of(source, attempt.plan.source), location):
            return first_misfit(attempt.engine, exp.table_(STREAM), task.columns[0], task.where)
    for part, columns in zip(task.parts, task.columns, strict=True):
        for index, file in enumerate(part.files):
            alone = part.only(index)
            with faults_as(DUCKDB, sentence(alone.where)):
                fault = first_misfit(
                    attempt.engine, alone.scan(lenient=False), columns, place_of_file(attempt, file.entry.path)
                )
            if fault is not None:
                return fault
    return None


def _rows_read(attempt: Attempt, task: Task, copied: int) -> int:
    """Return how many rows the files hold: more than were copied only if rows may be left out."""
    if not attempt.options.skip_rows:
        return copied
    total = 0
    for part in task.parts:
        with faults_as(DUCKDB, sentence(part.where)):
            total += _all_rows(attempt, part.scan(lenient=False), isinstance(part.format, DelimitedText))
    return total


def _all_rows(attempt: Attempt, scan: exp.Expr, text: bool) -> int:
    """Return the rows of a scan, with those that have too many or too few columns."""
    if not text:
        return count_of(run_statement(attempt.engine, exp.select("count(*)").from_(scan)))
    scan = scan.copy()
    scan.append("expressions", exp.EQ(this=exp.to_identifier("store_rejects"), expression=exp.true()))
    kept = count_of(run_statement(attempt.engine, exp.select("count(*)").from_(scan)))
    rejected = exp.select("count(DISTINCT (file_id, line))").from_("reject_errors")
    count = count_of(run_statement(attempt.engine, rejected))
    for table in ("reject_errors", "reject_scans"):
        run_statement(attempt.engine, exp.Drop(tables=[exp.table_(table)], kind="TABLE", exists=True))
    return kept + count


def place_of_file(attempt: Attempt, path: str) -> str:
    """Return a file of the source in words."""
    return place_of(attempt.plan.source.location, path)


def _container(attempt: Attempt) -> str:
    location = attempt.plan.source.location
    return location.container if isinstance(location, FileLocation) else ""


def discard_all(written: Sequence[Written]) -> None:
    """Undo staged writes."""
    for one in written:
        one.staged.discard()
