"""Runs one Copy activity as a workspace would: definitions as JSON, real stores behind bindings, a real engine.

The stores: `landing` (AzureBlobStorage) and `lake` (AzureBlobFS) are folders, `warehouse` (AzureSqlDatabase) a DuckDB
file, unless a test binds them otherwise.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import duckdb

from headwater.connectors.protocol import AnyStore
from headwater.connectors.registry import connect
from headwater.connectors.statements import run_statement
from headwater.definition.load import load_files
from headwater.definition.workspace import Workspace
from headwater.language.expression.context import Context
from headwater.plan.resolved import CopyPlan, ResolvedDataset
from headwater.run.activities.copy import CopyRunner
from headwater.run.activities.protocol import (
    ActivityResult,
    Control,
    Ids,
    Progress,
    Resumption,
    SinkToken,
    Surroundings,
)
from headwater.run.events import Movement
from headwater.settings import Binding, EngineSettings

RUN_ID = "11111111-2222-3333-4444-555555555555"

KINDS = {
    "lake": ("AzureBlobFS", {"url": "https://contosolake.dfs.core.windows.net"}),
    "landing": ("AzureBlobStorage", {"serviceEndpoint": "https://contosolanding.blob.core.windows.net"}),
    "pg": ("AzurePostgreSql", {"connectionString": "host=contoso.postgres.database.azure.com;database=app"}),
    "warehouse": ("AzureSqlDatabase", {"connectionString": "Server=contoso.database.windows.net;Database=warehouse"}),
}


@dataclass
class Recorder:
    """Listens as a checkpoint does, and can break at the moment of the first commit."""

    tokens: tuple[SinkToken, ...] = ()
    result: ActivityResult | None = None
    announced: tuple[Movement, ...] = ()
    progress: list[Progress] = field(default_factory=list)
    on_prepared: Callable[[], None] = lambda: None

    def prepared(self, tokens: Sequence[SinkToken], result: ActivityResult) -> None:
        self.tokens, self.result = tuple(tokens), result
        self.on_prepared()

    def announce(self, movements: Sequence[Movement]) -> None:
        self.announced = tuple(movements)


@dataclass
class Workbench:
    """`root` holds the stores: `root/landing/<container>/…`, `root/lake/…`, `root/warehouse.duckdb`."""

    root: Path
    bindings: dict[str, Binding] = field(default_factory=dict)
    recorder: Recorder = field(default_factory=Recorder)
    engine: EngineSettings = EngineSettings(memory_limit="256MB", threads=2)
    cancelled: Callable[[], bool] = lambda: False

    def binding(self, service: str) -> Binding:
        default = "duckdb:warehouse.duckdb" if service == "warehouse" else f"folder:{service}"
        return self.bindings.get(service, Binding(url=default))

    def connect(self, dataset: ResolvedDataset) -> AnyStore:
        store = dataset.location.store
        return connect(store, dataset.connection, self.binding(store.linked_service), self.root)

    def put(self, path: str, content: str | bytes) -> Path:
        """Write a file below the root."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def run_sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run SQL on the warehouse."""
        with duckdb.connect(str(self.root / "warehouse.duckdb")) as connection:
            return run_statement(connection, statement)

    def plan(self, source: Mapping[str, Any], sink: Mapping[str, Any], copy: Mapping[str, Any]) -> CopyPlan:
        workspace = _workspace(source, sink, copy)
        return CopyRunner().plan(workspace.find_pipeline("p").activities[0], workspace, Context())

    def copy(
        self,
        source: Mapping[str, Any],
        sink: Mapping[str, Any],
        copy: Mapping[str, Any] | None = None,
        resumption: Resumption | None = None,
    ) -> ActivityResult:
        """Plan and run a copy between two datasets given as `{"store", "type", "typeProperties"}`."""
        plan = self.plan(source, sink, copy or {})
        scratch = self.root / ".scratch"
        scratch.mkdir(exist_ok=True)
        surroundings = Surroundings(
            workspace=_workspace(source, sink, copy or {}),
            ids=_ids(),
            connect=self.connect,
            engine=self.engine,
            scratch=scratch,
            progress=self.recorder.progress.append,
            announce=self.recorder.announce,
            cancelled=self.cancelled,
            checkpoint=self.recorder,
            control=cast(Control, None),  # a copy has no use for it
            resumption=resumption,
        )
        return CopyRunner().run(plan, surroundings)

    def snapshot(self) -> dict[str, object]:
        """Return what all stores hold: every file but the scratch, and the rows of every table of the warehouse."""
        held: dict[str, object] = {
            file.relative_to(self.root).as_posix(): file.read_bytes()
            for file in sorted(self.root.rglob("*"))
            if file.is_file() and ".scratch" not in file.parts and not file.name.startswith("warehouse.duckdb")
        }
        if (self.root / "warehouse.duckdb").is_file():
            tables = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema <> 'headwater'"
            for schema, table in self.run_sql(tables):
                held[f"{schema}.{table}"] = self.run_sql(f'FROM "{schema}"."{table}"')
        return held


def _ids() -> Ids:
    started = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    return Ids("ws", "p", "run", RUN_ID, "Copy1", 0, "", started)


def _workspace(source: Mapping[str, Any], sink: Mapping[str, Any], copy: Mapping[str, Any]) -> Workspace:
    files: dict[str, Any] = {
        f"linkedService/{name}.json": {"name": name, "properties": {"type": kind, "typeProperties": properties}}
        for name, (kind, properties) in KINDS.items()
    }
    for name, side in (("source", source), ("sink", sink)):
        files[f"dataset/{name}.json"] = {"name": name, "properties": _dataset(side)}
    properties = {
        "source": {"type": f"{source['type']}Source"},
        "sink": {"type": f"{sink['type']}Sink"},
        **copy,
    }
    activity = {
        "name": "Copy1",
        "type": "Copy",
        "typeProperties": properties,
        "inputs": [{"referenceName": "source", "type": "DatasetReference"}],
        "outputs": [{"referenceName": "sink", "type": "DatasetReference"}],
    }
    files["pipeline/p.json"] = {"name": "p", "properties": {"activities": [activity]}}
    return load_files({name: json.dumps(content).encode() for name, content in files.items()}, "ws")


def _dataset(side: Mapping[str, Any]) -> dict[str, Any]:
    properties = dict(side.get("typeProperties", {}))
    if "path" in side:
        container, _, path = side["path"].partition("/")
        folder, _, file = path.rpartition("/")
        location = {"folderPath": folder, "fileName": file}
        kind = KINDS[side["store"]][0]
        key = "fileSystem" if kind == "AzureBlobFS" else "container"
        properties["location"] = {"type": f"{kind}Location", key: container} | {k: v for k, v in location.items() if v}
    return {
        "type": side["type"],
        "linkedServiceName": {"referenceName": side["store"], "type": "LinkedServiceReference"},
        "typeProperties": properties,
        "schema": side.get("schema", []),
    }
