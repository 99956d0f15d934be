"""What lineage costs a run: milliseconds at an activity's end, and a copy with lineage on against the same with it off.

Limits: 5 ms at an activity's end, 1 % of a copy of 1 GB. `--megabytes` sets the copy's size; runs are interleaved and
the medians compared, so that noise hits both alike.
"""

from __future__ import annotations

import argparse
import datetime
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import msgspec
import sqlalchemy as sa

from headwater.connectors.protocol import AnyStore
from headwater.connectors.registry import connect
from headwater.data.edges import ColumnEdge, Step
from headwater.data.locations import FileLocation, QueryLocation, Store, TableLocation
from headwater.data.schema import Column, Schema
from headwater.data.types import STRING
from headwater.definition.load import load_files
from headwater.lineage.facts import WorkspaceIdentity
from headwater.lineage.outbox import Reporting, subscribe
from headwater.lineage.store import prepare
from headwater.plan.resolved import ResolvedDataset
from headwater.run.database import RunDatabase
from headwater.run.events import ActivityEnded, AssetRead, AssetWritten, Listener, Movement, ReferencedTable
from headwater.run.runner import Runner
from headwater.settings import Binding

LIMIT_MS = 5.0
LIMIT_SHARE = 0.01
ROUNDS = 50
COPIES = 3

LAKE = Store("lake", "AzureBlobFS", "lake.dfs.core.windows.net")
SQL = Store("sql", "AzureSqlDatabase", "srv.database.windows.net", "db")
NAMES = tuple(f"column_{i}" for i in range(50))
SCHEMA = Schema(tuple(Column(name, STRING) for name in NAMES))
REPORTING = Reporting(WorkspaceIdentity("bench"), "bench")


def file(name: str) -> FileLocation:
    return FileLocation(LAKE, "data", "in", name)


def ended(kind: str, *movements: Movement) -> ActivityEnded:
    now = datetime.datetime.now(datetime.UTC)
    return ActivityEnded("bench", "P", "run", "A", kind, "id", "", 0, "Succeeded", now, now, None, movements)


def mapped_copy() -> Movement:
    """A copy of 50 columns, each cast."""
    edges = tuple(ColumnEdge("source", n, n, "DIRECT", "TRANSFORMATION", f"CAST({n} AS integer)") for n in NAMES)
    read = AssetRead("source", "in", file("a.csv"), SCHEMA)
    return Movement((read,), AssetWritten("sink", "out", file("a.parquet"), SCHEMA), edges)


def queried_copy(steps: int) -> Movement:
    """A copy of 50 columns from a query over some common table expressions, each with a filter."""
    columns = ", ".join(NAMES)
    tables = [f"c0 AS (SELECT {columns} FROM dbo.t)"]
    tables += [f"c{i} AS (SELECT {columns} FROM c{i - 1} WHERE {NAMES[i]} > {i})" for i in range(1, steps)]
    text = f"WITH {', '.join(tables)} SELECT {columns} FROM c{steps - 1}"
    known = ReferencedTable(TableLocation(SQL, "dbo", "t"), SCHEMA)
    read = AssetRead("source", "in", QueryLocation(SQL, text), SCHEMA, referenced=(known,))
    edges = tuple(ColumnEdge("source", n, n, "DIRECT", "IDENTITY") for n in NAMES)
    return Movement((read,), AssetWritten("sink", "out", file("a.parquet"), SCHEMA), edges)


def data_flow() -> Movement:
    """A data flow of 30 steps that each column goes through."""
    steps = tuple(Step(f"step{i}", "derive", "c", "upper(c)") for i in range(30))
    edges = tuple(ColumnEdge("source", n, n, "DIRECT", "TRANSFORMATION", "upper(c)", steps) for n in NAMES)
    read = AssetRead("source", "in", file("a.parquet"), SCHEMA)
    return Movement((read,), AssetWritten("sink", "out", file("b.parquet"), SCHEMA), edges)


def at_the_end(event: ActivityEnded) -> float:
    """Return the milliseconds that the listener takes inside the run's transaction."""
    engine = sa.create_engine("sqlite://")
    prepare(engine)
    listen = subscribe(lambda _: REPORTING)
    taken = []
    for number in range(ROUNDS + 1):
        with engine.begin() as connection:
            start = time.perf_counter()
            listen(connection, msgspec.structs.replace(event, activity_run_id=str(number)))
            taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken[1:])


