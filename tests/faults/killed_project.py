"""A project whose process kills itself at a point of a copy that it is told, and can be started again.

    python killed_project.py FOLDER start POINT     start the pipeline; dies at POINT of the third pass
    python killed_project.py FOLDER recover POINT   take over what was interrupted; prints what there is in the end
    python killed_project.py FOLDER idle POINT      have a runner that carries nothing, until stdin ends

Its copies write one row each into DuckDB tables through the real store, so a row that is lost or written twice shows.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from headwater.connectors.protocol import AnyStore, TableWrite
from headwater.connectors.registry import connect
from headwater.data.batch import schema_from_arrow
from headwater.data.locations import TableLocation
from headwater.definition.activities.copy import CopyBody
from headwater.definition.pipeline import Activity
from headwater.definition.reference import Reference
from headwater.definition.workspace import Workspace
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.datasets import resolve_dataset
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, SinkToken, Surroundings
from headwater.run.activities.registry import ACTIVITIES
from headwater.run.database import RunDatabase
from headwater.run.events import ActivityEnded
from headwater.run.history import RunHistory
from headwater.run.progress import ActivityFinished, ActivityStarted, RunEvent
from headwater.run.runner import Runner
from headwater.settings import Binding
from run.pipelines import activity, pipeline, set_variable, wait, workspace

ITEMS = [10, 20, 30, 40]
VICTIM = "Loop[2]"
POINTS = ("begun", "staged", "prepared", "committed", "ending", "ended")


def die_at(point: str) -> Callable[[str, str], None]:
    """Return what ends the process, as `kill -9` does, when it comes to the point of the victim."""

    def reach(at: str, iteration: str) -> None:
        if at == point and iteration == VICTIM:
            os.kill(os.getpid(), signal.SIGKILL)

    return reach


@dataclass(frozen=True)
class WritePlan:
    sink: ResolvedDataset
    item: Json


@dataclass(frozen=True)
class WriteRow:
    """Runs Copy: writes its additional column `item` into the sink's table."""

    reach: Callable[[str, str], None]

    def plan(self, activity: Activity, workspace: Workspace, context: Context) -> WritePlan:
        assert isinstance(activity.body, CopyBody)
        sink = resolve_dataset(workspace, activity.body.output, context)
        return WritePlan(sink, evaluate(activity.body.source.properties["item"], context))

    def input(self, plan: WritePlan) -> Mapping[str, Json]:
        return {"item": plan.item}

    def sinks(self, plan: WritePlan) -> Mapping[str, ResolvedDataset]:
        return {"sink": plan.sink}

    def run(self, plan: WritePlan, surroundings: Surroundings) -> ActivityResult:
        if surroundings.resumption is not None and surroundings.resumption.is_complete:
            return surroundings.resumption.result
        table = pa.table({"item": pa.array([plan.item], pa.int64())})
        write = TableWrite(schema_from_arrow(table.schema), surroundings.ids.activity_run_id, auto_create=True)
        store, location = surroundings.connect(plan.sink), plan.sink.location
        assert isinstance(location, TableLocation)
        staged = store.stage(location, write)  # type: ignore[union-attr, call-arg, arg-type]  # a store of tables
        staged.write(table.to_reader())  # type: ignore[union-attr]  # a table's
        self.reach("staged", surroundings.ids.iteration)
        result = ActivityResult({"rowsCopied": 1})
        surroundings.checkpoint.prepared([SinkToken("sink", staged.token)], result)
        self.reach("prepared", surroundings.ids.iteration)
        staged.commit()
        self.reach("committed", surroundings.ids.iteration)
        return result


def copy(name: str, item: str, dataset: str, after: Mapping[str, str] | None = None) -> dict[str, object]:
    source = {"type": "AzureSqlSource", "item": {"value": item, "type": "Expression"}}
    references = {side: [{"referenceName": dataset, "type": "DatasetReference"}] for side in ("inputs", "outputs")}
    return activity(name, "Copy", {"source": source, "sink": {"type": "AzureSqlSink"}}, after, **references)


