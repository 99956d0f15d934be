"""Transactions on the catalog's database.

Readers see a snapshot and never wait. Writers take turns: one at a time in this process by a lock, one at a time
between processes by the database.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from headwater.catalog.store.migrate import migrate
from headwater.errors import Fault, SettingsError, Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -65536",
    "PRAGMA mmap_size = 1073741824",
    "PRAGMA temp_store = MEMORY",
)
_WRITING = "headwater_writing"


class Store:
    """An open database. `open` migrates it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()

    @classmethod
    def open(cls, database: Path, *, busy_seconds: float = BUSY_SECONDS) -> Store:
        """Open or create the SQLite file. Raises SettingsError if it is not a database or cannot be written.

        `busy_seconds` is how long to wait for other processes that write.
        """
        store = cls(_engine(database, busy_seconds))
        try:
            database.parent.mkdir(parents=True, exist_ok=True)
            store.migrate(MIGRATIONS, "catalog_version")
        except (DatabaseError, OSError, Unavailable) as error:
            store.close()
            cure = "Give a path that can be written, or move the file away to start an empty account."
            raise SettingsError(
                Fault("CAT-011", f"'{database.name}' cannot be opened: {_said(error)}", cure=cure)
            ) from error
        return store

    def migrate(self, folder: Path, version_table: str) -> None:
        """Bring the tables that the migrations in `folder` describe up to date, in one transaction."""
        with self.write() as connection:
            migrate(connection, folder, version_table)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a snapshot of the database. Raises Unavailable if the database does not answer."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except OperationalError as error:
            raise _unavailable(error) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that is kept if the block ends well. Raises Unavailable: busy, full or broken."""
        try:
            with self._turn, self._engine.execution_options(**{_WRITING: True}).begin() as connection:
                yield connection
        except OperationalError as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _engine(database: Path, busy_seconds: float) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(database)),
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver would begin transactions late and of the wrong kind; `_begin` does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later can fail for good; IMMEDIATE waits for its turn at the start.
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _unavailable(error: OperationalError) -> Unavailable:
    cure = "Try again; if it stays so, see that the disk has room and that no other program holds the file."
    return Unavailable(Fault("CAT-010", f"The catalog's database does not answer: {_said(error)}", cure=cure))


def _said(error: Exception) -> str:
    if isinstance(error, DatabaseError) and error.orig is not None:
        return str(error.orig)
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error)
