"""Files and tables in memory: the fake that is shipped, for tests and trials. Safe to use from many threads.

`memory:<name>` names one that lives as long as the process, so that two activities meet in it.
"""

from __future__ import annotations

import datetime
import functools
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import duckdb
import msgspec

from headwater.connectors.duckdb import DuckDbTables
from headwater.connectors.duckdb_session import Session
from headwater.connectors.engine_files import EngineFiles, Uncommitted
from headwater.connectors.protocol import AnyStore, FileEntry, Token
from headwater.connectors.registry import Shape
from headwater.data.locations import Store
from headwater.errors import ConnectorError, Fault
from headwater.settings import Binding


def open_binding(store: Store, binding: Binding, root: Path, shape: Shape) -> AnyStore:  # noqa: ARG001 no paths
    """Return the files or tables of `memory:<name>`."""
    name = binding.url.partition(":")[2]
    return _files(name) if shape == "files" else MemoryTables(store, _database(name))


@functools.cache
def _files(name: str) -> MemoryFiles:  # noqa: ARG001 the name is the cache's key
    return MemoryFiles()


@functools.cache
def _database(name: str) -> duckdb.DuckDBPyConnection:  # noqa: ARG001 the name is the cache's key
    return duckdb.connect(":memory:")


class _Blob(msgspec.Struct, frozen=True):
    data: bytes
    modified_at: datetime.datetime
    id: str


class MemoryFiles:
    """Containers come into being when something is written into them."""

    def __init__(self) -> None:
        self._blobs: dict[tuple[str, str], _Blob] = {}
        self._lock = threading.Lock()
        self._files = EngineFiles(self)

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._files.attach(connection)

    def url(self, container: str, path: str) -> str:
        return self._files.url(container, path)

    def list(self, container: str, folder: str = "", recursive: bool = True) -> Iterator[FileEntry]:
        prefix = f"{folder}/" if folder else ""
        with self._lock:
            found = [
                FileEntry(path, len(blob.data), blob.modified_at)
                for (where, path), blob in self._blobs.items()
                if where == container and path.startswith(prefix) and (recursive or "/" not in path[len(prefix) :])
            ]
        return iter(sorted(found, key=lambda entry: entry.path))

    def stat(self, container: str, path: str) -> FileEntry | None:
        with self._lock:
            blob = self._blobs.get((container, path))
        return None if blob is None else FileEntry(path, len(blob.data), blob.modified_at)

    def open(self, container: str, path: str) -> BinaryIO:
        with self._lock:
            blob = self._blobs.get((container, path))
        if blob is None:
            raise ConnectorError(
                Fault("CON-010", f"File '{path}' in '{container}' does not exist", cure="Check the dataset's location.")
            )
        return io.BytesIO(blob.data)

    def range(self, container: str, path: str, start: int, stop: int) -> bytes:
        """Return the bytes from `start` up to `stop`. Raises ConnectorError if the file is absent."""
        with self.open(container, path) as file:
            file.seek(start)
            return file.read(stop - start)

    def stage(self, container: str, path: str) -> StagedMemoryFile:
        return StagedMemoryFile(self, self._files, container, _inside(path))

    def delete(self, container: str, path: str) -> None:
        with self._lock:
            self._blobs.pop((container, path), None)

    def committed(self, token: Token) -> bool:
        with self._lock:
            blob = self._blobs.get((str(token["container"]), str(token["path"])))
        return blob is not None and blob.id == token["id"]

    def put(self, container: str, path: str, data: bytes, id_: str = "") -> None:
        """Write a file at once."""
        with self._lock:
            self._blobs[container, _inside(path)] = _Blob(data, datetime.datetime.now(datetime.UTC), id_)


class StagedMemoryFile:
    """Bytes that become a file of the store when they are committed."""

    def __init__(self, store: MemoryFiles, files: EngineFiles, container: str, path: str) -> None:
        self._store = store
        self._files = files
        self._id = uuid4().hex
        self._token: Token = {"container": container, "path": path, "id": self._id}
        self._data = bytearray()
        self._url = files.stage(self._id, self.open)

    @property
    def url(self) -> str:
        return self._url

    @property
    def token(self) -> Token:
        return self._token

    @property
    def size(self) -> int:
        return len(self._data)

    def open(self) -> BinaryIO:
        self._data = bytearray()
        return io.BufferedWriter(Uncommitted(self._data.extend))

    def commit(self) -> None:
        self._store.put(str(self._token["container"]), str(self._token["path"]), bytes(self._data), self._id)
        self._files.release(self._id)

    def discard(self) -> None:
        self._data = bytearray()
        self._files.release(self._id)


class MemoryTables(DuckDbTables):
    """Tables of an in-memory database, or of one that is handed in."""

    def __init__(self, store: Store, database: duckdb.DuckDBPyConnection | None = None) -> None:
        self._database = database or duckdb.connect(":memory:")
        super().__init__(store, lambda: Session(self._database.cursor()))


def _inside(path: str) -> str:
    if ".." in path.split("/") or path.startswith("/"):
        raise ConnectorError(
            Fault("CON-006", f"Path '{path}' leaves its container", cure="Use a path without '..' and leading '/'.")
        )
    return path
