"""Inline datasets of data flows: the flow names a linked service, the script says where the data lies and how.

They become ordinary datasets, and so are read and written by the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from headwater.connectors.formats.registry import FORMATS, format_from_dataset
from headwater.data.locations import FileLocation, Location, Store, TableLocation
from headwater.data.schema import Schema
from headwater.definition.data_flow import FlowNode
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, PlanError
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.plan.datasets import resolve_linked_service
from headwater.plan.resolved import ResolvedDataset
from headwater.transformations.format_options import FORMAT_OPTIONS

# Format of the script → type of the dataset that it stands for.
INLINE_TYPES: Mapping[str, str] = {kind.inline: name for name, kind in FORMATS.items() if kind.inline} | {
    "delta": "Delta",
    "table": "AzureSqlTable",
}
_NOT_READ = ("adobecampaign", "cdm", "document", "dynamicscrm", "iceberg", "rest")
# Option of the script → property of a dataset.
_PROPERTIES: Mapping[str, str] = {
    "columnDelimiter": "columnDelimiter",
    "columnNamesAsHeader": "firstRowAsHeader",
    "compressionLevel": "compressionLevel",
    "compressionType": "compressionCodec",
    "encoding": "encodingName",
    "documentForm": "documentForm",
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
    type_ = INLINE_TYPES.get(form)
    if type_ is None:
        known = f'The format "{form}"' if form in _NOT_READ else f'"{form}"'
        message = f'{known} of "{node.name}" is an inline dataset that cannot be read or written'
        raise PlanError(Fault("PLN-041", message, node.place, f"Use one of {', '.join(INLINE_TYPES)}."))
    store, connection = resolve_linked_service(workspace, node.linked_service, context)
    properties: dict[str, Json] = {new: options[old] for old, new in _PROPERTIES.items() if old in options}
    properties |= _format_options(node, type_, options)
    location = _LOCATIONS.get(form, _files)(node, store, options)
    return ResolvedDataset(
        name=node.name,
        type=type_,
        location=location,
        format=None if form in _LOCATIONS else format_from_dataset(type_, properties),
        schema=Schema(),
        properties=properties,
        connection=connection,
    )


def as_script_says(dataset: ResolvedDataset, node: FlowNode, options: Mapping[str, Json]) -> ResolvedDataset:
    """Return the dataset of a source or sink with its format as the script's own options have it.

    Raises PlanError for an option that means nothing to the format, ConnectorError for one that does not fit.
    """
    given = _format_options(node, dataset.type, options)
    if not given or dataset.format is None:
        return dataset
    return replace(dataset, format=format_from_dataset(dataset.type, {**dataset.properties, **given}))


def _format_options(node: FlowNode, type_: str, options: Mapping[str, Json]) -> dict[str, Json]:
    given = {
        name: value
        for name, value in options.items()
        if name in FORMAT_OPTIONS and value not in (None, False, "", [], {}, "none")
    }
    known = {name for name, types in FORMAT_OPTIONS.items() if not types or type_ in types}
    kept = {name: value for name, value in options.items() if name in known}
    strangers = [name for name in given if name not in kept]
    if strangers:
        names = ", ".join(f"'{name}'" for name in strangers)
        message = f'The script of "{node.name}" sets {names}, which its dataset of type {type_} does not have'
        raise PlanError(Fault("PLN-042", message, node.place, "Remove it, or give it a dataset that has it."))
    return kept


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


def _folder(node: FlowNode, store: Store, options: Mapping[str, Json]) -> Location:
    """Return the location of a table that is a folder: its container and its path."""
    files = _files(node, store, options)
    assert isinstance(files, FileLocation), "files lie in a container"
    return TableLocation(store, files.container, files.path)


# Formats whose data are tables; all others are files.
_LOCATIONS: Mapping[str, Callable[[FlowNode, Store, Mapping[str, Json]], Location]] = {
    "delta": _folder,
    "table": _table,
}
