"""Which files a source of a data flow reads: its wildcard paths, its file, or the files of its folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from headwater.connectors.protocol import FileEntry, FileStore
from headwater.data.locations import FileLocation

_WILDCARDS = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}


def found_files(store: FileStore, location: FileLocation, wildcards: Sequence[str]) -> tuple[FileEntry, ...]:
    """Return the files, sorted by path; none is no error here.

    Wildcard paths begin at the container and replace the dataset's folder and file. A folder's own files are read, less
    those that begin with `_` or `.`, which engines leave behind as marks.
    """
    return tuple(_found(store, location, wildcards))


def _found(store: FileStore, location: FileLocation, wildcards: Sequence[str]) -> Iterator[FileEntry]:
    if wildcards:
        patterns = [re.compile(wildcard_regex(wildcard.strip("/"))) for wildcard in wildcards]
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
