"""Copies for the proof: run for real on data that is given, with their lineage and what their sinks then hold."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from headwater import settings
from headwater.connectors.protocol import AnyStore
from headwater.connectors.registry import connect
from headwater.data.locations import FileLocation, Location, TableLocation
from headwater.definition.load import load_folder
from headwater.definition.pipeline import Activity
from headwater.definition.walk import walk_activities
from headwater.definition.workspace import Workspace
from headwater.language.expression.context import Context
from headwater.lineage.derive import derive
from headwater.lineage.facts import Operation, WorkspaceIdentity
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.copy import CopyRunner
from headwater.run.activities.protocol import Control, Ids, Surroundings
from headwater.run.events import ActivityEnded, Movement
from headwater.settings import EngineSettings
from run.copy.workbench import Recorder

EXAMPLE = Path(__file__).parents[2] / "examples" / "flights"
STARTED = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)

Rows = Sequence[Sequence[object]]


@dataclass(frozen=True)
class Held:
    """What a source holds. `name` is the file's path below its folder of stores, or the table's."""

    name: str
    columns: tuple[str, ...]
    rows: Rows

    def changed(self, column: str, values: Sequence[object]) -> Held:
        """Return the same with other values in one column."""
        at = self.columns.index(column)
        rows = [[*row[:at], value, *row[at + 1 :]] for row, value in zip(self.rows, values, strict=True)]
        return replace(self, rows=rows)

    def values(self, column: str) -> list[object]:
        at = self.columns.index(column)
        return [row[at] for row in self.rows]

    def table(self) -> pa.Table:
        return pa.table({name: self.values(name) for name in self.columns})


@dataclass(frozen=True)
class Sink:
    """What a sink holds after the copy, and the operation that wrote it."""

    operation: Operation
    columns: tuple[str, ...]
    rows: Rows

    def only(self, columns: Sequence[str]) -> list[tuple[object, ...]]:
        """Return the rows with some of the columns, in their order."""
        places = [self.columns.index(name) for name in columns]
        return [tuple(row[place] for place in places) for row in self.rows]

    def named(self, source: str, column: str) -> set[str]:
        """Return what the edges of a source column name."""
        ids = {
            a.qualified_name for a in self.operation.inputs if a.location is not None and _name(a.location) == source
        }
        edges = self.operation.edges
        return {edge.sink_column for edge in edges if edge.source in ids and edge.source_column == column}


def _name(location: Location | None) -> str:
    if isinstance(location, FileLocation):
        return f"{location.container}/{location.path}"
    assert isinstance(location, TableLocation)
    return f"{location.schema}.{location.table}"


@dataclass(frozen=True)
class ExampleCopy:
    """A copy of the example, what its sources hold, and what its expressions see."""

    workspace: str
    pipeline: str
    activity: str
    sources: tuple[Held, ...]
    context: Context = field(default_factory=Context)

    def run(self, root: Path, sources: Sequence[Held]) -> Mapping[str, Sink]:
        """Run the copy in a folder of its own on the sources given, and return its sinks by name."""
        workspace = load_folder(EXAMPLE / self.workspace)
        for source in sources:
            put(root, source)
        found = workspace.find_pipeline(self.pipeline)
        (activity,) = (one.activity for one in walk_activities(found) if one.activity.name == self.activity)
        movements = run_copy(root, workspace, activity, self.context)
        return {_name(o.sink.location): _sink(root, o) for o in operations(movements) if o.sink.location is not None}


def put(root: Path, source: Held) -> None:
    """Have the store hold a source: a CSV as it is published, a Parquet file, or a table."""
    path = root / "stores" / ("contosolake" if source.name.endswith(".parquet") else "contosolanding") / source.name
    if path.suffix not in {".csv", ".parquet"}:
        (root / "stores").mkdir(parents=True, exist_ok=True)
        schema, _, table = source.name.partition(".")
        with duckdb.connect(str(root / "stores" / "flights.duckdb")) as warehouse:
            warehouse.register("rows_of_source", source.table())
            warehouse.execute(f'CREATE SCHEMA "{schema}"')
            warehouse.execute(f'CREATE TABLE "{schema}"."{table}" AS FROM rows_of_source')
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(source.table(), path)
        return
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([source.columns, *source.rows])


def run_copy(root: Path, workspace: Workspace, activity: Activity, context: Context) -> tuple[Movement, ...]:
    """Plan and run a copy with the example's bindings."""
    bindings = settings.read(EXAMPLE / "headwater.toml").settings.bindings

    def open_store(dataset: ResolvedDataset) -> AnyStore:
        store = dataset.location.store
        return connect(store, dataset.connection, bindings[store.linked_service], root)

    scratch = root / "scratch"
    scratch.mkdir()
    runner, recorder = CopyRunner(), Recorder()
    surroundings = Surroundings(
        workspace=workspace,
        ids=Ids("proof", "p", "run", "11111111-2222-3333-4444-555555555555", activity.name, 0, "", STARTED),
        connect=open_store,
        engine=EngineSettings(memory_limit="256MB", threads=1),
        scratch=scratch,
        progress=recorder.progress.append,
        announce=recorder.announce,
        cancelled=lambda: False,
        checkpoint=recorder,
        control=cast(Control, None),  # a copy has no use for it
        resumption=None,
    )
    return runner.run(runner.plan(activity, workspace, context), surroundings).movements


