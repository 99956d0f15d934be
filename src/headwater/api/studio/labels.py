"""What an Atlas type is called on a page, which icon it has, and which source tile it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from headwater.catalog.types import TypeSet

Kind = Literal["dataset", "process", "container"]
OTHER = "Other"


class Label(NamedTuple):
    """`family` is the icon; `source` is the name of the tile, the type's serviceType."""

    text: str
    family: str
    source: str
    kind: Kind


# Type → what people call it, where the type's own name does not say it well.
NAMES: dict[str, str] = {
    "DataSet": "Data set",
    "adf_copy_activity": "Copy activity",
    "adf_copy_operation": "Copy operation",
    "adf_dataflow_activity": "Data flow activity",
    "adf_dataflow_operation": "Data flow operation",
    "adf_pipeline": "Pipeline",
    "azure_blob_path": "Blob path",
    "azure_blob_resource_set": "Blob resource set",
    "azure_datalake_gen2_filesystem": "ADLS Gen2 file system",
    "azure_datalake_gen2_path": "ADLS Gen2 path",
    "azure_datalake_gen2_resource_set": "ADLS Gen2 resource set",
    "azure_datalake_gen2_service": "ADLS Gen2 service",
    "azure_synapse_copy_activity": "Copy activity",
    "azure_synapse_dataflow_activity": "Data flow activity",
    "azure_synapse_operation": "Operation",
    "azure_synapse_pipeline": "Pipeline",
    "azure_synapse_workspace": "Synapse workspace",
    "openlineage_job": "Job",
    "openlineage_namespace": "Job namespace",
    "openlineage_operation": "Job operation",
}

# Part of a type's name → its icon; the first that fits.
FAMILIES: tuple[tuple[str, str], ...] = (
    ("data_factory", "workspace"),
    ("synapse_workspace", "workspace"),
    ("openlineage_namespace", "workspace"),
    ("openlineage_", "activity"),
    ("copy_", "copy"),
    ("dataflow_", "dataflow"),
    ("_operation", "operation"),
    ("_activity", "activity"),
    ("_pipeline", "pipeline"),
    ("resource_set", "resource_set"),
    ("_column", "column"),
    ("_view", "view"),
    ("_table", "table"),
    ("_schema", "schema"),
    ("_db", "database"),
    ("_server", "account"),
    ("_service", "account"),
    ("_account", "account"),
    ("_filesystem", "container"),
    ("_container", "container"),
    ("_share", "container"),
    ("_bucket", "container"),
    ("_directory", "folder"),
    ("_path", "file"),
    ("_object", "file"),
    ("_file", "file"),
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


# Source → its icon.
SOURCE_FAMILIES: dict[str, str] = {
    "Azure Blob Storage": "container",
    "Azure Data Factory": "workspace",
    "Azure Data Lake Storage Gen2": "folder",
    "Azure SQL Database": "database",
    "Azure Storage Account": "account",
    "Azure Synapse Analytics": "workspace",
    "OpenLineage": "workspace",
}

_SPELLED: dict[str, str] = {"db": "database", "dw": "DW", "gen1": "Gen1", "gen2": "Gen2", "mi": "MI", "sql": "SQL"}


class Labels:
    """Labels of the types that the account has, its clients' own ones included.

    `types` says which these are. It is asked for every label: whoever wants thousands asks the account once.
    """

    def __init__(self, types: Callable[[], TypeSet]) -> None:
        self._types = types

    def of(self, type_name: str) -> Label:
        """Return what to call a type; one that nobody named here is called by its own name, spelled out."""
        words = [_SPELLED.get(word, word) for word in type_name.removeprefix("azure_").split("_") if word]
        text = " ".join(words)
        known = self._types().entities.get(type_name)
        kind: Kind = "container"
        if known is not None and known.is_process:
            kind = "process"
        elif known is not None and known.is_dataset:
            kind = "dataset"
        return Label(
            text=NAMES.get(type_name, text[:1].upper() + text[1:]),
            family=next((family for part, family in FAMILIES if part in type_name), "dataset"),
            source=(known.service_type if known else "") or OTHER,
            kind=kind,
        )


def source_family(source: str) -> str:
    """Return the icon of a source tile."""
    return SOURCE_FAMILIES.get(source, "database" if "Database" in source or "SQL" in source else "dataset")


def activity_family(type_: str) -> str:
    """Return the icon of an activity type of a pipeline."""
    return ACTIVITY_FAMILIES.get(type_, "activity")
