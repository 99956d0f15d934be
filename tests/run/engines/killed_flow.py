"""A project with one data flow that reads what is new of a table, and whose process kills itself where it is told.

    python killed_flow.py FOLDER run POINT        run the pipeline once; dies at POINT
    python killed_flow.py FOLDER recover never    take over what was interrupted

Its two sinks are a folder of files and a table, so that the points lie between their commits and after them.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from headwater.connectors.folder import FolderFiles
from headwater.connectors.protocol import AnyStore, StagedFile
from headwater.connectors.registry import connect
from headwater.data.locations import TableLocation
from headwater.definition.workspace import Workspace
from headwater.plan.resolved import ResolvedDataset
from headwater.run.database import RunDatabase
from headwater.run.runner import Runner
from headwater.settings import Binding
from run.pipelines import activity, pipeline, workspace

POINTS = ("between", "ending")
SCRIPT = """source(output(id as integer, stamp as timestamp), allowSchemaDrift: false, enableCdc: true,
    waterMarkColumn: 'stamp', skipInitialLoad: false, format: 'table') ~> s
s sink(saveOrder: 1) ~> filed
s sink(saveOrder: 2) ~> tabled"""


def definitions() -> Workspace:
    def service(name: str, type_: str, properties: dict[str, object]) -> dict[str, object]:
        return {"name": name, "properties": {"type": type_, "typeProperties": properties}}

    def dataset(name: str, type_: str, store: str, properties: dict[str, object]) -> dict[str, object]:
        reference = {"referenceName": store, "type": "LinkedServiceReference"}
        return {
            "name": name,
            "properties": {"type": type_, "linkedServiceName": reference, "typeProperties": properties},
        }

    def end(stream: str, name: str) -> dict[str, object]:
        return {"name": stream, "dataset": {"referenceName": name, "type": "DatasetReference"}}

    ends = {"sources": [end("s", "source")], "sinks": [end("filed", "folder"), end("tabled", "target")]}
    flow = {"type": "MappingDataFlow", "typeProperties": {**ends, "scriptLines": SCRIPT.splitlines()}}
    place = {"type": "AzureBlobFSLocation", "fileSystem": "data", "folderPath": "out"}
    files = {
        "dataflow/Flow.json": {"name": "Flow", "properties": flow},
        "linkedService/lake.json": service("lake", "AzureBlobFS", {"url": "https://l.dfs.core.windows.net"}),
        "linkedService/db.json": service("db", "AzureSqlDatabase", {"connectionString": "Server=s;Database=d"}),
        "dataset/source.json": dataset("source", "AzureSqlTable", "db", {"schema": "dbo", "table": "source"}),
        "dataset/target.json": dataset("target", "AzureSqlTable", "db", {"schema": "dbo", "table": "target"}),
        "dataset/folder.json": dataset("folder", "DelimitedText", "lake", {"location": place}),
    }
    reference = {"referenceName": "Flow", "type": "DataFlowReference"}
    main = pipeline(activity("Load", "ExecuteDataFlow", {"dataflow": reference}))
    return workspace({"main": main}, files)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Dying:
    """A staged write that ends the process after its commit."""

    def __init__(self, staged: StagedFile, dies: bool) -> None:
        self._staged = staged
        self._dies = dies

    def __getattr__(self, name: str) -> object:
        return getattr(self._staged, name)

    def commit(self) -> None:
        self._staged.commit()
        if self._dies:
            die()


def store_of(folder: Path, point: str) -> object:
    class Files(FolderFiles):
        def stage(self, container: str, path: str) -> Dying:  # type: ignore[override]  # it does all that one must
            return Dying(super().stage(container, path), point == "between")

    def open_store(dataset: ResolvedDataset) -> AnyStore:
        if isinstance(dataset.location, TableLocation):
            return connect(dataset.location.store, {}, Binding(url="duckdb:db.duckdb"), folder)
        return Files(folder / "lake")

    return open_store


def main(folder: Path, verb: str, point: str) -> None:
    def at_the_end(*_: object) -> None:
        if point == "ending":
            die()

    runner = Runner(
        database=RunDatabase(folder / "runs.db"),
        workspaces={"sales": definitions()},
        connect=store_of(folder, point),  # type: ignore[arg-type]  # stores that die
        scratch=folder / "scratch",
        listeners=[at_the_end],
    )
    with runner:
        run_ids = [runner.start("sales", "main")] if verb == "run" else runner.recover()
        sys.stdout.write(" ".join(runner.wait(run_id).status for run_id in run_ids))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
