"""What is wrong with the scripts of data flows, flowlets and libraries, as far as definitions alone tell.

Every script is compiled as a run's plan would compile it, over the columns that its sources declare and its datasets
store; a parameter without a default is null of its type. Separate from `plan.data_flow`, which plans one flow for one
activity and stops at what keeps that from running.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from headwater.data.schema import Schema
from headwater.data.types import Array, DataType, Decimal, Map, Struct
from headwater.definition.activities.execute_data_flow import ExecuteDataFlowBody
from headwater.definition.data_flow import DataFlow
from headwater.definition.walk import walk_activities
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, LanguageError
from headwater.language.dataflow.ast import Argument, Clause, Option, Script, Statement
from headwater.language.dataflow.library import parse_library
from headwater.language.source import Source
from headwater.plan.data_flow import known_schemas
from headwater.plan.flow_references import known_of
from headwater.plan.lookup import find
from headwater.plan.native_types import schema_from_dataset
from headwater.transformations.graph import build_graph
from headwater.transformations.parameters import resolve_parameters

_VALUES: Mapping[str, str] = {
    "binary": "toBinary(null())",
    "boolean": "toBoolean(null())",
    "byte": "toByte(null())",
    "date": "toDate(null())",
    "double": "toDouble(null())",
    "float": "toFloat(null())",
    "integer": "toInteger(null())",
    "long": "toLong(null())",
    "short": "toShort(null())",
    "string": "toString(null())",
    "timestamp": "toTimestamp(null())",
}


def check_flows(workspace: Workspace) -> tuple[Fault, ...]:
    """Return the faults of every script that parses, each once, and of the arguments that activities give to flows."""
    found: list[Fault] = []
    for flow in workspace.data_flows.values():
        found += _library(flow) if flow.kind == "UDFLibrary" else _script(workspace, flow)
    for pipeline in workspace.pipelines.values():
        for located in walk_activities(pipeline):
            if isinstance(located.activity.body, ExecuteDataFlowBody):
                found += _arguments(workspace, located.activity.body)
    return tuple(dict.fromkeys(found))


def _library(flow: DataFlow) -> tuple[Fault, ...]:
    return tuple(parse_library(flow.source)[1])


def _script(workspace: Workspace, flow: DataFlow) -> tuple[Fault, ...]:
    if flow.script is None:
        return ()
    script = flow.script if flow.kind != "Flowlet" else _as_flow(flow.script)
    try:
        known = known_of(workspace, flow)
    except LanguageError:
        # The faults are told of the library; which functions there are, nobody knows before they are mended.
        return ()
    given = {
        declaration.name: Source(_value(declaration.type))
        for declaration in script.parameters
        if declaration.default is None
    }
    try:
        build_graph(script, given, known_schemas(script, _stored(workspace, flow)), flow.source, known)
    except LanguageError as error:
        return _without_consequences(script, flow.source, error.faults)
    return ()


def _without_consequences(script: Script, source: Source, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Leave out that streams are missing where it is their flowlet's call that is at fault, and told."""
    told = {fault.place for fault in faults}
    calls = {s.name for s in script.statements if s.verb == "compose" and source.locate(s.span) in told}
    refs = (ref for statement in script.statements for ref in statement.inputs if ref.stream in calls)
    places = {source.locate(ref.span) for ref in refs}
    return tuple(fault for fault in faults if fault.code != "LNG-066" or fault.place not in places)


def _value(type_: DataType) -> str:
    match type_:
        case Array():
            return f"[{_value(type_.item)}]"
        case Decimal(precision, scale):
            return f"toDecimal(null(), {precision}, {scale})"
        case Map() | Struct():
            return "null()"
        case _:
            return _VALUES.get(type_.name, "null()")


def _stored(workspace: Workspace, flow: DataFlow) -> dict[str, Schema]:
    """Return the columns that the datasets of the sources store, by stream."""
    found: dict[str, Schema] = {}
    for node in flow.sources:
        dataset = find(workspace.datasets, node.dataset.name) if node.dataset is not None else None
        if dataset is not None:
            found[node.name] = schema_from_dataset(dataset.type, dataset.schema)
    return found


def _as_flow(script: Script) -> Script:
    """Return a flowlet's script with sources and sinks in the place of its ends, so that it compiles by itself."""
    return replace(script, statements=tuple(_as_end(statement) for statement in script.statements))


def _as_end(statement: Statement) -> Statement:
    match statement.verb:
        case "input":
            kept: tuple[Argument, ...] = tuple(
                a for a in statement.args if isinstance(a, Clause) and a.name == "output"
            )
            drift = tuple(a for a in statement.args if isinstance(a, Option) and a.name == "allowSchemaDrift")
            return replace(statement, verb="source", args=(*kept, *drift))
        case "output":
            mapping = tuple(a for a in statement.args if isinstance(a, Clause) and a.name == "mapColumn")
            return replace(statement, verb="sink", args=mapping)
        case _:
            return statement


def _arguments(workspace: Workspace, body: ExecuteDataFlowBody) -> tuple[Fault, ...]:
    """Return what is wrong with the arguments that are known before a run: plain texts are data flow expressions."""
    flow = find(workspace.data_flows, body.data_flow.name)
    if flow is None or flow.script is None:
        return ()
    place = body.data_flow.place
    declared = {declaration.name: declaration for declaration in flow.script.parameters}
    faults: list[Fault] = []
    for name, value in body.data_flow.parameters.items():
        if name in declared and isinstance(value, str):
            at = replace(place, path=f"{place.path or ''}.parameters.{name}".strip("."))
            resolve_parameters((declared[name],), {name: Source(value, at)}, flow.source, faults)
    return tuple(faults)