def append(name: str, after: Mapping[str, str]) -> dict[str, object]:
    return activity(name, "AppendVariable", {"variableName": "seen", "value": "@item()"}, after)


def definitions() -> Workspace:
    inside = [copy("Write", "@item()", "loop"), append("Add", {"Write": "Succeeded"})]
    loop = activity("Loop", "ForEach", {"items": ITEMS, "isSequential": True, "activities": inside})
    last = set_variable("Last", "text", "@string(variables('seen'))", {"Loop": "Succeeded", "Beside": "Succeeded"})
    variables = {"seen": {"type": "Array"}, "text": {"type": "String"}}
    files: dict[str, Mapping[str, object]] = {}
    for name in ("loop", "beside"):
        reference = {"referenceName": name, "type": "LinkedServiceReference"}
        table = {"type": "AzureSqlTable", "linkedServiceName": reference, "typeProperties": {"table": "rows"}}
        files[f"dataset/{name}.json"] = {"name": name, "properties": table}
        service = {"type": "AzureSqlDatabase", "typeProperties": {"connectionString": f"Server={name};Database=d"}}
        files[f"linkedService/{name}.json"] = {"name": name, "properties": service}
    main = pipeline(loop, copy("Beside", "@int('50')", "beside"), last, variables=variables)
    return workspace({"main": main, "nothing": pipeline(wait("W"))}, files)


def store_of(folder: Path) -> Callable[[ResolvedDataset], AnyStore]:
    def open_store(dataset: ResolvedDataset) -> AnyStore:
        store = dataset.location.store
        return connect(store, {}, Binding(url=f"duckdb:{store.linked_service}.duckdb"), folder)

    return open_store


def rows(folder: Path, name: str) -> list[int]:
    dataset = resolve_dataset(definitions(), Reference(name), Context())
    with store_of(folder)(dataset).read(dataset.location) as reader:  # type: ignore[union-attr, arg-type]  # tables
        return sorted(reader.read_all()["item"].to_pylist())


def main(folder: Path, verb: str, point: str) -> None:
    reach = die_at(point)

    def remember(connection: sa.Connection, event: ActivityEnded) -> None:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS facts (name)")
        connection.exec_driver_sql("INSERT INTO facts VALUES (?)", (f"{event.iteration}/{event.activity}",))
        if event.activity == "Write":
            reach("ending", event.iteration)

    def watch(event: RunEvent) -> None:
        if isinstance(event, ActivityStarted | ActivityFinished) and event.ids.activity == "Write":
            reach("begun" if isinstance(event, ActivityStarted) else "ended", event.ids.iteration)

    database = RunDatabase(folder / "runs.db")
    runner = Runner(
        database=database,
        workspaces={"sales": definitions()},
        connect=store_of(folder),
        scratch=folder / "scratch",
        listeners=[remember],
        activities={**ACTIVITIES, "Copy": WriteRow(reach)},
    )
    with runner:
        if verb == "idle":
            runner.wait(runner.start("sales", "nothing"))
            sys.stdout.write("idle\n")
            sys.stdout.flush()
            sys.stdin.read()
            return
        if verb == "start":
            run_ids = [runner.start("sales", "main", on_event=watch)]
            if point == "started":
                os.kill(os.getpid(), signal.SIGKILL)
        else:
            run_ids = runner.recover(on_event=watch)
        statuses = [runner.wait(run_id).status for run_id in run_ids]
    history = RunHistory(database)
    activities = [
        f"{one.iteration}/{one.activity_name} {one.status}" for id_ in run_ids for one in history.activity_runs(id_)
    ]
    with database.reading() as connection:
        facts = [name for (name,) in connection.exec_driver_sql("SELECT name FROM facts ORDER BY name")]
        text = connection.exec_driver_sql("SELECT value FROM pipeline_run_variables WHERE name = 'text'").scalar()
    outcome = {"statuses": statuses, "activities": sorted(activities), "facts": facts, "text": text}
    sys.stdout.write(json.dumps(outcome | {"loop": rows(folder, "loop"), "beside": rows(folder, "beside")}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
