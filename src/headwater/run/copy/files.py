"""Which files a copy reads, and under which names it writes."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import msgspec

from headwater.connectors.formats.codecs import CODECS
from headwater.connectors.protocol import FileEntry, FileStore
from headwater.data.locations import FileLocation
from headwater.errors import Fault, RunError
from headwater.run.copy.options import CopyOptions

_MOST_LISTED = 100_000


class SourceFile(msgspec.Struct, frozen=True):
    """A file to read; `relative` is its path below the folder that was asked for."""

    entry: FileEntry
    relative: str
    archive: FileEntry | None = None
    """The file in the store, if this one is a member of it."""


def source_files(store: FileStore, location: FileLocation, options: CopyOptions) -> tuple[SourceFile, ...]:
    """Return the files that a copy reads, sorted by path. Raises RunError if there is none.

    A range of modification times may leave none, which is not an error: there was nothing new.
    """
    found = sorted(_candidates(store, location, options), key=lambda file: file.entry.path)
    if not found:
        raise RunError(
            Fault(
                "RUN-104",
                f"There is no file '{_asked(location, options)}' in '{location.container}' "
                f"of '{location.store.linked_service}'",
                cure="Check the folder and file name of the source dataset, and the wildcards of the copy.",
            )
        )
    return tuple(file for file in found if _in_range(file.entry, options))


def is_single(location: FileLocation, options: CopyOptions) -> bool:
    """Return whether the copy names one file, not a folder or pattern."""
    patterns = options.wildcard_file or options.wildcard_folder or options.prefix or options.file_list
    return location.file is not None and not patterns


def wildcard_pattern(wildcard: str) -> re.Pattern[str]:
    """Return the pattern of one path segment: `*` is any text, `?` at most one character, `^` escapes the next."""
    parts = []
    escaped = False
    for character in wildcard:
        if escaped or character not in "*?^":
            parts.append(re.escape(character))
            escaped = False
        elif character == "^":
            escaped = True
        else:
            parts.append("[^/]*" if character == "*" else "[^/]?")
    return re.compile("".join(parts))


def _candidates(store: FileStore, location: FileLocation, options: CopyOptions) -> Iterator[SourceFile]:
    if options.file_list is not None:
        yield from _listed(store, location, options.file_list)
    elif options.prefix is not None:
        # What follows the prefix's last slash is the path that is kept.
        folder = options.prefix.rpartition("/")[0]
        for entry in store.list(location.container, folder):
            if entry.path.startswith(options.prefix):
                yield SourceFile(entry, _below(entry.path, folder))
    elif is_single(location, options):
        if (named := store.stat(location.container, location.path)) is not None:
            yield SourceFile(named, PurePosixPath(named.path).name)
    else:
        yield from _matching(store, location, options)


def _listed(store: FileStore, location: FileLocation, path: str) -> Iterator[SourceFile]:
    """Yield the files that a file names, one a line, as paths below the dataset's folder. Raises RunError."""
    container, _, inside = path.replace("\\", "/").strip("/").partition("/") if location.container else ("", "", path)
    missing: list[str] = []
    with store.open(container, inside) as opened:
        for number, line in enumerate(io.TextIOWrapper(opened, "utf-8-sig", errors="replace")):
            if number == _MOST_LISTED:
                message = f"The file list '{path}' names more than {_MOST_LISTED} files"
                raise RunError(Fault("RUN-104", message, cure="Use wildcards, or several lists."))
            relative = line.strip().replace("\\", "/").strip("/")
            if not relative:
                continue
            below = "/".join(part for part in (location.folder, relative) if part)
            if (entry := store.stat(location.container, below)) is None:
                missing.append(relative)
            else:
                yield SourceFile(entry, relative)
    if missing:
        names = ", ".join(f"'{name}'" for name in missing[:10])
        message = f"The file list '{path}' names {names}, which '{location.path or '/'}' does not hold"
        raise RunError(Fault("RUN-104", message, cure="Write paths below the folder of the dataset, one a line."))


