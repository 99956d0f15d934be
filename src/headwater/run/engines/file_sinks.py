"""Stages the files of a sink: one, one a partition, one a folder of keys, or as a column says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from urllib.parse import quote

import msgspec
from sqlglot import exp

from headwater.connectors.protocol import FileStore
from headwater.data.locations import FileLocation
from headwater.errors import Fault, PlanError, RunError
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import FileTask
from headwater.run.engines.file_writing import write_file
from headwater.run.engines.found_files import NULL_KEY
from headwater.run.engines.sink_rows import SinkRows
from headwater.run.engines.staged_sink import StagedFiles, StagedSink, WrittenFile
from headwater.transformations.options import SinkOptions
from headwater.transformations.spread import MOST_FILES

_MOST_ASSETS = 100
"""Files that are told one by one; of more, their folder is."""


@dataclass(frozen=True, slots=True)
class FileTarget:
    """Where the rows go: `location` is the dataset's own, `key` names what nobody else names."""

    dataset: ResolvedDataset
    location: FileLocation
    store: FileStore
    key: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A file to be written: its path, which rows it takes, and the asset that it is or is a part of."""

    path: str
    tests: tuple[exp.Expr, ...]
    asset: FileLocation


def stage_files(target: FileTarget, rows: SinkRows) -> StagedSink:
    """Stage all files of a sink. Raises ConnectorError, RunError, PlanError."""
    dataset, options = target.dataset, rows.options
    if dataset.format is None:
        message = f"Dataset '{dataset.name}' of sink '{rows.name}' has no file format"
        raise PlanError(Fault("PLN-042", message, cure="Use DelimitedText, Parquet or Json."))
    target.store.attach(rows.engine)
    keys = dict(options.spread.keys) if is_spread(options, target.location) else {}
    columns = [name for name in rows.schema.names if name not in keys]
    files: list[WrittenFile] = []
    assets: dict[FileLocation, int] = {}
    try:
        for piece in _checked(rows, _pieces(target, rows)):
            location = _at(target.location, piece.path)
            query = rows.select(columns, *piece.tests) if rows.table is not None else rows.all_columns()
            written = write_file(target.store, location, query, dataset.format, rows.engine, rows.name)
            files.append(written)
            assets[piece.asset] = assets.get(piece.asset, 0) + written.rows
    except BaseException:
        for file in reversed(files):
            file.staged.discard()
        raise
    container = target.location.container
    staged = StagedFiles(target.store, container, tuple(files), options.pre_commands, options.post_commands)
    return StagedSink(
        rows.name,
        dataset,
        _together(target.location, list(assets)),
        rows.schema,
        staged,
        sum(file.rows for file in files),
        staged.bytes,
        places=assets if 1 < len(assets) <= _MOST_ASSETS else {},
        tasks=_clearing(target, rows, files),
    )


def _together(location: FileLocation, assets: Sequence[FileLocation]) -> FileLocation:
    """Return the one asset, or the folder that all lie in; the dataset's own folder where nothing is written."""
    if len(assets) == 1:
        return assets[0]
    folders = [asset.folder.split("/") for asset in assets] or [location.folder.split("/")]
    common = [names[0] for names in takewhile(lambda names: len(set(names)) == 1, zip(*folders, strict=False))]
    return msgspec.structs.replace(location, folder="/".join(common), file=None)


def is_spread(options: SinkOptions, location: FileLocation) -> bool:
    """Return whether the rows may go to several files; a file that the dataset names is one."""
    spread, named = options.spread, options.file_names or options.file_pattern
    if spread.file or spread.folder:
        return True
    return bool((spread.number or spread.keys) and (named or location.file is None))


def _clearing(target: FileTarget, rows: SinkRows, files: list[WrittenFile]) -> tuple[FileTask, ...]:
    """Return what is deleted afterwards: all other files of the dataset's folder, if the sink clears it."""
    if not rows.options.truncate or target.location.file is not None:
        return ()
    container, written = target.location.container, {file.location.path for file in files}
    entries = target.store.list(container, target.location.folder)
    return tuple(FileTask(rows.name, container, entry.path) for entry in entries if entry.path not in written)


def part_name(number: int, sink: str, key: str, extension: str) -> str:
    """Return the name of a part that nobody names; no other sink or run has the same."""
    return f"part-{number:05}-{key}-{sink.replace('/', '-')}-c000{extension}"


