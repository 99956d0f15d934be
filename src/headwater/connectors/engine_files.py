"""Files that are not on this machine's disk, shown to the engine: an fsspec file system over a store's own methods.

Separate, because every store of files but the folder needs it, and because a staged write must not become visible
when the engine closes its file: closing is not committing.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol, cast
from uuid import uuid4

import duckdb
from fsspec import AbstractFileSystem

from headwater.connectors.protocol import FileEntry
from headwater.errors import ConnectorError, Fault

_STAGED = "staged"


class Source(Protocol):
    """What the engine needs of a store to read from it."""

    def range(self, container: str, path: str, start: int, stop: int) -> bytes: ...

    def stat(self, container: str, path: str) -> FileEntry | None: ...


class EngineFiles(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
    """One store under a protocol of its own: `hw<id>://container/path`, staged writes at `hw<id>://staged/<id>`."""

    cachable = False

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._writers: dict[str, Callable[[], BinaryIO]] = {}
        self.protocol = f"hw{uuid4().hex[:12]}"

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Register with an engine connection, once."""
        if not connection.filesystem_is_registered(self.protocol):
            connection.register_filesystem(self)

    def url(self, container: str, path: str) -> str:
        return f"{self.protocol}://{container}/{path}"

    def stage(self, id_: str, writer: Callable[[], BinaryIO]) -> str:
        """Return the URL at which the engine gets what `writer` opens; its closing does nothing."""
        self._writers[id_] = writer
        return self.url(_STAGED, id_)

    def release(self, id_: str) -> None:
        """Forget a staged write."""
        self._writers.pop(id_, None)

    # What follows is called by the engine; fsspec passes options that it never uses.

    def open(self, path: str, mode: str = "rb", **options: Any) -> BinaryIO:  # noqa: ARG002
        container, _, rest = self._bare(path).partition("/")
        if "r" in mode:
            # The engine uses no more of a file than this class has.
            return cast(BinaryIO, EngineReader(self._source, container, rest, self.info(path)["size"]))
        if container == _STAGED and rest in self._writers:
            return self._writers[rest]()
        raise ConnectorError(Fault("CON-014", f"'{rest}' is not staged for writing", cure="Write to a staged URL."))

    def info(self, path: str, **options: Any) -> dict[str, Any]:  # noqa: ARG002
        container, _, rest = self._bare(path).partition("/")
        entry = None if container == _STAGED else self._source.stat(container, rest)
        if entry is None:
            raise FileNotFoundError(path)
        return {"name": path, "size": entry.size, "type": "file", "mtime": entry.modified_at}

    def glob(self, path: str, **options: Any) -> list[str]:  # noqa: ARG002
        # Patterns are resolved before the engine sees a path; it escapes what looks like one.
        literal = self._bare(path).replace("[*]", "*").replace("[?]", "?").replace("[[]", "[")
        return [literal] if self.exists(literal) else []

    def modified(self, path: str) -> Any:
        return self.info(path)["mtime"]

    def isdir(self, path: str) -> bool:  # noqa: ARG002 fsspec's signature; object stores have no folders
        return False

    def _bare(self, path: str) -> str:
        return path.removeprefix(f"{self.protocol}://")


class EngineReader(io.RawIOBase):
    """A file of a store for the engine, which seeks and reads the same one from several threads at once.

    So each thread has a position of its own.
    """

    def __init__(self, source: Source, container: str, path: str, size: int) -> None:
        super().__init__()
        self._source = source
        self._container = container
        self._path = path
        self._size = size
        self._here = threading.local()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: self._size}[whence]
        self._here.position = start + offset
        return start + offset

    def tell(self) -> int:
        return int(getattr(self._here, "position", 0))

    def read(self, size: int = -1, /) -> bytes:
        start = self.tell()
        stop = self._size if size < 0 else min(start + size, self._size)
        if start >= stop:
            return b""
        self._here.position = stop
        return self._source.range(self._container, self._path, start, stop)


class Uncommitted(io.RawIOBase):
    """A file whose bytes go to `write`, and whose closing leaves the decision to whoever staged it."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        super().__init__()
        self._write = write
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        size = memoryview(data).nbytes
        self._write(bytes(data))
        self._position += size
        return size

    def tell(self) -> int:
        return self._position
