"""What an Atlas type is called on a page, which icon it has, and which source tile it belongs to."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["dataset", "process", "container"]


class Label(NamedTuple):
    """`family` is the icon; `source` is the name of the tile, as in Purview."""

    text: str
    family: str
    source: str
    kind: Kind = "dataset"


ADF = "Azure Data Factory"
BLOB = "Azure Blob Storage"
GEN2 = "Azure Data Lake Storage Gen2"
OTHER = "Other stores"
SQL = "Azure SQL Database"
SYNAPSE = "Azure Synapse Analytics"

# One sorted line a type; a type without a line is labelled by `label` from its name.
LABELS: dict[str, Label] = {
    "DataSet": Label("Data set", "dataset", OTHER),
    "adf_copy_activity": Label("Copy activity", "copy", ADF, "process"),
    "adf_copy_operation": Label("Copy operation", "copy", ADF, "process"),
    "adf_dataflow_activity": Label("Data flow activity", "dataflow", ADF, "process"),
    "adf_dataflow_operation": Label("Data flow operation", "dataflow", ADF, "process"),
    "adf_pipeline": Label("Pipeline", "pipeline", ADF, "container"),
    "azure_blob_container": Label("Blob container", "container", BLOB, "container"),
    "azure_blob_path": Label("Blob path", "file", BLOB),
    "azure_blob_resource_set": Label("Blob resource set", "resource_set", BLOB),
    "azure_blob_service": Label("Blob service", "account", BLOB, "container"),
    "azure_data_factory": Label("Data factory", "workspace", ADF, "container"),
    "azure_datalake_gen2_filesystem": Label("File system", "container", GEN2, "container"),
    "azure_datalake_gen2_path": Label("ADLS Gen2 path", "file", GEN2),
    "azure_datalake_gen2_resource_set": Label("ADLS Gen2 resource set", "resource_set", GEN2),
    "azure_datalake_gen2_service": Label("ADLS Gen2 service", "account", GEN2, "container"),
    "azure_sql_column": Label("SQL column", "column", SQL),
    "azure_sql_db": Label("SQL database", "database", SQL, "container"),
    "azure_sql_schema": Label("SQL schema", "schema", SQL, "container"),
    "azure_sql_server": Label("SQL server", "account", SQL, "container"),
    "azure_sql_table": Label("SQL table", "table", SQL),
    "azure_sql_view": Label("SQL view", "view", SQL),
    "azure_storage_account": Label("Storage account", "account", "Azure Storage Account", "container"),
    "azure_synapse_copy_activity": Label("Copy activity", "copy", SYNAPSE, "process"),
    "azure_synapse_dataflow_activity": Label("Data flow activity", "dataflow", SYNAPSE, "process"),
    "azure_synapse_operation": Label("Operation", "operation", SYNAPSE, "process"),
    "azure_synapse_pipeline": Label("Pipeline", "pipeline", SYNAPSE, "container"),
    "azure_synapse_workspace": Label("Synapse workspace", "workspace", SYNAPSE, "container"),
    "column": Label("Column", "column", OTHER),
    "tabular_schema": Label("Tabular schema", "schema", OTHER, "container"),
}

_FAMILIES: tuple[tuple[str, str, Kind], ...] = (
    ("_activity", "activity", "process"),
    ("_column", "column", "dataset"),
    ("_operation", "operation", "process"),
    ("_pipeline", "pipeline", "container"),
    ("_resource_set", "resource_set", "dataset"),
    ("_table", "table", "dataset"),
    ("_view", "view", "dataset"),
)

ACTIVITY_FAMILIES: dict[str, str] = {
    "Copy": "copy",
    "ExecuteDataFlow": "dataflow",
    "ExecutePipeline": "pipeline",
    "ForEach": "loop",
    "IfCondition": "branch",
    "SetVariable": "variable",
    "Switch": "branch",
    "Until": "loop",
    "Wait": "wait",
}


def label(type_name: str) -> Label:
    """Return what to call a type; one that nobody named here is called by its own name, spelled out."""
    if known := LABELS.get(type_name):
        return known
    text = type_name.replace("_", " ").strip()
    words = text[:1].upper() + text[1:]
    for suffix, family, kind in _FAMILIES:
        if type_name.endswith(suffix):
            return Label(words, family, OTHER, kind)
    return Label(words, "dataset", OTHER)


def activity_family(type_: str) -> str:
    """Return the icon of an activity type of a pipeline."""
    return ACTIVITY_FAMILIES.get(type_, "activity")
