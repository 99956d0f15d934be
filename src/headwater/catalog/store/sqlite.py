"""A catalog in one SQLite file: write-ahead log, so that readers see a snapshot and never wait."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from headwater.catalog.store.checkpoints import LOG_BYTES

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -32768",
    "PRAGMA mmap_size = 536870912",
    "PRAGMA temp_store = MEMORY",
    # In pages of 4 kB, four times what `checkpoints` lets it get: for processes that have no thread for it.
    "PRAGMA wal_autocheckpoint = 131072",
    # Below what `checkpoints` looks for, so that a file that is longer tells that the log is. Not shorter than need
    # be: giving room back and taking it again holds up the writer.
    f"PRAGMA journal_size_limit = {LOG_BYTES * 15 // 16}",
)
WRITING = "headwater_writing"


def sqlite_engines(database: Path, busy_seconds: float) -> tuple[Engine, Engine]:
    """Return how to read and how to write the file."""
    engine = create_engine(
        URL.create("sqlite", database=str(database)),
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine, engine.execution_options(**{WRITING: True})


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver would begin transactions late and of the wrong kind; `_begin` does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later can fail for good; IMMEDIATE waits for its turn at the start.
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
