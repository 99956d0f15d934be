"""A small world for data flows: a folder as lake, a DuckDB file as warehouse, and plans made of a script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from headwater.connectors.formats.registry import format_from_dataset
from headwater.connectors.protocol import AnyStore
from headwater.connectors.registry import connect
from headwater.data.locations import FileLocation, QueryLocation, Store, TableLocation
from headwater.data.schema import Schema
from headwater.language.dataflow.parser import parse_script
from headwater.language.expression.ast import Json
from headwater.language.source import Source
from headwater.plan.resolved import FlowPlan, ResolvedDataset
from headwater.run.engines.flow import Host, StagedFlow, finish, staged_flow
from headwater.settings import Binding, EngineSettings
from headwater.transformations.graph import build_graph

LAKE = Store("ls_lake", "AzureBlobFS", "lake.dfs.core.windows.net")
WAREHOUSE = Store("ls_warehouse", "AzureSqlDatabase", "sql.database.windows.net", "db")


class World:
    """Files lie under `root/lake/data`, tables in `root/warehouse.duckdb`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = root / "lake" / "data"
        self.files.mkdir(parents=True)
        self.scratch = root / "scratch"
        self.scratch.mkdir()

    def connect(self, dataset: ResolvedDataset) -> AnyStore:
        store = dataset.location.store
        url = "folder:lake" if store == LAKE else "duckdb:warehouse.duckdb"
        return connect(store, {}, Binding(url=url), self.root)

    def host(self, **options: object) -> Host:
        settings = EngineSettings(memory_limit="256MB", threads=1)
        given = {"connect": self.connect, **options}
        return Host(settings=settings, scratch=self.scratch, key="run-1", **given)  # type: ignore[arg-type]  # by tests

    def write(self, path: str, text: str) -> None:
        file = self.files / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.root / "warehouse.duckdb")) as connection:
            return connection.execute(statement).fetchall()

    def read(self, path: str) -> str:
        return (self.files / path).read_text(encoding="utf-8")

    def listing(self) -> list[str]:
        """Return every file of the lake, hidden ones too."""
        return sorted(path.relative_to(self.files).as_posix() for path in self.files.rglob("*") if path.is_file())


def finished(world: World, flow: FlowPlan, **options: object) -> StagedFlow:
    """Run a flow to its end: sinks committed, folders cleared, files moved."""
    host = world.host(**options)
    with staged_flow(flow, host) as staged:
        staged.commit()
    finish(flow, host, staged.tasks)
    return staged


def files(path: str, type_: str = "DelimitedText", **properties: Json) -> ResolvedDataset:
    """Return a dataset of a folder (`in/`) or a file (`in/a.csv`) of the lake."""
    folder, _, file = path.rpartition("/")
    if type_ == "DelimitedText":
        properties = {"firstRowAsHeader": True, "nullValue": "NA", **properties}
    location = FileLocation(LAKE, "data", folder, file or None)
    return ResolvedDataset(f"ds {path}", type_, location, format_from_dataset(type_, properties), Schema(), properties)


def table(name: str) -> ResolvedDataset:
    return ResolvedDataset(f"ds {name}", "AzureSqlTable", TableLocation(WAREHOUSE, "dbo", name), None, Schema())


def query(text: str) -> ResolvedDataset:
    return ResolvedDataset("ds query", "AzureSqlTable", QueryLocation(WAREHOUSE, text), None, Schema())


def plan(script: str, sources: Mapping[str, ResolvedDataset], sinks: Mapping[str, ResolvedDataset]) -> FlowPlan:
    source = Source(script)
    tree, faults = parse_script(source)
    assert tree is not None, faults
    return FlowPlan("flow", build_graph(tree, {}, {}, source), sources, sinks, {}, {})
