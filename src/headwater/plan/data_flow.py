"""ExecuteDataFlow and a context to a plan: parameters in two stages, the graph, and the datasets of its ends.

A parameter of a data flow is a data flow expression in a string. The pipeline's expressions inside it are evaluated
first, and what comes out is parsed: `'@{pipeline().parameters.x}'` becomes `'abc'`, a string of the data flow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from headwater.data.schema import Column, Schema
from headwater.definition.activities.execute_data_flow import ExecuteDataFlowBody
from headwater.definition.data_flow import DataFlow, FlowNode
from headwater.definition.reference import Reference
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, HeadwaterError, LanguageError, Place, PlanError, raise_if_any
from headwater.language.dataflow.ast import ColumnDeclaration, Script
from headwater.language.dataflow.parser import parse_script
from headwater.language.expression.ast import Json, Value
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.language.source import Source
from headwater.plan.datasets import resolve_dataset
from headwater.plan.flow_ends import flow_faults
from headwater.plan.flow_references import known_of
from headwater.plan.inline_datasets import as_script_says, inline_dataset
from headwater.plan.lookup import cure_for_name, find
from headwater.plan.procedures import procedure_query
from headwater.plan.rejected_rows import with_rejects
from headwater.plan.resolved import FlowPlan, ResolvedDataset
from headwater.transformations.graph import Graph, Node, build_graph
from headwater.transformations.options import PivotOptions, SourceOptions
from headwater.transformations.order import is_cache

Resolve = Callable[[Workspace, Reference, Context, str | None], ResolvedDataset]


@dataclass(frozen=True, slots=True)
class _Planning:
    """What every part of the planning looks at."""

    workspace: Workspace
    body: ExecuteDataFlowBody
    context: Context
    resolve: Resolve
    flow: DataFlow


def plan_data_flow(
    workspace: Workspace, body: ExecuteDataFlowBody, context: Context, resolve: Resolve = resolve_dataset
) -> FlowPlan:
    """Return what a data flow comes to in a context. Pure. Raises PlanError, LanguageError with all faults."""
    flow = find(workspace.data_flows, body.data_flow.name)
    if flow is None:
        cure = cure_for_name(body.data_flow.name, workspace.data_flows)
        raise PlanError(Fault("PLN-015", f'There is no data flow "{body.data_flow.name}"', body.data_flow.place, cure))
    planning = _Planning(workspace, body, context, resolve, flow)
    script = _script(flow)
    parameters, texts = flow_parameters(body, context)
    faults: list[Fault] = []
    sources = _datasets(planning, flow.sources, "source", script, faults)
    sinks = _datasets(planning, flow.sinks, "sink", script, faults)
    raise_if_any(PlanError, faults)
    stored = {name: dataset.schema for name, dataset in sources.items()}
    graph = build_graph(script, texts, known_schemas(script, stored), flow.source, known_of(workspace, flow))
    sources |= _in_script(planning, flow.sources, graph.sources, sources, faults)
    sinks |= _in_script(planning, flow.sinks, graph.sinks, sinks, faults)
    raise_if_any(PlanError, faults)
    sources |= _queries(planning, graph, sources)
    sinks = with_rejects(workspace, flow, graph, sinks, context, faults)
    faults += flow_faults(graph, sources, sinks)
    raise_if_any(PlanError, faults)
    return FlowPlan(
        name=flow.name,
        graph=graph,
        sources=sources,
        sinks=sinks,
        parameters=parameters,
        settings={name: evaluate(value, context) for name, value in body.settings.items()},
    )


def flow_parameters(body: ExecuteDataFlowBody, context: Context) -> tuple[dict[str, Json], dict[str, Source]]:
    """Return what an activity gives to its data flow: values, and the expressions they spell. Raises PlanError."""
    parameters = {name: evaluate(value, context) for name, value in body.data_flow.parameters.items()}
    return parameters, {name: _text(name, value, body.data_flow.place) for name, value in parameters.items()}


def _script(flow: DataFlow) -> Script:
    if flow.kind != "MappingDataFlow":
        message = f'Data flow "{flow.name}" is of type {flow.kind}, which cannot be run'
        raise PlanError(Fault("PLN-040", message, flow.place, "Run a MappingDataFlow."))
    if flow.script is not None:
        return flow.script
    script, faults = parse_script(flow.source)
    if script is None:
        raise LanguageError(*faults)
    return script


def _text(name: str, value: Json, place: Place) -> Source:
    """Return the data flow expression that a parameter's value spells."""
    match value:
        case str():
            text = value
        case None:
            text = "null()"
        case bool():
            text = "true()" if value else "false()"
        case int() | float():
            text = str(value)
        case list():
            text = "[" + ", ".join(_item(item) for item in value) + "]"
        case _:
            cure = "Pass its members as parameters of their own."
            raise PlanError(Fault("PLN-043", f'Parameter "{name}" of the data flow is an object', place, cure))
    return Source(text, Place(file=place.file, path=f"{place.path or ''}.parameters.{name}".strip(".")))


