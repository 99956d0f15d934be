"""The content that Studio's tests look at: two workspaces, three runs, one report, one activity whose lineage failed.

flights.csv ─ CopyFlights ─▶ flights.parquet ─┐
airlines.csv ─ CopyAirlines ─▶ dbo.airlines ──┼─ BuildDelays ─▶ delays_by_carrier ─ ExportDelayReport ─▶ report.csv
weather.csv ──────────────────────────────────┴─ BuildDelays ─▶ delays_by_origin_hour.parquet
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import sqlalchemy as sa

from headwater.access.account import Account
from headwater.api.studio.workspaces import Workspace
from headwater.catalog.browse import Page
from headwater.catalog.model import EntityBatch
from headwater.data import types
from headwater.data.edges import ColumnEdge
from headwater.data.locations import FileLocation, QueryLocation, Store, TableLocation
from headwater.data.schema import Column, Schema
from headwater.language.dataflow.parser import parse_script
from headwater.language.source import Source
from headwater.lineage import captured
from headwater.lineage.connection import ConnectionReport
from headwater.lineage.facts import WorkspaceIdentity, decode
from headwater.lineage.outbox import Reporting, subscribe
from headwater.lineage.sinks.atlas_entities import bodies
from headwater.lineage.store import HAS_LINEAGE, OUTBOX, prepare
from headwater.run.database import RunDatabase
from headwater.run.entries import AttemptEnd, NewAttempt, NewRun
from headwater.run.events import AssetRead, AssetWritten, Movement, ReferencedTable
from headwater.run.journal import RunJournal
from headwater.run.records import ActivityError, InvokedBy
from headwater.transformations.graph import Graph, build_graph
from headwater.transformations.trace import flow_steps, trace

EXAMPLES = Path(__file__).parents[3] / "examples" / "flights"
START = datetime.datetime(2026, 11, 20, 8, 0, tzinfo=datetime.UTC)
IDENTITIES = {name: WorkspaceIdentity(name) for name in ("ingest", "reporting")}
INPUT = {"source": {"type": "DelimitedTextSource"}, "sink": {"type": "ParquetSink"}}
ABSENT = 'The file "landing/wether/weather.csv" does not exist'
REASON = "The account refuses the identity of workspace 'reporting': it lacks Data curator."

LANDING = Store("ls_landing", "AzureBlobStorage", "contosolanding.blob.core.windows.net")
LAKE = Store("ls_lake", "AzureBlobFS", "contosolake.dfs.core.windows.net")
WAREHOUSE = Store("ls_warehouse", "AzureSqlDatabase", "contoso.database.windows.net", "flights")

FLIGHTS_CSV = FileLocation(LANDING, "landing", "flights", "flights.csv")
AIRLINES_CSV = FileLocation(LANDING, "landing", "dimensions", "airlines.csv")
WEATHER_CSV = FileLocation(LANDING, "landing", "weather", "weather.csv")
REPORT_CSV = FileLocation(LANDING, "reports", "", "delay_report.csv")
FLIGHTS = FileLocation(LAKE, "lake", "flights", "flights.parquet")
BY_HOUR = FileLocation(LAKE, "lake", "delays", "delays_by_origin_hour.parquet")
AIRLINES = TableLocation(WAREHOUSE, "dbo", "airlines")
BY_CARRIER = TableLocation(WAREHOUSE, "dbo", "delays_by_carrier")

RENAMED = {
    "flight_date_time": "time_hour",
    "dep_delay": "dep_delay",
    "arr_delay": "arr_delay",
    "carrier": "carrier",
    "flight_number": "flight",
    "tail_number": "tailnum",
    "origin": "origin",
    "destination": "dest",
    "air_time_minutes": "air_time",
    "distance_miles": "distance",
    "scheduled_departure": "sched_dep_time",
    "scheduled_hour": "hour",
}
CSV_HEADER = (
    "year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,"
    "origin,dest,air_time,distance,hour,minute,time_hour"
)
REPORT = ("airline", "day", "flights", "late_flights", "avg_delay")


@dataclass(frozen=True)
class Demo:
    """An account with the content, the runs behind it, and the workspaces as the server would offer them."""

    account: Account
    runs: RunDatabase
    workspaces: TwoWorkspaces


class TwoWorkspaces:
    """`reporting` lacks the role until `connect` is asked for it."""

    def __init__(self) -> None:
        self.connected = {"ingest"}

    def all(self) -> tuple[Workspace, ...]:
        counts = {"ingest": 3, "reporting": 1}
        return tuple(
            Workspace(identity=identity, folder=name, pipelines=counts[name]) for name, identity in IDENTITIES.items()
        )

    def connection(self, name: str) -> ConnectionReport:
        if name in self.connected:
            return ConnectionReport("Connected")
        return ConnectionReport("Disconnected", REASON, "Grant Data curator on the root collection.")

    def connect(self, name: str) -> None:
        self.connected.add(name)


def demo(folder: Path) -> Demo:
    """Open an account and a run database in the folder and fill them."""
    account = Account.open(folder / "account", name="contoso")
    runs = RunDatabase(folder / "runs.db")
    prepare(runs.engine)
    journal = Ticking(runs)
    run_id = journal.run("ingest", "IngestFlights", "0a000000-0000-0000-0000-000000000001")
    journal.activity(run_id, "RememberBatch", "SetVariable", {"name": "batch", "value": "flights-20261120"}, ())
    journal.activity(run_id, "CopyFlights", "Copy", copy_output(11_432, 1_204_981, 402_117), (copy_flights(),))
    journal.end(run_id)
    run_id = journal.run("ingest", "IngestDimensions", "0a000000-0000-0000-0000-000000000002")
    journal.activity(run_id, "CopyAirlines", "Copy", copy_output(16, 391, 512), (copy_airlines(),))
    journal.activity(
        run_id, "CopyWeather", "Copy", {}, (), error='The file "landing/wether/weather.csv" does not exist'
    )
    journal.end(run_id, "Failed")
    run_id = journal.run("reporting", "DelayReport", "0a000000-0000-0000-0000-000000000003", {"minimumFlights": 5})
    journal.activity(run_id, "BuildDelays", "ExecuteDataFlow", flow_output(), tuple(build_delays()))
    journal.activity(run_id, "ExportDelayReport", "Copy", copy_output(212, 0, 9_120), (export_report(),))
    journal.end(run_id)
    deliver(account, runs)
    return Demo(account, runs, TwoWorkspaces())


def reopen(folder: Path) -> Demo:
    """Open what `demo` filled."""
    return Demo(Account.open(folder / "account", name="contoso"), RunDatabase(folder / "runs.db"), TwoWorkspaces())


class Ticking:
    """Writes runs as the runner does, with a clock of its own; lineage listens."""

    def __init__(self, runs: RunDatabase) -> None:
        self._now = START
        reporting = {name: Reporting(identity, "contoso") for name, identity in IDENTITIES.items()}
        self._journal = RunJournal(runs, [subscribe(reporting.get)], lambda: self._now)

    def run(self, workspace: str, pipeline: str, run_id: str, parameters: Mapping[str, int] | None = None) -> str:
        self._now += datetime.timedelta(minutes=7)
        given = dict(parameters or {})
        self._journal.begin_run(
            NewRun(run_id, workspace, pipeline, "{}", given, InvokedBy(id="1", name="Manual"), (), {}, "test")
        )
        return run_id

    def activity(
        self,
        run_id: str,
        name: str,
        type_: str,
        output: Mapping[str, object],
        movements: tuple[Movement, ...],
        error: str = "",
    ) -> None:
        stored = self._journal.run(run_id)
        assert stored is not None
        id_ = f"{run_id}-{name}"
        self._journal.begin_attempt(NewAttempt(id_, stored, name, type_, "", 0, self._now, {}))
        self._journal.record_input(
            id_, {"source": {"type": "DelimitedTextSource"}, "sink": {"type": "ParquetSink"}}, {}
        )
        self._now += datetime.timedelta(milliseconds=1840 + 900 * len(name))
        failure = ActivityError("2200", error, "UserError", name) if error else None
        status = "Failed" if error else "Succeeded"
        self._journal.end_attempt(id_, AttemptEnd(status, output, failure, movements))

    def end(self, run_id: str, status: str = "Succeeded") -> None:
        message = "" if status == "Succeeded" else "Operation on target CopyWeather failed."
        self._journal.end_run(run_id, status, message)


def deliver(account: Account, runs: RunDatabase) -> None:
    """Write each fact to the catalog, but leave the status of ExportDelayReport as a refused delivery leaves it."""
    with runs.writing() as connection:
        for row in connection.execute(sa.select(OUTBOX).where(HAS_LINEAGE).order_by("sequence")).all():
            fact = decode(row.fact) if row.fact else captured.decode(row.captured).fact()
            assert fact is not None
            entities = 0
            for body in bodies(fact):
                batch = msgspec.json.decode(body.encode(), type=EntityBatch)
                account.catalog.entities.write(batch, by=f"workspace {fact.identity.name}")
                entities += len(batch.entities)
            refused = fact.activity == "ExportDelayReport"
            values = {"state": "Succeeded", "entities": entities, "relationships": entities + 4, "attempts": 1}
            if refused:
                values = {"state": "Failed", "reason": REASON, "attempts": 3, "entities": None, "relationships": None}
            values |= {"next_attempt_at": None, "settled_at": row.ended_at + 420}
            connection.execute(sa.update(OUTBOX).where(OUTBOX.c.sequence == row.sequence).values(values))


def copy_flights() -> Movement:
    edges = tuple(
        ColumnEdge("source", source, sink, "DIRECT", "IDENTITY" if source == sink else "TRANSFORMATION", "")
        for sink, source in RENAMED.items()
    )
    return Movement(
        (
            AssetRead(
                "source",
                "ds_flights_csv",
                FLIGHTS_CSV,
                strings(CSV_HEADER.split(",")),
                11_432,
                1_204_981,
                "DelimitedText",
            ),
        ),
        AssetWritten("sink", "ds_flights_parquet", FLIGHTS, flights_schema(), 11_432, 402_117, "Parquet"),
        edges,
    )


def copy_airlines() -> Movement:
    columns = strings(("carrier", "name"))
    return Movement(
        (AssetRead("source", "ds_airlines_csv", AIRLINES_CSV, columns, 16, 391, "DelimitedText"),),
        AssetWritten("sink", "ds_airlines_sql", AIRLINES, columns, 16),
        tuple(ColumnEdge("source", name, name, "DIRECT", "IDENTITY") for name in columns.names),
    )


def build_delays() -> Iterator[Movement]:
    """Two sinks, each with the inputs that lead to it, from the example's own script."""
    graph = delays_graph()
    places = {"Flights": FLIGHTS, "Airlines": AIRLINES, "Weather": WEATHER_CSV}
    rows = {"Flights": 11_432, "Airlines": 16, "Weather": 1_006, "Flown": 11_150, "ByCarrierAndDay": 212}
    for name, sink, count in (("DelaysByCarrier", BY_CARRIER, 212), ("DelaysByOriginHour", BY_HOUR, 57)):
        reads = tuple(
            AssetRead(node.name, f"ds_{node.name.lower()}", places[node.name], node.schema, rows[node.name])
            for node in graph.upstream(name)
            if node.verb == "source"
        )
        written = AssetWritten(name, f"ds_{name.lower()}", sink, graph.by_name[name].schema, count)
        yield Movement(reads, written, trace(graph, name), flow_steps(graph, name, rows))


