"""Which processes that carry runs are alive. Each holds a lock that the system drops when it dies, however it dies.

The lock is an open write transaction on a tiny SQLite file: the one lock in the standard library that all systems
release with the process.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path


class Lease:
    """The sign of life of this process, as `<folder>/<runner id>`."""

    def __init__(self, folder: Path, runner_id: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / runner_id
        # Opened by one thread and closed by another, never used by two at once.
        self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        self._connection.execute("BEGIN EXCLUSIVE")

    def release(self) -> None:
        """Say that this process carries no runs any more."""
        self._connection.close()
        self._path.unlink(missing_ok=True)


def is_alive(folder: Path, runner_id: str) -> bool:
    """Say whether the process of this id still holds its lease."""
    path = folder / runner_id
    if not path.is_file():
        return False
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return True
    else:
        return False
    finally:
        connection.close()
