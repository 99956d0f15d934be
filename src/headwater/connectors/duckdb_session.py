"""A connection to a DuckDB database, opened and closed in turn.

DuckDB closes a file with the last connection to it, and refuses whoever opens it in another thread meanwhile. So
threads take turns, for each file its own.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

Turn = contextlib.AbstractContextManager[object]
# By text and not by Path, whose own code would let another thread in between looking and adding.
_turns: dict[str, threading.Lock] = {}


@dataclass(frozen=True, slots=True)
class Session:
    """A connection that `close` ends. `turn` is held while the file is opened or closed."""

    connection: duckdb.DuckDBPyConnection
    turn: Turn = field(default_factory=contextlib.nullcontext)

    @classmethod
    def of_file(cls, path: Path) -> Session:
        """Open a file. Raises duckdb.Error."""
        turn = _turns.setdefault(str(path.resolve()), threading.Lock())
        with turn:
            return cls(duckdb.connect(str(path)), turn)

    def close(self) -> None:
        with self.turn:
            self.connection.close()
