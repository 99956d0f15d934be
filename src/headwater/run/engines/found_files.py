"""Which files a source of a data flow reads: its wildcard paths, its list, its file, or the files of its folder."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

from headwater.connectors.protocol import FileEntry, FileStore
from headwater.data.locations import FileLocation
from headwater.errors import Fault, RunError
from headwater.transformations.options import SourceFiles, SourceOptions

_WILDCARDS = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
NULL_KEY = "__HIVE_DEFAULT_PARTITION__"
"""What stands for null in the name of a folder `key=value`."""
_MOST_LISTED_BYTES = 16 * 1024 * 1024


def source_files(store: FileStore, location: FileLocation, options: SourceOptions) -> tuple[FileEntry, ...]:
    """Return the files that a source reads, sorted by path; none is no error here. Raises RunError, ConnectorError."""
    files = options.files
    if files.is_list:
        found: Sequence[FileEntry] = _listed(store, location)
    else:
        found = found_files(store, location, options.wildcard_paths, below=files.partition_root is not None)
    return tuple(entry for entry in found if _is_within(entry.modified_at, files))


def found_files(
    store: FileStore, location: FileLocation, wildcards: Sequence[str], *, below: bool = False
) -> tuple[FileEntry, ...]:
    """Return the files, sorted by path; none is no error here.

    Wildcard paths begin at the container and replace the dataset's folder and file. A folder's own files are read, with
    `below` those of its subfolders too. Files that begin with `_` or `.` are marks that engines leave behind: they are
    read only where they are named so.
    """
    return tuple(_found(store, location, wildcards, below))


def _found(store: FileStore, location: FileLocation, wildcards: Sequence[str], below: bool) -> Iterator[FileEntry]:
    if wildcards:
        paths = [wildcard.strip("/") for wildcard in wildcards]
        patterns = [(re.compile(wildcard_regex(path)), _is_mark(path)) for path in paths]
        for entry in store.list(location.container):
            if any(
                pattern.fullmatch(entry.path) and (marks or not _is_mark(entry.path)) for pattern, marks in patterns
            ):
                yield entry
    elif location.file is not None:
        if (named := store.stat(location.container, location.path)) is not None:
            yield named
    else:
        for entry in store.list(location.container, location.folder, recursive=below):
            if not _is_mark(entry.path):
                yield entry


def _is_mark(path: str) -> bool:
    return path.rpartition("/")[2].startswith(("_", "."))


def _listed(store: FileStore, location: FileLocation) -> list[FileEntry]:
    """Return the files that the dataset's file lists: relative to its folder or, with a leading `/`, to the container.

    Raises RunError for one that is not there.
    """
    if location.file is None:
        cure = "Give the dataset the name of the file that lists them."
        raise RunError(Fault("RUN-040", f"The list of files in '{location.container}' has no name", cure=cure))
    with store.open(location.container, location.path) as file:
        text = file.read(_MOST_LISTED_BYTES).decode("utf-8-sig", "replace")
    lines = [line.strip().replace("\\", "/") for line in text.splitlines() if line.strip()]
    folder = f"{location.folder}/" if location.folder else ""
    paths = [line.lstrip("/") if line.startswith("/") else folder + line for line in lines]
    found = {path: store.stat(location.container, path) for path in paths}
    missing = [path for path, entry in found.items() if entry is None]
    if missing:
        message = f"File '{missing[0]}' in '{location.container}', which '{location.path}' lists, is not there"
        raise RunError(Fault("RUN-040", message, cure="Correct the list, or put the file there."))
    return sorted((entry for entry in found.values() if entry is not None), key=lambda entry: entry.path)


def _is_within(moment: datetime.datetime, files: SourceFiles) -> bool:
    after, before = files.modified_after, files.modified_before
    return (after is None or moment >= after) and (before is None or moment < before)


def partition_keys(path: str, root: str) -> Mapping[str, str | None] | None:
    """Return what the folders `key=value` between a root and a file say; None for a file that is not below the root."""
    if not path.startswith(f"{root}/"):
        return None
    folders = path[len(root) + 1 :].split("/")[:-1]
    parts = (folder.partition("=") for folder in folders if "=" in folder)
    return {unquote(name): None if value == NULL_KEY else unquote(value) for name, _, value in parts}


def wildcard_regex(wildcard: str) -> str:
    """Return the regular expression of a path with `*`, `**`, `?`, `[ab]`, `[!ab]` and `{a,b}`."""
    parts = []
    for part in re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]]+\]|\{[^}]*\}|.", wildcard):
        if part in _WILDCARDS:
            parts.append(_WILDCARDS[part])
        elif part.startswith("[") and len(part) > 1:
            negated = part[1] == "!"
            parts.append(f"[{'^' if negated else ''}{re.escape(part[1 + negated : -1]).replace(chr(92) + '-', '-')}]")
        elif part.startswith("{") and len(part) > 1:
            parts.append("(?:" + "|".join(re.escape(choice) for choice in part[1:-1].split(",")) + ")")
        else:
            parts.append(re.escape(part))
    return "".join(parts)
