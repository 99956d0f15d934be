"""A workspace with one data flow, made of a script, and the activity that runs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from headwater.definition.load import load_files
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace

LAKE = {
    "name": "ls_lake",
    "properties": {"type": "AzureBlobFS", "typeProperties": {"url": "https://lake.dfs.core.windows.net"}},
}
WAREHOUSE = {
    "name": "ls_warehouse",
    "properties": {
        "type": "AzureSqlDatabase",
        "typeProperties": {"connectionString": "Server=tcp:sql.database.windows.net;Initial Catalog=db"},
    },
}


def dataset(name: str, type_: str, service: str, properties: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    reference = {"referenceName": service, "type": "LinkedServiceReference"}
    content = {"type": type_, "linkedServiceName": reference, "typeProperties": properties, **more}
    return {"name": name, "properties": content}


def file_dataset(name: str, folder: Any, file: str | None = None, **more: Any) -> dict[str, Any]:
    location = {"type": "AzureBlobFSLocation", "fileSystem": "data", "folderPath": folder}
    if file is not None:
        location["fileName"] = file
    properties = {"location": location, "firstRowAsHeader": True}
    return dataset(name, "DelimitedText", "ls_lake", properties, **more)


ORDERS = file_dataset("orders", "in", "orders.csv")
FOLDER = file_dataset(
    "any_folder",
    {"value": "@dataset().folder", "type": "Expression"},
    parameters={"folder": {"type": "string", "defaultValue": "nowhere"}},
)
TABLE = dataset("totals", "AzureSqlTable", "ls_warehouse", {"schema": "dbo", "table": "totals"})


def workspace(
    script: str,
    sources: Mapping[str, str | None],
    sinks: Mapping[str, str | None],
    activity: Mapping[str, Any] | None = None,
    datasets: tuple[Mapping[str, Any], ...] = (ORDERS, FOLDER, TABLE),
    kind: str = "MappingDataFlow",
    libraries: tuple[str, ...] = (),
    others: Mapping[str, Any] | None = None,
    rejects: str | None = None,
) -> Workspace:
    """Return a workspace; `sources` and `sinks` map streams to datasets, `activity` has more typeProperties.

    `others` are the properties of more data flows, `libraries` those of them whose functions the flow uses; `rejects`
    is the linked service for rows that sinks reject.
    """
    rejected = {"rejectedDataLinkedService": {"referenceName": rejects, "type": "LinkedServiceReference"}}
    flow = {
        "type": kind,
        "typeProperties": {
            "sources": [_end(stream, name) for stream, name in sources.items()],
            "sinks": [_end(stream, name) | (rejected if rejects else {}) for stream, name in sinks.items()],
            "transformations": [],
            "udfLibraries": [{"referenceName": name, "type": "DataFlowReference"} for name in libraries],
            "scriptLines": script.splitlines(),
        },
    }
    properties = {"dataflow": {"referenceName": "Flow", "type": "DataFlowReference"}, **(activity or {})}
    run = {"name": "RunFlow", "type": "ExecuteDataFlow", "typeProperties": properties}
    pipeline = {
        "parameters": {"day": {"type": "string"}, "least": {"type": "int"}},
        "activities": [run],
    }
    files: dict[str, Any] = {
        "dataflow/Flow.json": {"name": "Flow", "properties": flow},
        "linkedService/ls_lake.json": LAKE,
        "linkedService/ls_warehouse.json": WAREHOUSE,
        "pipeline/Main.json": {"name": "Main", "properties": pipeline},
    } | {f"dataflow/{name}.json": {"name": name, "properties": other} for name, other in (others or {}).items()}
    files |= {f"dataset/{content['name']}.json": content for content in datasets}
    return load_files({name: json.dumps(content).encode() for name, content in files.items()}, "sales")


def activity(made: Workspace) -> Activity:
    return made.pipelines["Main"].activities[0]


def _end(stream: str, name: str | None) -> dict[str, Any]:
    if name is None:
        return {"name": stream}
    if name.startswith("inline:"):
        service = {"referenceName": name.removeprefix("inline:"), "type": "LinkedServiceReference"}
        return {"name": stream, "linkedService": service}
    return {"name": stream, "dataset": {"referenceName": name, "type": "DatasetReference"}}