def definitions() -> dict[str, bytes]:
    """Return a workspace with one pipeline that copies a CSV to Parquet."""

    def dataset(kind: str, name: str) -> dict[str, object]:
        location = {"type": "AzureBlobFSLocation", "fileSystem": "data", "fileName": name}
        header = {"firstRowAsHeader": True, "columnDelimiter": ","} if kind == "DelimitedText" else {}
        service = {"referenceName": "lake", "type": "LinkedServiceReference"}
        return {"linkedServiceName": service, "type": kind, "typeProperties": {"location": location, **header}}

    copy = {
        "name": "Copy",
        "type": "Copy",
        "inputs": [{"referenceName": "csv", "type": "DatasetReference"}],
        "outputs": [{"referenceName": "parquet", "type": "DatasetReference"}],
        "typeProperties": {"source": {"type": "DelimitedTextSource"}, "sink": {"type": "ParquetSink"}},
    }
    service = {"type": "AzureBlobFS", "typeProperties": {"url": "https://lake.dfs.core.windows.net"}}
    parts: dict[str, dict[str, object]] = {
        "linkedService/lake": service,
        "dataset/csv": dataset("DelimitedText", "in.csv"),
        "dataset/parquet": dataset("Parquet", "out.parquet"),
        "pipeline/P": {"activities": [copy]},
    }
    return {
        f"{path}.json": msgspec.json.encode({"name": path.rpartition("/")[2], "properties": properties})
        for path, properties in parts.items()
    }


def copying(folder: Path, listeners: Sequence[Listener]) -> float:
    """Return the seconds of one run of the copy, in a project of its own."""
    scratch = Path(tempfile.mkdtemp(dir=folder))
    database = RunDatabase(scratch / "runs.db")
    prepare(database.engine)

    def store(dataset: ResolvedDataset) -> AnyStore:
        return connect(dataset.location.store, dataset.connection, Binding(url=f"folder:{folder}/lake"), folder)

    workspaces = {"bench": load_files(definitions(), "bench")}
    with Runner(
        database=database, workspaces=workspaces, connect=store, scratch=scratch, listeners=listeners
    ) as runner:
        start = time.perf_counter()
        run = runner.wait(runner.start("bench", "P"))
        seconds = time.perf_counter() - start
    if run.status != "Succeeded":
        raise SystemExit(f"The copy failed: {run.message}")
    database.close()
    return seconds


class Timed:
    """A listener that also takes the time of another."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.seconds: list[float] = []

    def __call__(self, connection: sa.Connection, event: ActivityEnded) -> None:
        start = time.perf_counter()
        self._listener(connection, event)
        self.seconds.append(time.perf_counter() - start)


def write_csv(path: Path, megabytes: int) -> None:
    path.parent.mkdir(parents=True)
    rows = megabytes * 1_000_000 // 100
    columns = ", ".join(f"(i * {k + 7919}) % 1000000007 AS c{k}" for k in range(9))
    duckdb.sql(f"COPY (SELECT i, {columns} FROM range({rows}) t(i)) TO '{path}' (HEADER)")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--megabytes", type=int, default=1000)
    megabytes = arguments.parse_args().megabytes
    events = {
        "mapped copy": ended("Copy", mapped_copy()),
        "copy of a query (1 kB)": ended("Copy", queried_copy(1)),
        "copy of a query (18 kB, 30 common table expressions)": ended("Copy", queried_copy(30)),
        "data flow": ended("ExecuteDataFlow", data_flow()),
    }
    for name, event in events.items():
        taken = at_the_end(event)
        print(f"{name}, 50 columns: {taken:.2f} ms at its end, {taken / LIMIT_MS:.2f} x the limit of {LIMIT_MS:.0f} ms")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_csv(folder / "lake" / "data" / "in.csv", megabytes)
        listen = Timed(subscribe(lambda _: REPORTING))
        copying(folder, ())
        off, on = [], []
        for _ in range(COPIES):
            off.append(copying(folder, ()))
            on.append(copying(folder, (listen,)))
    off_s, on_s, itself_s = statistics.median(off), statistics.median(on), statistics.median(listen.seconds)
    print(f"copy of {megabytes} MB: {off_s:.2f} s without lineage, {on_s:.2f} s with it (noise and all)")
    ratio = itself_s / off_s / LIMIT_SHARE
    print(f"lineage itself: {itself_s * 1000:.2f} ms of that copy, {ratio:.3f} x the limit of 1 %")


if __name__ == "__main__":
    main()
