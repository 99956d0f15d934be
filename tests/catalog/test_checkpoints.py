"""Checkpoints beside the writers: the log stays short however much is written, and nothing is lost with it."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from headwater.catalog.store import Store
from headwater.catalog.store.checkpoints import LOG_BYTES, Checkpoints
from headwater.catalog.store.sqlite import sqlite_engines

SHORT = 200_000
ROW = "x" * 3_000
ROWS = 40
ROUNDS = 60
INSERT = text("INSERT INTO written VALUES (:n, :value)")
COUNT = text("SELECT count(*) FROM written")


def log_of(file: Path) -> int:
    return file.with_name(f"{file.name}-wal").stat().st_size


class Written:
    """A database that is written to, and its checkpoints, for a log far shorter than an account's."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.reading, self.writing = sqlite_engines(file, busy_seconds=30)
        self.turn = threading.Lock()
        self.checkpoints = Checkpoints(self.reading, file, self.turn, log_bytes=SHORT)
        self.rounds = 0
        with self.writing.begin() as connection:
            connection.execute(text("CREATE TABLE written (n INTEGER, value TEXT)"))

    def write(self) -> None:
        rows = [{"n": self.rounds * ROWS + n, "value": ROW} for n in range(ROWS)]
        with self.turn:
            with self.writing.begin() as connection:
                connection.execute(INSERT, rows)
            self.checkpoints.after_write()
        self.rounds += 1

    def write_and_wait(self) -> int:
        """Return how long the log was before the checkpoint."""
        self.write()
        before = log_of(self.file)
        if self.checkpoints.under_way is not None:
            self.checkpoints.under_way.result()
        return before

    def close(self) -> None:
        self.checkpoints.close()
        self.reading.dispose()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Written]:
    made = Written(tmp_path / "catalog.db")
    yield made
    made.close()


def assert_whole(database: Written) -> None:
    with sqlite3.connect(database.file) as connection:
        expected = (database.rounds * ROWS,)
        assert connection.execute("SELECT count(DISTINCT n) FROM written").fetchone() == expected
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_log_stays_short(database: Written) -> None:
    longest = max(database.write_and_wait() for _ in range(ROUNDS))
    assert ROUNDS * ROWS * len(ROW) > 20 * SHORT
    assert longest < 3 * SHORT
    assert_whole(database)


def test_writers_and_checkpoints_at_once_lose_nothing(database: Written) -> None:
    for _ in range(ROUNDS):
        database.write()
    database.close()
    assert_whole(database)


def test_reader_keeps_its_snapshot_and_the_log_begins_anew_after_it(database: Written) -> None:
    database.write()
    with database.reading.connect() as reader:
        assert reader.execute(COUNT).scalar() == ROWS
        held = [database.write_and_wait() for _ in range(ROUNDS // 2)][-1]
        assert held > 5 * SHORT
        assert reader.execute(COUNT).scalar() == ROWS
    # What was held back is copied with this one, so nothing that follows makes the file longer.
    database.write_and_wait()
    copied = log_of(database.file)
    assert max(database.write_and_wait() for _ in range(ROUNDS // 2)) == copied
    assert_whole(database)


def test_none_begins_after_the_end(database: Written) -> None:
    database.checkpoints.close()
    for _ in range(10):
        database.write()
    assert database.checkpoints.under_way is None


def test_database_without_a_log_is_written_all_the_same(database: Written, tmp_path: Path) -> None:
    database.checkpoints = Checkpoints(database.reading, tmp_path / "none.db", database.turn, log_bytes=1)
    database.write()
    assert database.checkpoints.under_way is None


def test_what_cannot_be_copied_is_told_and_writing_goes_on(
    database: Written, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lost, _ = sqlite_engines(tmp_path / "no such folder" / "catalog.db", busy_seconds=0)
    database.checkpoints = Checkpoints(lost, database.file, database.turn, log_bytes=1)
    for _ in range(2):
        database.write_and_wait()
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "unable to open database file" in caplog.text
    assert_whole(database)


def test_account_begins_them_itself(tmp_path: Path) -> None:
    file = tmp_path / "catalog.db"
    store = Store.open(file)
    with store.write() as connection:
        connection.execute(text("CREATE TABLE written (n INTEGER, value BLOB)"))
        connection.exec_driver_sql("INSERT INTO written VALUES (0, zeroblob(?))", (LOG_BYTES,))
    assert log_of(file) > LOG_BYTES
    # The first write after the checkpoint begins the log anew. None that SQLite makes by itself is due so early.
    writes = 0
    while log_of(file) > LOG_BYTES:
        with store.write() as connection:
            connection.execute(INSERT, {"n": (writes := writes + 1), "value": ""})
        assert writes < 100_000
    store.close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM written").fetchone() == (writes + 1,)
