"""What a store can do. Two shapes only: stores of files and stores of tables.

Every write is staged: nothing is visible before `commit`, `discard` leaves the target as it was, and `token` lets
a later process find out whether the commit happened (`committed`), so that a run that was killed between the
store's commit and its own bookkeeping neither repeats nor loses the write.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, Literal, Protocol, runtime_checkable

import duckdb
import msgspec
import pyarrow as pa

from headwater.data.locations import QueryLocation, TableLocation
from headwater.data.schema import Schema
from headwater.language.expression.ast import Json

Token = Mapping[str, Json]


class FileEntry(msgspec.Struct, frozen=True):
    """A file in a container; `path` is relative to the container, `size` in bytes."""

    path: str
    size: int
    modified_at: datetime.datetime


class Staged(Protocol):
    @property
    def token(self) -> Token:
        """JSON that `committed` understands; complete before `commit` is called."""

    def commit(self) -> None:
        """Make the write visible at once. Raises ConnectorError, and then nothing is visible."""

    def discard(self) -> None:
        """Undo; never raises for what is already gone."""


class StagedFile(Staged, Protocol):
    @property
    def url(self) -> str:
        """Where the engine writes (`COPY … TO url`): a local path or a URL of an attached file system."""

    def open(self) -> BinaryIO:
        """Open the staged file for writing bytes; opening again starts again."""

    @property
    def size(self) -> int:
        """Bytes written so far."""


class FileStore(Protocol):
    """Files in containers; paths inside a container are relative and use `/`."""

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make `url`s readable and writable for this engine connection."""

    def url(self, container: str, path: str) -> str: ...

    def list(self, container: str, folder: str = "", recursive: bool = True) -> Iterator[FileEntry]:
        """Yield files below a folder, sorted by path; nothing if the folder is absent."""

    def stat(self, container: str, path: str) -> FileEntry | None: ...

    def open(self, container: str, path: str) -> BinaryIO:
        """Open for reading. Raises ConnectorError if it is absent or out of reach."""

    def stage(self, container: str, path: str) -> StagedFile: ...

    def delete(self, container: str, path: str) -> None: ...

    def committed(self, token: Token) -> bool: ...


WriteMode = Literal["insert", "truncate", "recreate", "upsert"]


class TableWrite(msgspec.Struct, frozen=True):
    """How rows land in a table. `key` identifies the write for `committed` (activity run id and sink)."""

    schema: Schema
    key: str
    mode: WriteMode = "insert"
    auto_create: bool = False
    pre_script: str | None = None
    post_script: str | None = None
    keys: tuple[str, ...] = ()
    action: str | None = None
    """A column of the rows, not of the table, that says what becomes of each by its `keys`: insert, update, upsert or
    delete. None: `mode` is for all rows."""


class StagedTable(Staged, Protocol):
    @property
    def schema(self) -> Schema:
        """Columns of the target as this transaction sees it, after the script that precedes the rows."""

    def write(self, batches: pa.RecordBatchReader) -> int:
        """Write all batches by column name inside the open transaction and return the number of rows."""


class TableStore(Protocol):
    dialect: str
    """sqlglot's name of the SQL that the store really speaks; queries of another dialect are transpiled to it."""

    def describe(self, source: TableLocation | QueryLocation) -> Schema | None:
        """Return columns and types, or None if the table is absent."""

    def tables(self) -> Sequence[TableLocation]: ...

    def is_view(self, table: TableLocation) -> bool: ...

    def read(
        self, source: TableLocation | QueryLocation, columns: Sequence[str] | None = None
    ) -> AbstractContextManager[pa.RecordBatchReader]: ...

    def stage(self, table: TableLocation, write: TableWrite) -> StagedTable: ...

    def committed(self, token: Token) -> bool: ...


class Address(msgspec.Struct, frozen=True):
    """Where another library finds a folder; `options` may hold secrets."""

    url: str
    options: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Address({self.url!r})"


@runtime_checkable
class AddressedFiles(Protocol):
    """A store of files that other libraries can reach by themselves."""

    def address(self, container: str, path: str) -> Address: ...


@runtime_checkable
class JoiningTables(Protocol):
    """A store that can write several tables in one transaction, so that they become visible together."""

    def stage_beside(self, table: TableLocation, write: TableWrite, other: Staged) -> StagedTable:
        """Stage in the transaction of another write of this store; the first commit or discard is that of all."""


@runtime_checkable
class PreparedTable(Protocol):
    """A staged write that can find out before its commit whether it will be refused."""

    def prepare(self) -> None:
        """Do all that `commit` does but the last step. Raises ConnectorError."""


AnyStore = FileStore | TableStore
