"""A copy cut into its movements: one sink each, with exactly the files or the table that feed it.

A wildcard copy is as many tasks as there are files; several files into one table or one merged file are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from headwater.connectors.formats.binary import Binary
from headwater.connectors.formats.codecs import CODECS
from headwater.connectors.formats.delimited_text import DelimitedText
from headwater.connectors.formats.excel import Excel
from headwater.connectors.formats.json import Json
from headwater.connectors.formats.protocol import Format
from headwater.connectors.formats.source_files import SourceFiles
from headwater.connectors.formats.xml import Xml
from headwater.connectors.protocol import AnyStore, FileStore, TableStore
from headwater.data.edges import ColumnEdge
from headwater.data.locations import FileLocation, Location, QueryLocation, TableLocation
from headwater.data.schema import Column, Schema
from headwater.errors import Fault, RunError
from headwater.plan.resolved import CopyPlan
from headwater.run.copy.attempt import Attempt, place_of, sentence
from headwater.run.copy.files import Naming, SourceFile, is_single, source_files
from headwater.run.copy.mapping import OutputColumn, Side, resolve_columns, uses_file_path
from headwater.run.copy.options import CopyOptions
from headwater.run.copy.source import FilePart, described, open_parts, referenced_tables
from headwater.run.copy.text_heads import can_count_lines, lines_to_skip
from headwater.run.engines.reading import files_of, tables_of
from headwater.run.events import AssetRead, AssetWritten, Movement


@dataclass(frozen=True, slots=True)
class Task:
    """One movement to be made. `columns` holds the mapping of each part, or of the one table or query."""

    target: Location
    files: tuple[SourceFile, ...] = ()
    parts: tuple[FilePart, ...] = ()
    table: AssetRead | None = None
    columns: tuple[tuple[OutputColumn, ...], ...] = ()
    as_bytes: bool = False

    @property
    def schema(self) -> Schema:
        """Columns of the sink; none where nobody looks inside."""
        return (
            Schema(tuple(Column(column.name, column.type) for column in self.columns[0])) if self.columns else Schema()
        )

    @property
    def where(self) -> str:
        """The source in a message."""
        if self.table is not None:
            return place_of(self.table.location)
        more = f" and {len(self.files) - 1} more" if len(self.files) > 1 else ""
        return f"file '{self.files[0].entry.path}'{more}"

    @property
    def source_bytes(self) -> int:
        return sum(file.entry.size for file in self.files)


def sink_format(plan: CopyPlan, options: CopyOptions) -> Format | None:
    """Return the format that a file sink is written in: the dataset's, with what the sink's settings add."""
    format_ = plan.sink.format
    if isinstance(format_, DelimitedText):
        # A dataset that names no row delimiter is written with the original's.
        given = plan.sink.properties.get("rowDelimiter")
        extension = options.file_extension or format_.file_extension
        newline = str(given) if given else "\r\n"
        return replace(format_, newline=newline, quote_all=options.quote_all, file_extension=extension)
    if isinstance(format_, Json) and options.file_pattern is not None:
        return replace(format_, pattern=options.file_pattern)
    return format_


def tasks_of(attempt: Attempt, source: AnyStore) -> tuple[Task, ...]:
    """Look at the source and return what is to be moved where. Raises ConnectorError, RunError, Cancelled."""
    location = attempt.plan.source.location
    if not isinstance(location, FileLocation):
        return (_table_task(attempt, tables_of(source, attempt.plan.source), location),)
    files = source_files(files_of(source, attempt.plan.source), location, attempt.options)
    if not files:
        return ()
    if isinstance(source, SourceFiles) and source.holds_archives and not nothing_changes(attempt.plan, attempt.options):
        files = tuple(member for file in files for member in _members(source, location, file, attempt.options))
    return tuple(_file_tasks(attempt, source, location, files))


def _members(
    store: SourceFiles, location: FileLocation, file: SourceFile, options: CopyOptions
) -> Iterator[SourceFile]:
    """Yield the files of an archive, which keep their paths in it, below a folder called like the archive or not."""
    for entry in store.members(location.container, file.entry):
        inside = entry.path.removeprefix(f"{file.entry.path}/")
        relative = f"{file.relative}/{inside}" if options.archive_folders else inside
        yield SourceFile(entry, relative, file.entry)


def with_target_schema(attempt: Attempt, task: Task, fixed: Schema) -> Task:
    """Return the task mapped onto the columns that the target has. Raises RunError."""
    sources = [(part.schema, part.where) for part in task.parts]
    if task.table is not None:
        sources = [(task.table.schema, place_of(task.table.location))]
    return replace(task, columns=_mapped(attempt, sources, fixed))


def _table_task(attempt: Attempt, store: TableStore, location: TableLocation | QueryLocation) -> Task:
    _refuse_for_tables(attempt.options)
    schema = described(store, location)
    query = isinstance(location, QueryLocation)
    read = AssetRead(
        name="source",
        dataset=attempt.plan.source.name,
        location=location,
        schema=schema,
        referenced=referenced_tables(store, location) if isinstance(location, QueryLocation) else (),
        view=store.is_view(location) if isinstance(location, TableLocation) else False,
    )
    target = attempt.plan.sink.location
    if isinstance(target, FileLocation):
        name = location.table if isinstance(location, TableLocation) else None
        target = _naming(attempt, target).merged("query" if query else "table", name)
    return Task(target=target, table=read, columns=_mapped(attempt, [(schema, place_of(location))], None))


def _refuse_for_tables(options: CopyOptions) -> None:
    if options.wildcard_file or options.wildcard_folder or options.collection:
        message = "The copy reads a table and has wildcards or a collectionReference"
        raise RunError(Fault("RUN-100", message, cure="Leave them out, or read from files."))


def _file_tasks(
    attempt: Attempt, source: AnyStore, location: FileLocation, files: Sequence[SourceFile]
) -> Iterator[Task]:
    store = files_of(source, attempt.plan.source)
    target = attempt.plan.sink.location
    merge = attempt.options.behavior == "MergeFiles"
    if isinstance(target, FileLocation) and not merge:
        naming, single = _naming(attempt, target), is_single(location, attempt.options)
        _refuse_one_name(target, files, single)
        flatten = attempt.options.behavior == "FlattenHierarchy"
        for file in files:
            yield _task(attempt, store, location, (file,), naming.of(file, single, flatten))
    else:
        if isinstance(target, FileLocation):
            target = _naming(attempt, target).merged("merged")
        yield _task(attempt, store, location, tuple(files), target)


def _refuse_one_name(target: FileLocation, files: Sequence[SourceFile], single: bool) -> None:
    if target.file is not None and not single:
        raise RunError(
            Fault(
                "RUN-109",
                f"The sink names the one file '{target.file}' for a folder or pattern of {len(files)} files",
                cure='Leave the file name out of the sink\'s dataset, or set "copyBehavior": "MergeFiles".',
            )
        )


def _task(
    attempt: Attempt, store: FileStore, location: FileLocation, files: tuple[SourceFile, ...], target: Location
) -> Task:
    plan, options = attempt.plan, attempt.options
    if len(files) == 1 and isinstance(target, FileLocation) and _moves_bytes(plan, options):
        return _byte_task(attempt, store, location, files, target)
    for side in (plan.source, plan.sink):
        if isinstance(side.format, Binary):
            message = f"The copy would look into the Binary files of '{side.name}'"
            cure = "Copy Binary to Binary, file by file and without a mapping, or give both datasets the files' format."
            raise RunError(Fault("RUN-100", message, cure=cure))
    parts = open_parts(attempt, store, location, files, uses_file_path(plan))
    mapped = _mapped(attempt, [(part.schema, part.where) for part in parts], None)
    return Task(target=target, files=files, parts=parts, columns=mapped)


def _moves_bytes(plan: CopyPlan, options: CopyOptions) -> bool:
    """Return whether nobody looks inside the files: nothing changes, or nothing but how they are packed."""
    source, sink = plan.source.format, plan.sink.format
    binary = isinstance(source, Binary) and isinstance(sink, Binary)
    return nothing_changes(plan, options) or (binary and plan.mapping is None and not plan.additional)


def nothing_changes(plan: CopyPlan, options: CopyOptions) -> bool:
    """Return whether the files of the source, byte for byte, are what the sink asks for."""
    source, sink = plan.source, plan.sink
    if source.format is None or source.format != sink.format:
        return False
    same_lines = source.properties.get("rowDelimiter") == sink.properties.get("rowDelimiter")
    as_it_is = plan.mapping is None and not plan.additional and not options.skip_rows and options.collection is None
    other = options.skip_lines or options.quote_all or options.file_pattern or options.most_rows
    return as_it_is and same_lines and not other


def _byte_task(
    attempt: Attempt, store: FileStore, location: FileLocation, files: tuple[SourceFile, ...], target: Location
) -> Task:
    """Return a task that moves bytes; what is no Binary is still described, because lineage has its columns."""
    format_ = attempt.reading
    archive = isinstance(store, SourceFiles) and store.holds_archives
    if format_ is None or isinstance(format_, Binary) or files[0].entry.size == 0 or archive:
        return Task(target=target, files=files, as_bytes=True)
    store.attach(attempt.engine)
    url = store.url(location.container, files[0].entry.path)
    where = place_of(location, files[0].entry.path)
    if isinstance(format_, DelimitedText) and format_.header and can_count_lines(format_):
        with store.open(location.container, files[0].entry.path) as head:
            format_ = replace(format_, skip=lines_to_skip(head, 0, format_, where))
    part = FilePart(files, (url,), format_, format_.describe(attempt.engine, [url]), where)
    columns = _mapped(attempt, [(part.schema, where)], None)
    return Task(target=target, files=files, parts=(part,), columns=columns, as_bytes=True)


def _mapped(
    attempt: Attempt, sources: Sequence[tuple[Schema, str]], fixed: Schema | None
) -> tuple[tuple[OutputColumn, ...], ...]:
    """Return the mapping of each source; all give the columns of the first, in its types."""
    format_ = sink_format(attempt.plan, attempt.options)
    text = isinstance(format_, DelimitedText)
    mapped: list[tuple[OutputColumn, ...]] = []
    for schema, where in sources:
        side = Side(
            source=schema,
            where=where,
            fixed=fixed,
            text=text,
            headerless=isinstance(format_, DelimitedText) and not format_.header,
            collection=attempt.options.collection,
            types={column.name: column.type for column in mapped[0]} if mapped else None,
        )
        columns = resolve_columns(attempt.plan, side, attempt.options.conversions)
        if mapped:
            columns = _in_order(columns, mapped[0], where, sources[0][1])
        mapped.append(columns)
    return tuple(mapped)


def _in_order(
    columns: tuple[OutputColumn, ...], first: tuple[OutputColumn, ...], where: str, first_where: str
) -> tuple[OutputColumn, ...]:
    by_name = {column.name: column for column in columns}
    missing = [column.name for column in first if column.name not in by_name]
    extra = sorted(by_name.keys() - {column.name for column in first})
    if missing or extra:
        there = " and ".join(
            words for words in (f"lacks {missing}" if missing else "", f"has also {extra}" if extra else "") if words
        )
        message = f"{sentence(where)} {there}, other than {first_where}; their rows cannot go into one sink by name"
        raise RunError(Fault("RUN-102", message, cure="Map the columns that all of the files have."))
    return tuple(by_name[column.name] for column in first)


def _naming(attempt: Attempt, target: FileLocation) -> Naming:
    options = attempt.options
    source, sink = attempt.plan.source.format, sink_format(attempt.plan, options)
    if sink is None:
        message = f"Dataset '{attempt.plan.sink.name}' has no file format"
        raise RunError(Fault("RUN-107", message, cure="Use DelimitedText, Parquet, Json or Binary."))
    keeps = source is not None and source.name == sink.name and options.file_extension is None
    unpacked, packed = (_packing(format_) for format_ in (source, sink)) if keeps else ("", "")
    if unpacked == packed:
        unpacked = packed = ""
    return Naming(target, attempt.run_id, None if keeps else sink.extension, sink.extension, unpacked, packed)


def _packing(format_: Format | None) -> str:
    """Return the extension of the compression that whole files of a format have."""
    recoding = format_.plain()[1] if format_ is not None else None
    engine = format_.codec if isinstance(format_, DelimitedText | Json) else "none"
    return CODECS[recoding.codec if recoding else engine].extension


def movement_of(
    attempt: Attempt, task: Task, read: int | None = None, rows: int | None = None, size: int | None = None
) -> Movement:
    """Return what a task moves: rows read and written, bytes written; without counts before it has run."""
    plan = attempt.plan
    edges: dict[ColumnEdge, None] = {}
    for columns in task.columns:
        edges.update({edge: None for column in columns if (edge := column.edge) is not None})
    sink = AssetWritten(
        name="sink",
        dataset=plan.sink.name,
        location=task.target,
        schema=task.schema,
        rows=rows,
        bytes=size,
        format=plan.sink.format.name if plan.sink.format else None,
    )
    inputs = tuple(_reads(attempt, task, read))
    return Movement(inputs=inputs, sink=sink, edges=tuple(edges), features=tuple(_features(attempt)))


def _reads(attempt: Attempt, task: Task, rows: int | None) -> Iterator[AssetRead]:
    location = attempt.plan.source.location
    if task.table is not None:
        yield msgspec.structs.replace(task.table, rows=rows)
    if not isinstance(location, FileLocation):
        return
    schemas = {file.entry.path: part.schema for part in task.parts for file in part.files}
    format_ = attempt.plan.source.format
    for file in {(file.archive or file.entry).path: file for file in task.files}.values():
        folder, _, name = (file.archive or file.entry).path.rpartition("/")
        yield AssetRead(
            name="source",
            dataset=attempt.plan.source.name,
            location=FileLocation(location.store, location.container, folder, name),
            schema=schemas.get(file.entry.path, Schema()),
            rows=rows if len(task.files) == 1 else None,
            bytes=(file.archive or file.entry).size,
            format=format_.name if format_ else None,
        )


def _features(attempt: Attempt) -> Iterator[str]:
    if attempt.options.partitioned:
        yield "partitionOptions"
    formats = (attempt.plan.source.format, attempt.plan.sink.format)
    if any(isinstance(f, Binary | DelimitedText | Excel | Json | Xml) and f.codec != "none" for f in formats):
        yield "compression"