def operations(movements: tuple[Movement, ...]) -> tuple[Operation, ...]:
    """Return what lineage derives from the movements of a copy that succeeded."""
    event = ActivityEnded(
        workspace="proof",
        pipeline="p",
        pipeline_run_id="run",
        activity="copy",
        activity_type="Copy",
        activity_run_id="11111111-2222-3333-4444-555555555555",
        iteration="",
        attempt=0,
        status="Succeeded",
        started_at=STARTED,
        ended_at=STARTED,
        movements=movements,
    )
    fact = derive(event, WorkspaceIdentity("proof"), "record")
    assert fact is not None
    return fact.operations


def _sink(root: Path, operation: Operation) -> Sink:
    location = operation.sink.location
    assert location is not None
    if isinstance(location, TableLocation):
        with duckdb.connect(str(root / "stores" / "flights.duckdb"), read_only=True) as warehouse:
            return _read(warehouse, operation, f'FROM "{location.schema}"."{location.table}"')
    folder = {"ls_lake": "contosolake", "ls_landing": "contosolanding"}[location.store.linked_service]
    file = root / "stores" / folder / location.container / location.path
    reader = "read_parquet(?)" if file.suffix == ".parquet" else "read_csv(?, all_varchar = true)"
    with duckdb.connect() as engine:
        return _read(engine, operation, f"FROM {reader}", str(file))


def _read(connection: Any, operation: Operation, query: str, *parameters: str) -> Sink:
    found = connection.execute(query, parameters)
    return Sink(operation, tuple(column[0] for column in found.description), found.fetchall())


def published(table: str, size: int) -> Held:
    """Return the first rows of a table of the example."""
    folder = table if table in {"flights", "weather"} else "dimensions"
    with (EXAMPLE / "data" / folder / f"{table}.csv").open(newline="") as file:
        header, *rows = list(csv.reader(file))[: size + 1]
    return Held(f"landing/{folder}/{table}.csv", tuple(header), rows)


def in_the_lake(source: Held) -> Held:
    """Return a published dimension as the wildcard copy leaves it: the same text, in Parquet."""
    return replace(source, name=source.name.replace("landing/", "lake/").replace(".csv", ".parquet"))


def delays() -> Held:
    """Return rows for the table that the report reads, some on either side of its filter, no two alike."""
    columns = ("carrier", "airline", "day", "flights", "late_flights", "avg_delay", "worst_delay")
    days = (datetime.date(2013, 1, day) for day in range(1, 13))
    rows = [[f"C{n % 5}", f"Line {n % 5}", day, 2 * n, n, 3.14 * n, 10 * n] for n, day in enumerate(days)]
    return Held("dbo.delays_by_carrier", columns, rows)


def example_copies() -> Iterator[tuple[str, ExampleCopy]]:
    """Yield each copy of the example under its activity's name; a loop's once for each item."""
    airlines, airports, planes = (published(name, 12) for name in ("airlines", "airports", "planes"))
    yield "CopyFlights", ExampleCopy("ingest", "IngestFlights", "CopyFlights", (published("flights", 30),))
    dimensions = (airlines, airports, planes)
    yield "CopyDimensions", ExampleCopy("ingest", "IngestDimensions", "CopyDimensions", dimensions)
    yield "CopyAirlines", ExampleCopy("ingest", "IngestDimensions", "CopyAirlines", (airlines,))
    for table in (airports, planes):
        item = Path(table.name).stem
        context = Context(item=item, in_loop=True)
        yield (
            f"CopyTable {item}",
            ExampleCopy("ingest", "IngestDimensions", "CopyTable", (in_the_lake(table),), context),
        )
    context = Context(parameters={"minimumFlights": 5})
    yield "ExportDelayReport", ExampleCopy("reporting", "DelayReport", "ExportDelayReport", (delays(),), context)