def _item(value: Json) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    return _text("", value, Place()).text


def _datasets(
    planning: _Planning, nodes: tuple[FlowNode, ...], verb: str, script: Script, faults: list[Fault]
) -> dict[str, ResolvedDataset]:
    """Return the datasets of the sources or sinks that the script has, by stream; add what is wrong to `faults`."""
    by_name = {node.name: node for node in nodes}
    resolved: dict[str, ResolvedDataset] = {}
    for statement in script.statements:
        if statement.verb != verb or is_cache(statement):
            continue
        node = by_name.get(statement.name)
        if node is not None and node.dataset is None and node.linked_service is not None:
            continue
        if node is None or node.dataset is None:
            faults.append(without_dataset(planning.flow, statement.name, verb))
            continue
        try:
            reference = _reference(planning, node.name, node.dataset)
            resolved[node.name] = planning.resolve(planning.workspace, reference, planning.context, None)
        except HeadwaterError as error:
            faults.extend(error.faults)
    return resolved


def without_dataset(flow: DataFlow, name: str, verb: str) -> Fault:
    """Return the fault of a source or sink that nothing says the place of."""
    message = f'{verb.capitalize()} "{name}" of data flow "{flow.name}" has no dataset'
    return Fault("PLN-041", message, flow.place, f"Name a dataset for it under typeProperties.{verb}s.")


def _in_script(
    planning: _Planning,
    ends: tuple[FlowNode, ...],
    nodes: tuple[Node, ...],
    datasets: Mapping[str, ResolvedDataset],
    faults: list[Fault],
) -> dict[str, ResolvedDataset]:
    """Return the datasets of sources or sinks as the script has them, by stream; add what is wrong to `faults`."""
    by_name = {end.name: end for end in ends}
    resolved: dict[str, ResolvedDataset] = {}
    for node in nodes:
        end = by_name.get(node.name)
        if end is None or isinstance(node.options, PivotOptions | None):
            continue
        try:
            if end.dataset is None:
                resolved[node.name] = inline_dataset(planning.workspace, end, node.options.inline, planning.context)
            else:
                resolved[node.name] = as_script_says(datasets[node.name], end, node.options.inline)
        except HeadwaterError as error:
            faults.extend(error.faults)
    return resolved


def _reference(planning: _Planning, stream: str, dataset: Reference) -> Reference:
    """Return the reference with the arguments that the activity gives to this stream's dataset."""
    given = find(planning.body.dataset_parameters, stream)
    if given is None:
        return dataset
    if not isinstance(given, Mapping):
        value = evaluate(given, planning.context)
        if not isinstance(value, dict):
            message = f'The dataset parameters of stream "{stream}" are not an object'
            cure = 'Write {"parameter": value, …}.'
            raise PlanError(Fault("PLN-043", message, planning.body.data_flow.place, cure))
        given = {name: _value(argument) for name, argument in value.items()}
    return Reference(dataset.name, {**dataset.parameters, **given}, dataset.place)


def _value(json: Json) -> Value:
    match json:
        case dict():
            return {name: _value(member) for name, member in json.items()}
        case list():
            return tuple(_value(item) for item in json)
        case _:
            return json


def known_schemas(script: Script, stored: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return what the stored schemas of datasets tell, by source: columns beside those that the script declares.

    A query or procedure has columns of its own. What the data really has is found out by the run, which builds the
    graph again.
    """
    schemas: dict[str, Schema] = {}
    for statement in script.statements:
        columns = stored.get(statement.name, Schema())
        if not len(columns) or statement.option("query") or statement.option("procedureName"):
            continue
        clause = statement.clause("output")
        declarations = [a for a in (clause.args if clause else ()) if isinstance(a, ColumnDeclaration)]
        declared = tuple(Column(declaration.name, declaration.type) for declaration in declarations)
        names = {column.name for column in declared}
        schemas[statement.name] = Schema((*declared, *(column for column in columns if column.name not in names)))
    return schemas


def _queries(planning: _Planning, graph: Graph, sources: Mapping[str, ResolvedDataset]) -> dict[str, ResolvedDataset]:
    """Return the datasets of sources that read a query or a procedure instead of the dataset's table."""
    by_name = {node.name: node for node in planning.flow.sources}
    queried: dict[str, ResolvedDataset] = {}
    for node in graph.sources:
        dataset = by_name[node.name].dataset
        options = node.options
        if not isinstance(options, SourceOptions) or dataset is None:
            continue
        text = options.query
        if options.procedure is not None:
            text = procedure_query(node.name, sources[node.name], options.procedure)
        if text:
            reference = _reference(planning, node.name, dataset)
            queried[node.name] = planning.resolve(planning.workspace, reference, planning.context, text)
    return queried
