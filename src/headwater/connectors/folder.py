"""Files in a folder of this machine: the stand-in for any store of files, its containers being subfolders.

A write goes to a hidden file beside its target and is renamed over it, so nobody sees half of one.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import duckdb

from headwater.connectors.faults import fault_from_os
from headwater.connectors.protocol import Address, FileEntry, Token
from headwater.connectors.registry import Shape
from headwater.data.locations import Store
from headwater.errors import ConnectorError, Fault
from headwater.settings import Binding

_STAGED = re.compile(r"\.[0-9a-f]{32}\.staged")


def open_binding(store: Store, binding: Binding, root: Path, shape: Shape) -> FolderFiles:  # noqa: ARG001 one shape
    """Return the store of `folder:<path>`, relative to `root`."""
    return FolderFiles(root / binding.url.partition(":")[2])


class FolderFiles:
    """`folder` may be absent until the first write. Paths never leave it, not through links either."""

    def __init__(self, folder: Path) -> None:
        self._root = folder

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Do nothing: the engine reads local paths by itself."""

    def url(self, container: str, path: str) -> str:
        return str(self._resolve(container, path))

    def list(self, container: str, folder: str = "", recursive: bool = True) -> Iterator[FileEntry]:
        top = self._resolve(container, "")
        start = self._resolve(container, folder)
        found: list[FileEntry] = []
        for parent, folders, files in os.walk(start):
            if not recursive:
                folders.clear()
            for name in files:
                file = Path(parent, name)
                if not _STAGED.fullmatch(name) and file.exists():
                    found.append(_entry(file, file.relative_to(top).as_posix()))
        return iter(sorted(found, key=lambda entry: entry.path))

    def stat(self, container: str, path: str) -> FileEntry | None:
        file = self._resolve(container, path)
        return _entry(file, path) if file.is_file() else None

    def open(self, container: str, path: str) -> BinaryIO:
        try:
            return self._resolve(container, path).open("rb")
        except OSError as error:
            raise ConnectorError(fault_from_os(error, f"File '{path}' in '{container}'")) from error

    def address(self, container: str, path: str) -> Address:
        """Return where a folder lies, for a library that reads and writes it by itself."""
        return Address(str(self._resolve(container, path)), {})

    def stage(self, container: str, path: str) -> StagedLocalFile:
        return StagedLocalFile(self._resolve(container, path), f"File '{path}' in '{container}'")

    def delete(self, container: str, path: str) -> None:
        try:
            self._resolve(container, path).unlink(missing_ok=True)
        except OSError as error:
            raise ConnectorError(fault_from_os(error, f"File '{path}' in '{container}'")) from error

    def committed(self, token: Token) -> bool:
        file = Path(str(token["path"]))
        return file.is_file() and _identity(file) == token["identity"]

    def _resolve(self, container: str, path: str) -> Path:
        parts = [*container.split("/"), *path.split("/")] if path else container.split("/")
        real_root = os.path.realpath(self._root)
        file = Path(real_root, *parts)
        outside = Path(container).is_absolute() or Path(path).is_absolute() or ".." in parts or "\0" in path + container
        if outside or not Path(os.path.realpath(file)).is_relative_to(real_root):
            raise ConnectorError(
                Fault(
                    "CON-006",
                    f"Path '{path}' in '{container}' leaves the folder that the store is bound to",
                    cure="Use a path inside the container, without '..' and without links that lead out of it.",
                )
            )
        return file


class StagedLocalFile:
    """A hidden file beside the target. Folders that had to be made are removed again by `discard`."""

    def __init__(self, target: Path, what: str) -> None:
        self._target = target
        self._what = what
        self._made: list[Path] = []
        self._file = target.parent / f".{uuid4().hex}.staged"
        try:
            if target.is_dir():
                raise IsADirectoryError(21, "Is a directory", str(target))
            self._make_folders()
            self._file.touch(exist_ok=False)
        except OSError as error:
            self.discard()
            raise ConnectorError(fault_from_os(error, what)) from error

    @property
    def url(self) -> str:
        return str(self._file)

    @property
    def token(self) -> Token:
        return {"path": str(self._target), "identity": _identity(self._file)}

    @property
    def size(self) -> int:
        return self._file.stat().st_size

    def open(self) -> BinaryIO:
        return self._file.open("wb")

    def commit(self) -> None:
        try:
            with self._file.open("rb") as file:
                os.fsync(file.fileno())
            self._file.replace(self._target)
            folder = os.open(self._target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise ConnectorError(fault_from_os(error, self._what)) from error

    def discard(self) -> None:
        with suppress(OSError):
            self._file.unlink()
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()

    def _make_folders(self) -> None:
        missing = [folder for folder in self._target.parents if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            self._made.append(folder)


def _identity(file: Path) -> str:
    # A rename keeps all of these; a file written later under the same name has another inode or time.
    status = file.stat()
    return f"{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"


def _entry(file: Path, path: str) -> FileEntry:
    status = file.stat()
    return FileEntry(path, status.st_size, datetime.datetime.fromtimestamp(status.st_mtime, datetime.UTC))
