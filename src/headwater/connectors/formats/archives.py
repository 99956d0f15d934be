"""Archives: one file that holds several by name. Their members are unpacked into a folder, one block at a time.

A member's name is a path that somebody else wrote, so that none may lead out of the folder, and links are not followed.
"""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from uuid import uuid4

from headwater.connectors.formats.codecs import BLOCK, BROKEN, CODECS
from headwater.connectors.formats.malformed import malformed, malformed_as

_KINDS = (*BROKEN, KeyError, RuntimeError, tarfile.TarError, zipfile.BadZipFile)
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive; `name` is its path in the archive, `file` where it has been unpacked to."""

    name: str
    file: Path


def unpack(archive: BinaryIO, codec: str, folder: Path, what: str) -> tuple[Member, ...]:
    """Unpack all files of an archive into new files of the folder, sorted by name.

    Raises ConnectorError for a broken or encrypted archive, and for a member whose name leads elsewhere.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Path] = {}
    with malformed_as(_KINDS, what, codec):
        for written, member in _opened(archive, codec):
            name = _safe(written, what, codec)
            if name in found:
                raise malformed(what, codec, f"it holds '{name}' twice")
            found[name] = folder / uuid4().hex
            with member, found[name].open("wb") as file:
                shutil.copyfileobj(member, file, BLOCK)
    return tuple(Member(name, file) for name, file in sorted(found.items()))


def _opened(archive: BinaryIO, codec: str) -> Iterator[tuple[str, BinaryIO]]:
    if codec == "zipDeflate":
        with zipfile.ZipFile(archive) as zipped:
            for entry in zipped.infolist():
                if not entry.is_dir():
                    yield entry.filename, zipped.open(entry)  # type: ignore[misc]  # ZipExtFile reads bytes as a BinaryIO does
        return
    with tarfile.open(fileobj=archive, mode="r|gz" if codec == "tarGzip" else "r|") as tape:
        for member in tape:
            # Links and devices are no data.
            if member.isfile() and (opened := tape.extractfile(member)) is not None:
                yield member.name, opened  # type: ignore[misc]  # the same


def _safe(name: str, what: str, codec: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    parts = [part for part in path.parts if part != "."]
    if path.is_absolute() or ".." in parts or not parts or ":" in parts[0] or "\0" in name:
        raise malformed(what, codec, f"its member '{name}' would be unpacked outside of the folder")
    return "/".join(parts)


def pack(file: BinaryIO, codec: str, name: str, content: Path, fast: bool) -> None:
    """Write an archive that holds one file. It says no time, so that the same rows give the same bytes."""
    if codec == "zipDeflate":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1 if fast else 6) as zipped:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with content.open("rb") as source, zipped.open(entry, "w", force_zip64=True) as member:
                shutil.copyfileobj(source, member, BLOCK)
        return
    writer = CODECS["gzip"].writer if codec == "tarGzip" else None
    with writer(file, fast) if writer else nullcontext(file) as opened, tarfile.open(fileobj=opened, mode="w|") as tape:
        header = tarfile.TarInfo(name)
        header.size = content.stat().st_size
        with content.open("rb") as source:
            tape.addfile(header, source)