def _pieces(target: FileTarget, rows: SinkRows) -> Iterator[_Piece]:
    options, location = rows.options, target.location
    if not is_spread(options, location):
        name = next(iter(options.file_names), None) or (options.file_pattern or "").replace("[n]", "1")
        yield _piece(target, location.folder, name or location.file or _part(target, rows, 0))
    elif options.spread.file or options.spread.folder:
        yield from _by_column(target, rows)
    elif options.spread.keys:
        yield from _by_keys(target, rows)
    else:
        yield from _by_number(target, rows)


def _by_number(target: FileTarget, rows: SinkRows) -> Iterator[_Piece]:
    """Yield the partitions that have rows, at least one; with names, all of them."""
    column, names = rows.options.spread.number or "", rows.options.file_names
    found = rows.run(rows.select([column]).distinct().order_by("1"))
    numbers = [int(str(value)) for (value,) in found] or [0]
    if names and numbers[-1] >= len(names):
        message = f"The rows of sink '{rows.name}' make {numbers[-1] + 1} partitions, and {len(names)} files are named"
        raise RunError(Fault("RUN-048", message, cure="Name one file a partition."))
    for number in range(len(names)) if names else numbers:
        pattern = rows.options.file_pattern
        name = names[number] if names else pattern.replace("[n]", str(number + 1)) if pattern else None
        yield _piece(target, target.location.folder, name or _part(target, rows, number), _is(column, number))


def _by_keys(target: FileTarget, rows: SinkRows) -> Iterator[_Piece]:
    keys = rows.options.spread.keys
    columns = [column for _, column in keys]
    folder = msgspec.structs.replace(target.location, file=None)
    for values in rows.run(rows.select(columns).distinct().order_by(*(str(n + 1) for n in range(len(keys))))):
        folders = [f"{_escaped(name)}={_key(value)}" for (name, _), value in zip(keys, values, strict=True)]
        tests = tuple(_is(column, value) for column, value in zip(columns, values, strict=True))
        path = _joined(target.location.folder, *folders, _part(target, rows, 0))
        yield _Piece(path, tests, folder)


def _by_column(target: FileTarget, rows: SinkRows) -> Iterator[_Piece]:
    """Yield a file a value. Raises RunError for a row without one."""
    spread = rows.options.spread
    column = spread.file or spread.folder or ""
    taken: dict[str, object] = {}
    for (value,) in rows.run(rows.select([column]).distinct().order_by("1")):
        path = str(value or "").replace("\\", "/").strip("/")
        if not path:
            message = f"A row of sink '{rows.name}' does not name its {'file' if spread.file else 'folder'}"
            raise RunError(Fault("RUN-048", message, cure="Fill the column, or filter these rows out."))
        if path in taken:
            message = f"Rows of sink '{rows.name}' name '{path}' in two ways: '{taken[path]}' and '{value}'"
            raise RunError(Fault("RUN-048", message, cure="Write the path in one way."))
        taken[path] = value
        folder, name = path.rpartition("/")[::2] if spread.file else (path, _part(target, rows, 0))
        yield _piece(target, folder, name, _is(column, value))


def _piece(target: FileTarget, folder: str, name: str, *tests: exp.Expr) -> _Piece:
    path = _joined(folder, name.replace("\\", "/").strip("/"))
    asset = _at(target.location, path)
    return _Piece(path, tests, msgspec.structs.replace(asset, file=None) if name.startswith("part-") else asset)


def _part(target: FileTarget, rows: SinkRows, number: int) -> str:
    return part_name(number, rows.name, target.key, target.dataset.format.extension if target.dataset.format else "")


def _checked(rows: SinkRows, pieces: Iterator[_Piece]) -> list[_Piece]:
    found: list[_Piece] = []
    for piece in pieces:
        if len(found) == MOST_FILES:
            message = f"Sink '{rows.name}' would write more than {MOST_FILES} files"
            raise RunError(Fault("RUN-042", message, cure="Spread the rows by a column of fewer values."))
        found.append(piece)
    return found


def _at(location: FileLocation, path: str) -> FileLocation:
    folder, _, file = path.rpartition("/")
    return msgspec.structs.replace(location, folder=folder, file=file)


def _joined(*parts: str) -> str:
    return "/".join(part for part in parts if part)


def _is(column: str, value: object) -> exp.Expr:
    said = exp.null() if value is None else exp.convert(value)
    return exp.NullSafeEQ(this=exp.column(column, quoted=True), expression=said)


def _key(value: object) -> str:
    return NULL_KEY if value is None or value == "" else _escaped(str(value))


def _escaped(text: str) -> str:
    """Return a key or value as a folder may be called: what has a meaning in paths is written as `%2F`."""
    return quote(text, safe=" !$&'()+,-.;@[]_`{|}~")
