"""Checkpoints of SQLite's write-ahead log: beside the writers, not inside the commit of the one that fills it.

Copying the log into the database took a fourteenth of a bulk's time, while every other writer waited.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

LOG_BYTES = 128 * 1024 * 1024
"""How long the log may get. What is read looks through it, so it is not to be much longer."""

_logger = logging.getLogger(__name__)


class Checkpoints:
    """Copies the log of a database into it, in a thread of its own. `turn` is what its writers take turns by.

    `under_way` is the last one that began.
    """

    def __init__(self, engine: Engine, database: Path, turn: threading.Lock, *, log_bytes: int = LOG_BYTES) -> None:
        self._engine = engine
        self._log = database.with_name(f"{database.name}-wal")
        self._turn = turn
        self._log_bytes = log_bytes
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self.under_way: Future[None] | None = None
        self._closed = False

    def after_write(self) -> None:
        """Begin one if the log is long. Only who holds the turn may ask."""
        if self._closed or (self.under_way is not None and not self.under_way.done()):
            return
        try:
            long = self._log.stat().st_size >= self._log_bytes
        except FileNotFoundError:
            return  # On file systems where SQLite cannot keep such a log.
        if long:
            self.under_way = self._beside.submit(self._checkpoint)

    def close(self) -> None:
        """Begin no more, and wait for the one that is under way."""
        with self._turn:
            self._closed = True
        self._beside.shutdown()

    def _checkpoint(self) -> None:
        try:
            self._copy()
            # The log begins anew only where all of it is copied, so what was written meanwhile is copied in a turn.
            with self._turn:
                self._copy()
        except (DBAPIError, self._engine.dialect.loaded_dbapi.Error) as error:
            # Nothing is lost: the log keeps what it has, and the writer that fills it four times copies it itself.
            _logger.warning("The log of the catalog's database cannot be copied into it: %s", error)

    def _copy(self) -> None:
        # Not from the engine's transactions: a checkpoint cannot be made inside of one.
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").close()
        finally:
            connection.close()
