"""A plan without running it: what each activity would read and write, and what only the run will tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from headwater.data.locations import FileLocation, Location
from headwater.definition.activities.control import (
    ExecutePipelineBody,
    ForEachBody,
    IfConditionBody,
    WaitBody,
)
from headwater.definition.activities.copy import CopyBody
from headwater.definition.activities.execute_data_flow import ExecuteDataFlowBody
from headwater.definition.data_flow import FlowNode
from headwater.definition.pipeline import Pipeline
from headwater.definition.reference import Reference
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, HeadwaterError
from headwater.language.expression.ast import Json, Value
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.build import find_pipeline
from headwater.plan.copy import plan_copy
from headwater.plan.datasets import resolve_dataset
from headwater.plan.explanation import ExplainedStep, Explanation, Touch
from headwater.plan.known import Known
from headwater.plan.lookup import find
from headwater.plan.plan import Plan, Step, headline
from headwater.plan.resolved import ColumnMapping, CopyPlan

T = TypeVar("T")


def explain(plan: Plan) -> Explanation:
    """Return what a plan would do, as far as it is known before the run."""
    # Secure values are masked before they can show up in a path or a query.
    known = Known(plan.workspace.name, plan.pipeline, plan.shown_parameters(), plan.workspace.global_parameters)
    steps = tuple(_explain(plan, step, known) for step in plan.steps)
    return Explanation(plan.workspace.name, plan.pipeline, plan.shown_parameters(), steps)


def _explain(plan: Plan, step: Step, known: Known) -> ExplainedStep:
    explained = ExplainedStep(step.name, step.activity.type, headline(step))
    if not step.activity.active:
        return explained
    match step.activity.body:
        case CopyBody() as body:
            return _copy(plan.workspace, body, explained, known)
        case ExecuteDataFlowBody() as body:
            return _data_flow(plan.workspace, body, explained, known)
        case ForEachBody() as body:
            return _for_each(plan, step, body, explained, known)
        case IfConditionBody() as body:
            return _if_condition(plan, step, body, explained, known)
        case ExecutePipelineBody() as body:
            return _execute_pipeline(plan, step, body, explained, known)
        case WaitBody(wait_time_s=seconds):
            why = known.why_unknown(seconds)
            return replace(explained, note=f"how long depends on {why}" if why else "")
        case _:
            return _nested(plan, step, explained, known)


def _copy(workspace: Workspace, body: CopyBody, explained: ExplainedStep, known: Known) -> ExplainedStep:
    source_values = (*body.input.parameters.values(), *body.source.properties.values())
    reads_why = known.why_unknown(*source_values, *_inner_values(workspace, body.input))
    writes_why = known.why_unknown(*body.output.parameters.values(), *_inner_values(workspace, body.output))
    rest_why = known.why_unknown(body.translator, *body.sink.properties.values(), *body.settings.values())
    if reads_why or writes_why or rest_why:
        return replace(
            explained,
            reads=_touches(workspace, body.input, known, reads_why),
            writes=_touches(workspace, body.output, known, writes_why),
            note=f"mapping and settings depend on {rest_why}" if rest_why else "",
        )
    plans, faults = _each(known, partial(plan_copy, workspace, body))
    return replace(
        explained,
        reads=_distinct(Touch(plan.source.name, _with_wildcard(plan)) for plan in plans),
        writes=_distinct(Touch(plan.sink.name, plan.sink.location) for plan in plans),
        columns=_columns(plans[0]) if plans else (),
        faults=faults,
    )


def _data_flow(
    workspace: Workspace, body: ExecuteDataFlowBody, explained: ExplainedStep, known: Known
) -> ExplainedStep:
    flow = find(workspace.data_flows, body.data_flow.name)
    if flow is None:
        message = f'There is no data flow "{body.data_flow.name}"'
        return replace(explained, faults=(Fault("PLN-015", message, body.data_flow.place, "Check its name."),))

    def touches(nodes: tuple[FlowNode, ...]) -> tuple[tuple[Touch, ...], tuple[Fault, ...]]:
        found: list[Touch] = []
        faults: list[Fault] = []
        for node in nodes:
            if node.dataset is None:
                continue
            arguments = body.dataset_parameters.get(node.name)
            given = dict(arguments) if isinstance(arguments, Mapping) else {}
            reference = replace(node.dataset, parameters={**node.dataset.parameters, **given})
            why = known.why_unknown(*reference.parameters.values(), *_inner_values(workspace, reference))
            if why:
                found.append(Touch(reference.name, unknown=why))
                continue
            plans, bad = _each(known, partial(resolve_dataset, workspace, reference))
            found += [Touch(one.name, one.location) for one in plans]
            faults += bad
        return _distinct(iter(found)), tuple(faults)

    reads, read_faults = touches(flow.sources)
    writes, write_faults = touches(flow.sinks)
    return replace(explained, reads=reads, writes=writes, faults=read_faults + write_faults)


def _for_each(plan: Plan, step: Step, body: ForEachBody, explained: ExplainedStep, known: Known) -> ExplainedStep:
    why = known.why_unknown(body.items)
    if why:
        return replace(_nested(plan, step, explained, known), note=f"how often depends on {why}")
    items, faults = _each(known, partial(evaluate, body.items))
    if faults or not isinstance(items[0], list):
        fault = Fault("PLN-028", f'`items` of ForEach "{step.name}" is no array', step.activity.place, "Give an array.")
        return replace(explained, faults=faults or (fault,))
    inner = replace(known, items=tuple(items[0]))
    return replace(_nested(plan, step, explained, inner), note=f"{len(items[0])} times")


def _if_condition(
    plan: Plan, step: Step, body: IfConditionBody, explained: ExplainedStep, known: Known
) -> ExplainedStep:
    why = known.why_unknown(body.expression)
    if why:
        return replace(_nested(plan, step, explained, known), note=f"which branch depends on {why}")
    values, faults = _each(known, partial(evaluate, body.expression))
    if faults:
        return replace(_nested(plan, step, explained, known), faults=faults)
    taken = ["ifTrue" if str(value).lower() == "true" else "ifFalse" for value in values]
    branches = tuple(
        (branch.name, tuple(_explain(plan, one, _narrowed(known, taken, branch.name)) for one in branch.steps))
        for branch in step.branches
        if branch.steps and branch.name in taken
    )
    return replace(explained, branches=branches, note=f"takes {' or '.join(sorted(set(taken)))}" if taken else "")


def _narrowed(known: Known, taken: Sequence[str], branch: str) -> Known:
    """Return what is known inside a branch: in a loop, only those items come there that take it."""
    if known.items is None:
        return known
    return replace(known, items=tuple(item for item, name in zip(known.items, taken, strict=True) if name == branch))


def _execute_pipeline(
    plan: Plan, step: Step, body: ExecutePipelineBody, explained: ExplainedStep, known: Known
) -> ExplainedStep:
    if step.invokes is None:
        return explained
    target = find_pipeline(plan.workspace, step.invokes)
    inner = Known(plan.workspace.name, target.name, {}, plan.workspace.global_parameters)
    if known.items is None:
        inner = replace(inner, parameters=_arguments(target, body.pipeline, known))
    steps = tuple(_explain(plan, one, inner) for one in plan.invoked[target.name])
    return replace(explained, branches=((f"pipeline {target.name}", steps),))


def _arguments(target: Pipeline, reference: Reference, known: Known) -> dict[str, Json]:
    """Return the parameters of an invoked pipeline that are known; a secure one is masked."""
    given = {name.lower(): value for name, value in reference.parameters.items()}
    values: dict[str, Json] = {}
    for parameter in target.parameters:
        value = given.get(parameter.name.lower())
        if parameter.type == "securestring":
            values[parameter.name] = "***"
        elif parameter.name.lower() not in given:
            values[parameter.name] = parameter.default
        elif not known.why_unknown(value):
            results, faults = _each(known, partial(evaluate, value))
            values |= {} if faults else {parameter.name: results[0]}
    return values


def _nested(plan: Plan, step: Step, explained: ExplainedStep, known: Known) -> ExplainedStep:
    branches = tuple(
        (branch.name, tuple(_explain(plan, one, known) for one in branch.steps))
        for branch in step.branches
        if branch.steps
    )
    return replace(explained, branches=branches)


def _touches(workspace: Workspace, reference: Reference, known: Known, why: str) -> tuple[Touch, ...]:
    if why:
        return (Touch(reference.name, unknown=why),)
    found, _ = _each(known, partial(resolve_dataset, workspace, reference))
    return _distinct(Touch(one.name, one.location) for one in found)


def _inner_values(workspace: Workspace, reference: Reference) -> Iterator[Value]:
    """Yield what the dataset and its linked service evaluate, where a clock may hide."""
    dataset = find(workspace.datasets, reference.name)
    if dataset is not None:
        yield from dataset.type_properties.values()
        yield from dataset.linked_service.parameters.values()
        service = find(workspace.linked_services, dataset.linked_service.name)
        yield from service.type_properties.values() if service else ()


def _with_wildcard(plan: CopyPlan) -> Location:
    location, settings = plan.source.location, plan.source_properties.get("storeSettings")
    if not isinstance(location, FileLocation) or not isinstance(settings, dict):
        return location
    folder, file = settings.get("wildcardFolderPath"), settings.get("wildcardFileName")
    if not folder and not file:
        return location
    # A wildcard takes the place of the dataset's folder and file; the container stays.
    return FileLocation(location.store, location.container, str(folder or location.folder), str(file or "*"))


def _columns(plan: CopyPlan) -> tuple[str, ...]:
    if plan.mapping is None:
        return ("columns by name",)
    return tuple(_column(line) for line in plan.mapping)


def _column(line: ColumnMapping) -> str:
    types = f" ({line.source_type} to {line.sink_type})" if line.source_type and line.sink_type else ""
    return f"{line.source or line.expression} -> {line.sink}{types}"


def _distinct(touches: Iterator[Touch]) -> tuple[Touch, ...]:
    return tuple(dict.fromkeys(touches))


def _each(known: Known, make: Callable[[Context], T]) -> tuple[list[T], tuple[Fault, ...]]:
    made: list[T] = []
    for context in known.contexts():
        try:
            made.append(make(context))
        except HeadwaterError as error:
            return made, error.faults
    return made, ()
