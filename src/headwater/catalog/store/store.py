"""Transactions on the catalog's database.

Readers see a snapshot and never wait. Writers take turns: one at a time in this process by a lock, one at a time
between processes by the database.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, DataError, OperationalError

from headwater.catalog.store.checkpoints import Checkpoints
from headwater.catalog.store.migrate import migrate
from headwater.catalog.store.postgresql import postgresql_engines
from headwater.catalog.store.sqlite import sqlite_engines
from headwater.errors import Fault, Invalid, SettingsError, Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30


class Store:
    """An open database. `open` migrates it."""

    def __init__(self, reading: Engine, writing: Engine, file: Path | None = None) -> None:
        self._reading = reading
        self._writing = writing
        self._turn = threading.Lock()
        self._checkpoints = Checkpoints(reading, file, self._turn) if file else None

    @classmethod
    def open(cls, database: Path | URL, *, busy_seconds: float = BUSY_SECONDS) -> Store:
        """Open or create an SQLite file, or open a PostgreSQL database (`postgresql_url` makes its URL).

        `busy_seconds` is how long to wait for other processes that write. Raises SettingsError if it is not a
        database, cannot be reached or cannot be written.
        """
        if isinstance(database, Path):
            store, name = cls(*sqlite_engines(database, busy_seconds), database), database.name
            cure = "Give a path that can be written, or move the file away to start an empty account."
        else:
            store, name = cls(*postgresql_engines(database, busy_seconds)), database.render_as_string()
            cure = "See that the server runs, that the database exists, and that user and password are right."
        try:
            if isinstance(database, Path):
                database.parent.mkdir(parents=True, exist_ok=True)
            store.migrate(MIGRATIONS, "catalog_version")
        except (DatabaseError, OSError, Unavailable) as error:
            store.close()
            raise SettingsError(Fault("CAT-011", f"'{name}' cannot be opened: {_said(error)}", cure=cure)) from error
        return store

    def migrate(self, folder: Path, version_table: str) -> None:
        """Bring the tables that the migrations in `folder` describe up to date, in one transaction."""
        with self.write() as connection:
            migrate(connection, folder, version_table)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a snapshot of the database.

        Raises Unavailable if the database does not answer; Invalid for a text that it cannot look for.
        """
        try:
            with self._reading.connect() as connection:
                yield connection
        except OperationalError as error:
            raise _unavailable(error) from error
        except DataError as error:
            raise _unfit(error) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that is kept if the block ends well.

        Raises Unavailable: busy, full or broken; Invalid for a text that the database cannot keep.
        """
        try:
            with self._turn:
                with self._writing.begin() as connection:
                    yield connection
                if self._checkpoints is not None:
                    self._checkpoints.after_write()
        except OperationalError as error:
            raise _unavailable(error) from error
        except DataError as error:
            raise _unfit(error) from error

    def close(self) -> None:
        """Close all connections."""
        if self._checkpoints is not None:
            self._checkpoints.close()
        self._reading.dispose()


def _unfit(error: DataError) -> Invalid:
    cure = "PostgreSQL knows no NUL characters and no numbers beyond its types."
    return Invalid(Fault("CAT-022", f"A value cannot be kept or looked for: {_said(error)}", cure=cure))


def _unavailable(error: OperationalError) -> Unavailable:
    cure = "Try again; if it stays so, see that the disk has room and that no other program holds the database."
    return Unavailable(Fault("CAT-010", f"The catalog's database does not answer: {_said(error)}", cure=cure))


def _said(error: Exception) -> str:
    if isinstance(error, DatabaseError) and error.orig is not None:
        return str(error.orig)
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error)