def export_report() -> Movement:
    """A query as source: its tables are parsed out of it, the condition decides the rows."""
    schema = delays_graph().by_name["DelaysByCarrier"].schema
    query = (
        "SELECT d.[airline], d.[day], d.[flights], d.[late_flights], ROUND(d.[avg_delay], 1) AS [avg_delay]\n"
        "FROM [dbo].[delays_by_carrier] AS d\nWHERE d.[flights] >= 5\nORDER BY d.[avg_delay] DESC"
    )
    report = Schema(tuple(column for column in schema if column.name in REPORT))
    return Movement(
        (
            AssetRead(
                "source",
                "ds_delays_by_carrier",
                QueryLocation(WAREHOUSE, query),
                report,
                212,
                referenced=(ReferencedTable(BY_CARRIER, schema),),
            ),
        ),
        AssetWritten("sink", "ds_delay_report_csv", REPORT_CSV, report, 212, 9_120, "DelimitedText"),
        tuple(ColumnEdge("source", name, name, "DIRECT", "IDENTITY") for name in REPORT),
    )


def delays_graph() -> Graph:
    definition = json.loads((EXAMPLES / "reporting" / "dataflow" / "BuildDelays.json").read_text(encoding="utf-8"))
    source = Source("\n".join(definition["properties"]["typeProperties"]["scriptLines"]), "BuildDelays.json")
    schemas = {"Flights": flights_schema(), "Airlines": strings(("carrier", "name"))}
    script, faults = parse_script(source)
    assert script is not None, faults
    return build_graph(script, {}, schemas, source)


