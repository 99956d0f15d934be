"""The database of a project's runs: how it is opened, brought up to date, and written to by one at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from headwater.errors import Fault, RunError
from headwater.run.tables import HEAD, MIGRATIONS, VERSION_TABLE

_BUSY_MS = 60_000


class DatabaseRefused(RunError):
    """The run database cannot be read or written: no room, no right, held by somebody else."""


class RunDatabase:
    """An SQLite file in WAL mode. Commits are durable against power loss, as the stores' own commits are."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Values of variables may be secret; whoever runs the project reads them, nobody else.
            path.touch(mode=0o600)
            self.engine = sa.create_engine(f"sqlite:///{path}", max_overflow=-1)
            sa.event.listen(self.engine, "connect", _on_connect)
            self._writing = threading.Lock()
            self._prepare()
        except (OSError, sa.exc.OperationalError, sa.exc.DatabaseError) as error:
            raise RunError(
                Fault(
                    "RUN-002",
                    f'The run database "{path.name}" cannot be opened: {_reason(error)}',
                    cure="Check that the project's data folder is there, writable and not full.",
                )
            ) from error

    def _prepare(self) -> None:
        with self.engine.connect() as connection:
            if _version(connection) == HEAD:
                return
        # Alembic takes longer to import than the database to open, so only a new or older database pays for it.
        import alembic.command
        import alembic.config

        config = alembic.config.Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            alembic.command.upgrade(config, "head")
            connection.commit()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection to read with. Raises DatabaseRefused."""
        with _refusals_told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a connection in a transaction that an exception undoes, the database's own being DatabaseRefused."""
        with self._writing, _refusals_told(), self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except sa.exc.OperationalError as error:
        cure = "Check that there is room on the disk and that nothing else holds the database."
        raise DatabaseRefused(Fault("RUN-005", f"The run database refused: {_reason(error)}", cure=cure)) from error


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    with closing(connection.cursor()) as cursor:
        for pragma in (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=FULL"):
            cursor.execute(f"PRAGMA {pragma}")


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    table = sa.Table(VERSION_TABLE, sa.MetaData(), sa.Column("version_num", sa.Text))
    return connection.execute(sa.select(table.c.version_num)).scalar()


def _reason(error: Exception) -> str:
    return str(error.orig) if isinstance(error, sa.exc.DBAPIError) else str(error)