def _matching(store: FileStore, location: FileLocation, options: CopyOptions) -> Iterator[SourceFile]:
    folders = (options.wildcard_folder or location.folder).strip("/")
    literal = options.wildcard_folder is None
    segments = [segment for segment in folders.split("/") if segment]
    patterns = [re.compile(re.escape(s)) if literal else wildcard_pattern(s) for s in segments]
    fixed = list(segments) if literal else _fixed(segments)
    name = wildcard_pattern(options.wildcard_file) if options.wildcard_file else re.compile(".*")
    root = "/".join(fixed)
    for entry in store.list(location.container, root):
        *parents, last = entry.path.split("/")
        deep = len(parents) - len(patterns)
        if deep < 0 or (deep > 0 and not options.recursive) or not name.fullmatch(last):
            continue
        if all(pattern.fullmatch(parent) for pattern, parent in zip(patterns, parents, strict=False)):
            yield SourceFile(entry, _below(entry.path, root))


def _fixed(segments: Iterable[str]) -> list[str]:
    fixed = []
    for segment in segments:
        if any(character in segment for character in "*?^"):
            break
        fixed.append(segment)
    return fixed


def _below(path: str, folder: str) -> str:
    return path.removeprefix(f"{folder}/") if folder else path


def _in_range(entry: FileEntry, options: CopyOptions) -> bool:
    early = options.modified_from is not None and entry.modified_at < options.modified_from
    late = options.modified_before is not None and entry.modified_at >= options.modified_before
    return not (early or late)


def _asked(location: FileLocation, options: CopyOptions) -> str:
    if options.prefix is not None:
        return f"{options.prefix}*"
    if options.file_list is not None:
        return f"{location.folder}/… of {options.file_list}"
    if is_single(location, options):
        return location.path
    folder = options.wildcard_folder or location.folder
    return "/".join(part for part in (folder.strip("/"), options.wildcard_file or "*") if part)


class Naming(msgspec.Struct, frozen=True):
    """How the files of a sink are named; `extension` replaces that of the source, None keeps names as they are."""

    location: FileLocation
    run_id: str
    extension: str | None
    default_extension: str
    unpacked: str = ""
    """Extension of a compression that files lose on the way."""
    packed: str = ""
    """Extension of a compression that files gain on the way."""

    def of(self, file: SourceFile, single: bool, flatten: bool) -> FileLocation:
        """Return where one source file goes. A single file takes the sink dataset's file name, if it has one."""
        if single and self.location.file is not None:
            return self.location
        if flatten:
            return self._at(self.automatic(file.entry.path))
        relative = PurePosixPath(file.relative)
        if self.extension is not None:
            relative = relative.with_name(f"{_stem(relative.name)}{self.extension}")
        elif self.unpacked or self.packed:
            relative = relative.with_name(f"{relative.name.removesuffix(self.unpacked)}{self.packed}")
        return self._at(relative.as_posix())

    def merged(self, what: str, table: str | None = None) -> FileLocation:
        """Return where the rows of several files, a table or a query go."""
        if self.location.file is not None:
            return self.location
        if table is not None:
            return self._at(f"{table}{self.extension or self.default_extension}")
        return self._at(self.automatic(what))

    def automatic(self, what: str) -> str:
        """Return the original's kind of name, the same for each attempt: `Data.<activity run id>.<guid>.<format>`."""
        guid = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.run_id}/{what}")
        return f"Data.{self.run_id}.{guid}{self.extension or self.default_extension}"

    def _at(self, path: str) -> FileLocation:
        folder, _, name = path.rpartition("/")
        below = "/".join(part for part in (self.location.folder, folder) if part)
        return FileLocation(self.location.store, self.location.container, below, name)


def _stem(name: str) -> str:
    for codec in CODECS.values():
        name = name.removesuffix(codec.extension) if codec.extension and not codec.is_archive else name
    return PurePosixPath(name).stem