def flights_schema() -> Schema:
    numbers = {"dep_delay", "arr_delay", "flight_number", "air_time_minutes", "distance_miles", "scheduled_departure"}
    kinds = dict.fromkeys(numbers | {"scheduled_hour"}, types.INTEGER) | {"flight_date_time": types.TIMESTAMP}
    return Schema(tuple(Column(name, kinds.get(name, types.STRING)) for name in RENAMED))


def strings(names: tuple[str, ...] | list[str]) -> Schema:
    return Schema(tuple(Column(name, types.STRING) for name in names))


def copy_output(rows: int, read: int, written: int) -> dict[str, object]:
    return {
        "dataRead": read,
        "dataWritten": written,
        "rowsRead": rows,
        "rowsCopied": rows,
        "copyDuration": 2,
        "effectiveIntegrationRuntime": "AutoResolveIntegrationRuntime",
    }


def flow_output() -> dict[str, object]:
    sources = {"Flights": {"rowsRead": 11_432}, "Airlines": {"rowsRead": 16}, "Weather": {"rowsRead": 1_006}}
    return {
        "runStatus": {
            "metrics": {
                "DelaysByCarrier": {"rowsWritten": 212, "sources": sources},
                "DelaysByOriginHour": {"rowsWritten": 57, "sources": sources},
            }
        }
    }


def guid(account: Account, type_name: str, ending: str) -> str:
    """Return the guid of the asset of the type whose qualified name ends so. Raises LookupError."""
    rows = account.catalog.browse.by_type(type_name, Page(limit=1000)).rows
    for row in rows:
        if row.qualified_name.endswith(ending):
            return row.guid
    raise LookupError(f"no {type_name} ends with {ending}")


@dataclass(frozen=True)
class Guids:
    """Guids of the assets that tests speak of."""

    account: Account

    @property
    def report(self) -> str:
        return guid(self.account, "azure_blob_path", "delay_report.csv")

    @property
    def build_activity(self) -> str:
        return guid(self.account, "azure_synapse_dataflow_activity", "/BuildDelays")

    @property
    def build_by_carrier(self) -> str:
        sinks = self.account.catalog.assets.children(self.build_activity)
        return next(one.guid for one in sinks if "delays_by_carrier" in str(one.attributes["qualifiedName"]))
