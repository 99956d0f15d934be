"""JSON of a data flow → DataFlow, its script parsed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater.definition.data_flow import DataFlow, FlowNode
from headwater.definition.read.parameters import read_annotations, read_folder
from headwater.definition.read.references import find_references
from headwater.definition.reader import Reader
from headwater.language.dataflow.ast import Script
from headwater.language.dataflow.parser import parse_script
from headwater.language.expression.ast import Value
from headwater.language.source import Source

WITH_SCRIPT: tuple[str, ...] = ("Flowlet", "MappingDataFlow")
KINDS: tuple[str, ...] = (*WITH_SCRIPT, "UDFLibrary", "WranglingDataFlow")
_KEPT = ("documentLocale", "udfLibraries")


def read_data_flow(name: str, properties: Reader) -> DataFlow:
    """Read the `properties` of a data flow."""
    kind = properties.text("type", "MappingDataFlow", required=True)
    if kind not in KINDS:
        cure = f"The kinds are {', '.join(KINDS)}."
        properties.fault("DEF-005", f"Data flow '{name}' is of the unknown kind '{kind}'", "type", cure)
    body = properties.object("typeProperties", required=True)
    source = _read_source(body, required=body.present and kind in WITH_SCRIPT)
    return DataFlow(
        name=name,
        kind=kind,
        source=source,
        script=_parse(source, body) if kind in WITH_SCRIPT else None,
        sources=_read_nodes(body, "sources"),
        sinks=_read_nodes(body, "sinks"),
        transformations=_read_nodes(body, "transformations"),
        folder=read_folder(properties),
        description=properties.text("description"),
        references=tuple(find_references(dict(properties.json), properties.place)),
        unknown=_unknown(properties, body),
        place=properties.place,
    )


def _unknown(properties: Reader, body: Reader) -> Mapping[str, Value]:
    read_annotations(properties)
    kept = body.rest(name for name in _KEPT if body.has(name))
    return MappingProxyType({**properties.unknown(), **body.unknown(), **kept})


def _read_source(body: Reader, *, required: bool) -> Source:
    """Return the script: the lines of `scriptLines`, or `script`."""
    if body.has("scriptLines"):
        body.skip("script")
        return Source("\n".join(body.texts("scriptLines")), body.at("scriptLines"))
    return Source(body.text("script", required=required), body.at("script"))


def _parse(source: Source, body: Reader) -> Script | None:
    if not source.text:
        return None
    script, faults = parse_script(source)
    body.faults.extend(faults)
    return script


def _read_nodes(body: Reader, name: str) -> tuple[FlowNode, ...]:
    return tuple(_read_node(reader) for reader in body.objects(name))


def _read_node(reader: Reader) -> FlowNode:
    # Files of old carry a piece of script in each node; the flow's own script rules.
    reader.skip("script")
    return FlowNode(
        name=reader.text("name", required=True),
        dataset=reader.reference("dataset"),
        linked_service=reader.reference("linkedService"),
        flowlet=reader.reference("flowlet"),
        description=reader.text("description"),
        schema_linked_service=reader.reference("schemaLinkedService"),
        rejected_data_linked_service=reader.reference("rejectedDataLinkedService"),
        unknown=reader.unknown(),
        place=reader.place,
    )
