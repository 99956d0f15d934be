"""One attempt of a copy: what its parts share, handed down and never changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from headwater.connectors.formats.protocol import ReadFormat
from headwater.data.locations import FileLocation, Location, QueryLocation, TableLocation
from headwater.errors import Cancelled, Fault
from headwater.plan.resolved import CopyPlan
from headwater.run.copy.options import CopyOptions

_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Attempt:
    """The plan, its options, the engine, and how to tell progress and ask whether to stop."""

    plan: CopyPlan
    options: CopyOptions
    engine: duckdb.DuckDBPyConnection
    run_id: str
    progress: Callable[[int, int], None]
    """Told rows and bytes that have been written in all."""
    cancelled: Callable[[], bool]
    reading: ReadFormat | None = None
    """The format of the source's files, as the engine reads them; None for a table."""

    def check(self) -> None:
        """Raise Cancelled if the run was cancelled or the attempt is out of time."""
        if self.cancelled():
            raise stopped()


def stopped() -> Cancelled:
    """Return the error of an attempt that was told to stop."""
    return Cancelled(Fault("RUN-004", "The copy was cancelled", cure="Run the pipeline again."))


@contextmanager
def interruptible(attempt: Attempt) -> Iterator[None]:
    """Interrupt what the engine is doing as soon as the attempt is cancelled, and raise Cancelled then."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_POLL_S):
            if attempt.cancelled():
                attempt.engine.interrupt()
                return

    watcher = threading.Thread(target=watch, name="copy-cancel", daemon=True)
    watcher.start()
    try:
        yield
    except Exception as error:
        if attempt.cancelled():
            raise stopped() from error
        raise
    finally:
        done.set()
        watcher.join()


@dataclass(slots=True)
class Stream:
    """What has streamed by, and what broke it."""

    rows: int = 0
    bytes: int = 0
    error: Exception | None = None

    def of(self, reader: pa.RecordBatchReader, attempt: Attempt) -> pa.RecordBatchReader:
        """Return the same batches, counted and told. What breaks them is kept: Arrow only passes on its text."""
        return pa.RecordBatchReader.from_batches(reader.schema, self._counted(reader, attempt))

    def _counted(self, reader: pa.RecordBatchReader, attempt: Attempt) -> Iterator[pa.RecordBatch]:
        try:
            for batch in reader:
                attempt.check()
                self.rows += batch.num_rows
                self.bytes += batch.nbytes
                yield batch
                attempt.progress(self.rows, self.bytes)
        except Exception as error:
            self.error = error
            raise


def sentence(words: str) -> str:
    """Return words as the beginning of a message; names in them keep their case."""
    return words[:1].upper() + words[1:]


def place_of(location: Location, file: str | None = None) -> str:
    """Return a location in words: `file 'a.csv' in 'landing'`."""
    match location:
        case FileLocation():
            return f"file '{file or location.path}' in '{location.container}'"
        case TableLocation():
            name = ".".join(part for part in (location.schema, location.table) if part)
            return f"table '{name}' of '{location.store.linked_service}'"
        case QueryLocation():
            return f"the query on '{location.store.linked_service}'"
