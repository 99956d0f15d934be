"""Inline datasets of data flows: the flow names a linked service, the script says where the data lies and how.

They become ordinary datasets, and so are read and written by the same code.
"""

from __future__ import annotations

from collections.abc import Mapping

from headwater.connectors.formats.registry import format_from_dataset
from headwater.data.locations import FileLocation, Location, Store, TableLocation
from headwater.data.schema import Schema
from headwater.definition.data_flow import FlowNode
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, PlanError
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.plan.datasets import resolve_linked_service
from headwater.plan.resolved import ResolvedDataset

# Format of the script → type of the dataset that it stands for.
_TYPES: Mapping[str, str] = {
    "delimited": "DelimitedText",
    "json": "Json",
    "parquet": "Parquet",
    "table": "AzureSqlTable",
}
_NOT_READ = ("adobecampaign", "avro", "cdm", "delta", "document", "dynamicscrm", "excel", "orc", "rest", "xml")
# Option of the script → property of a delimited text, where the two differ.
_PROPERTIES: Mapping[str, str] = {
    "columnDelimiter": "columnDelimiter",
    "columnNamesAsHeader": "firstRowAsHeader",
    "compressionLevel": "compressionLevel",
    "compressionType": "compressionCodec",
    "encoding": "encodingName",
    "escapeChar": "escapeChar",
    "nullValue": "nullValue",
    "quoteChar": "quoteChar",
}


def inline_dataset(
    workspace: Workspace, node: FlowNode, options: Mapping[str, Json], context: Context
) -> ResolvedDataset:
    """Return what the inline dataset of a source or sink comes to. Raises PlanError, ConnectorError."""
    assert node.linked_service is not None, "an inline dataset has a linked service"
    form = str(options.get("format", "")).lower()
    type_ = _TYPES.get(form)
    if type_ is None:
        known = f'The format "{form}"' if form in _NOT_READ else f'"{form}"'
        message = f'{known} of "{node.name}" is an inline dataset that cannot be read or written'
        raise PlanError(Fault("PLN-041", message, node.place, f"Use one of {', '.join(_TYPES)}."))
    store, connection = resolve_linked_service(workspace, node.linked_service, context)
    properties: dict[str, Json] = {new: options[old] for old, new in _PROPERTIES.items() if old in options}
    location = _table(node, store, options) if form == "table" else _files(node, store, options)
    return ResolvedDataset(
        name=node.name,
        type=type_,
        location=location,
        format=None if form == "table" else format_from_dataset(type_, properties),
        schema=Schema(),
        properties=properties,
        connection=connection,
    )


def _files(node: FlowNode, store: Store, options: Mapping[str, Json]) -> Location:
    container = _text(options, "fileSystem") or _text(options, "container")
    if not container:
        cure = "Set fileSystem or container in the script."
        raise PlanError(Fault("PLN-014", f'The inline dataset of "{node.name}" names no container', node.place, cure))
    return FileLocation(store, container, _text(options, "folderPath"), _text(options, "fileName") or None)


def _table(node: FlowNode, store: Store, options: Mapping[str, Json]) -> Location:
    table = _text(options, "tableName")
    if not table:
        cure = "Set tableName in the script."
        raise PlanError(Fault("PLN-014", f'The inline dataset of "{node.name}" names no table', node.place, cure))
    return TableLocation(store, _text(options, "schemaName") or None, table)


def _text(options: Mapping[str, Json], name: str) -> str:
    value = options.get(name)
    return "" if value is None else str(value).replace("\\", "/").strip("/")
