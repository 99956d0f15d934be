"""Arguments must fit the parameters that the definition referred to declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from headwater.definition.activities.control import ExecutePipelineBody
from headwater.definition.activities.execute_data_flow import ExecuteDataFlowBody
from headwater.definition.data_flow import DataFlow
from headwater.definition.reference import Parameter, Reference
from headwater.definition.walk import walk_activities
from headwater.definition.workspace import Workspace, key_of, suggest
from headwater.errors import Fault, Place
from headwater.language.expression.ast import Json


def check_arguments(workspace: Workspace) -> Iterator[Fault]:
    """Yield a fault for each argument too many, and for each parameter without default that is given none."""
    for pipeline in workspace.pipelines.values():
        for reference in pipeline.references:
            yield from _of_reference(workspace, reference)
        for located in walk_activities(pipeline):
            body = located.activity.body
            if isinstance(body, ExecutePipelineBody):
                yield from _of_pipeline(workspace, body.pipeline)
            elif isinstance(body, ExecuteDataFlowBody):
                yield from _of_data_flow(workspace, body)
    for dataset in workspace.datasets.values():
        for reference in dataset.references:
            yield from _of_reference(workspace, reference)
    for name, trigger in workspace.other.get("trigger", {}).items():
        yield from _of_trigger(workspace, trigger, Place(f"trigger/{name}.json", "$.properties"))


def _of_reference(workspace: Workspace, reference: Reference) -> Iterator[Fault]:
    if reference.type == "DatasetReference" and (key := key_of(workspace.datasets, reference.name)):
        declared = workspace.datasets[key].parameters
        yield from _compare(f"dataset '{key}'", declared, reference.parameters, reference.place)
    elif reference.type == "LinkedServiceReference" and (key := key_of(workspace.linked_services, reference.name)):
        declared = workspace.linked_services[key].parameters
        yield from _compare(f"linked service '{key}'", declared, reference.parameters, reference.place)


def _of_pipeline(workspace: Workspace, reference: Reference) -> Iterator[Fault]:
    if key := key_of(workspace.pipelines, reference.name):
        declared = workspace.pipelines[key].parameters
        yield from _compare(f"pipeline '{key}'", declared, reference.parameters, reference.place)


def _of_data_flow(workspace: Workspace, body: ExecuteDataFlowBody) -> Iterator[Fault]:
    key = key_of(workspace.data_flows, body.data_flow.name)
    flow = workspace.data_flows[key] if key else None
    if flow is None or flow.script is None:
        return
    place = body.data_flow.place
    declared = [Parameter(p.name, str(p.type), None, p.default is not None) for p in flow.script.parameters]
    yield from _compare(f"data flow '{key}'", declared, body.data_flow.parameters, place)
    streams = {node.name: node for node in (*flow.sources, *flow.sinks)}
    for stream in body.dataset_parameters:
        if stream not in streams:
            message = f"Data flow '{key}' has no source or sink '{stream}'"
            yield Fault("DEF-009", message, place, suggest(streams, stream))
    yield from _of_streams(workspace, flow, body)


def _of_streams(workspace: Workspace, flow: DataFlow, body: ExecuteDataFlowBody) -> Iterator[Fault]:
    for node in (*flow.sources, *flow.sinks):
        dataset = key_of(workspace.datasets, node.dataset.name) if node.dataset else None
        if dataset:
            what = f"dataset '{dataset}' of stream '{node.name}'"
            given = body.dataset_parameters.get(node.name)
            arguments = given if isinstance(given, Mapping) else {}
            yield from _compare(what, workspace.datasets[dataset].parameters, arguments, body.data_flow.place)


def _of_trigger(workspace: Workspace, trigger: Mapping[str, Json], place: Place) -> Iterator[Fault]:
    properties = trigger.get("properties")
    if not isinstance(properties, dict):
        return
    started = properties.get("pipelines")
    for item in [*(started if isinstance(started, list) else []), properties.get("pipeline")]:
        reference = item.get("pipelineReference") if isinstance(item, dict) else None
        name = reference.get("referenceName") if isinstance(reference, dict) else None
        if isinstance(name, str) and isinstance(item, dict) and (key := key_of(workspace.pipelines, name)):
            given = item.get("parameters")
            arguments = given if isinstance(given, dict) else {}
            yield from _compare(f"pipeline '{key}'", workspace.pipelines[key].parameters, arguments, place)


def _compare(what: str, declared: Sequence[Parameter], given: Mapping[str, object], place: Place) -> Iterator[Fault]:
    names = {parameter.name: parameter for parameter in declared}
    for name in given:
        if key_of(names, name) is None:
            yield Fault("DEF-009", f"The {what} has no parameter '{name}'", place, suggest(names, name))
    for parameter in declared:
        if not parameter.has_default and key_of(given, parameter.name) is None:
            cure = "Pass a value, or declare a 'defaultValue'."
            yield Fault("DEF-010", f"The {what} is given no value for '{parameter.name}'", place, cure)
