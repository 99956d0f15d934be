"""A store of files as one engine connection reads it: what the engine does not take as it is lies decoded in scratch.

Separate from the stores, each of which knows only its own bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import duckdb

from headwater.connectors.engine import scratch_of
from headwater.connectors.formats.archives import unpack
from headwater.connectors.formats.batches import OpenFile
from headwater.connectors.formats.codecs import CODECS
from headwater.connectors.formats.recoding import Mend, Recoding, recode_in
from headwater.connectors.protocol import FileEntry, FileStore, StagedFile, Token
from headwater.errors import ConnectorError, Fault


class SourceFiles:
    """A store for one connection. What the engine does not read as it is lies decoded in the connection's scratch."""

    def __init__(
        self,
        store: FileStore,
        connection: duckdb.DuckDBPyConnection,
        recoding: Recoding | None,
        mend: Mend | None = None,
    ) -> None:
        self._store = store
        self._connection = connection
        self._recoding = recoding
        self._mend = mend
        self._sound: set[tuple[str, str]] = set()
        self._found: dict[str, tuple[str, str]] = {}
        self._members: dict[tuple[str, str], Path] = {}
        self._local: dict[tuple[str, str], Path] = {}

    @property
    def stored(self) -> FileStore:
        """The files as they are."""
        return self._store

    @property
    def holds_archives(self) -> bool:
        return self._recoding is not None and CODECS[self._recoding.codec].is_archive

    def members(self, container: str, entry: FileEntry) -> tuple[FileEntry, ...]:
        """Unpack an archive and return its files, as files of a folder called like it. Raises ConnectorError."""
        assert self._recoding is not None, "only a store that holds archives is asked for members"
        what = _what(container, entry.path)
        with self._store.open(container, entry.path) as archive:
            unpacked = unpack(archive, self._recoding.codec, scratch_of(self._connection) / uuid4().hex, what)
        entries = []
        for member in unpacked:
            path = f"{entry.path}/{member.name}"
            self._members[container, path] = member.file
            entries.append(FileEntry(path, member.file.stat().st_size, entry.modified_at))
        return tuple(entries)

    def file_of(self, url: str) -> OpenFile:
        """Return the file behind a URL of this store."""
        container, path = self._found[url]
        return OpenFile(lambda: self.open(container, path), _what(container, path))

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._store.attach(connection)

    def url(self, container: str, path: str) -> str:
        local = self._plain_file(container, path)
        url = str(local) if local else self._store.url(container, path)
        self._found[url] = (container, path)
        return url

    def list(self, container: str, folder: str = "", recursive: bool = True) -> Iterator[FileEntry]:
        return self._store.list(container, folder, recursive)

    def stat(self, container: str, path: str) -> FileEntry | None:
        return self._store.stat(container, path)

    def open(self, container: str, path: str) -> BinaryIO:
        local = self._plain_file(container, path)
        return local.open("rb") if local else self._store.open(container, path)

    def stage(self, container: str, path: str) -> StagedFile:
        return self._store.stage(container, path)

    def delete(self, container: str, path: str) -> None:
        self._store.delete(container, path)

    def committed(self, token: Token) -> bool:
        return self._store.committed(token)

    def _plain_file(self, container: str, path: str) -> Path | None:
        """Return the decoded file, made when it is first asked for; None if the engine reads the store's own."""
        known = self._local.get((container, path))
        if known is not None or (container, path) in self._sound:
            return known
        local = self._decoded(container, path)
        if self._mend is not None:
            local = self._mended(container, path, local, self._mend)
        if local is None:
            self._sound.add((container, path))
        else:
            self._local[container, path] = local
        return local

    def _mended(self, container: str, path: str, local: Path | None, mend: Mend) -> Path | None:
        """Return the file as the engine understands it, if it would misunderstand this one."""
        with local.open("rb") if local else self._store.open(container, path) as source:
            if not mend.is_needed(source):
                return local
            source.seek(0)
            target = new_file(self._connection)
            recode_in(source, target, Recoding(dialect=mend), _what(container, path))
        return target

    def _decoded(self, container: str, path: str) -> Path | None:
        member = self._members.get((container, path))
        recoding = self._recoding
        if member is not None:
            recoding = None if recoding is None or not recoding.is_text else replace(recoding, codec="none")
        if recoding is None:
            return member
        if CODECS[recoding.codec].is_archive:
            message = f"F{_what(container, path)[1:]} is an archive, which is not read as one file"
            cure = "Extract it in a copy from a dataset of this compression, and read what it holds."
            raise ConnectorError(Fault("CON-021", message, cure=cure))
        target = new_file(self._connection)
        with member.open("rb") if member else self._store.open(container, path) as source:
            recode_in(source, target, recoding, _what(container, path))
        return target


def new_file(connection: duckdb.DuckDBPyConnection) -> Path:
    """Return the path of a file that is not there yet, in the connection's scratch."""
    folder = scratch_of(connection)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{uuid4().hex}.plain"


def _what(container: str, path: str) -> str:
    return f"file '{path}' in '{container}'"
