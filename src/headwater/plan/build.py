"""Definitions and parameters to a plan: rules first, then the steps in an order that respects dependencies."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from headwater.definition.activities.control import ExecutePipelineBody
from headwater.definition.pipeline import Activity, Pipeline
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, PlanError, raise_if_any
from headwater.language.expression.ast import Json
from headwater.plan.lookup import cure_for_name, find
from headwater.plan.nesting import branches_of, walk_active
from headwater.plan.parameters import check_parameters, secure_parameters
from headwater.plan.plan import Branch, Plan, Step
from headwater.plan.rules.registry import RULES


def build_plan(
    workspace: Workspace,
    pipeline_name: str,
    parameters: Mapping[str, Json],
    *,
    from_pipeline: bool = False,
) -> Plan:
    """Return the plan of a pipeline. `from_pipeline`: the parameters come from an ExecutePipeline activity.

    Raises PlanError with every fault of the pipeline, of those that it invokes, and of the parameters.
    """
    pipeline = find_pipeline(workspace, pipeline_name)
    reached = _reach(workspace, pipeline)
    faults = [fault for one in reached.values() for rule in RULES for fault in rule(workspace, one)]
    faults += _circles(workspace, reached)
    values: dict[str, Json] = {}
    try:
        values = check_parameters(pipeline, parameters, from_pipeline=from_pipeline)
    except PlanError as error:
        faults += error.faults
    raise_if_any(PlanError, faults)
    return Plan(
        workspace=workspace,
        pipeline=pipeline.name,
        parameters=values,
        steps=_steps(workspace, pipeline.activities),
        secure=secure_parameters(pipeline),
        invoked={name: _steps(workspace, one.activities) for name, one in reached.items() if name != pipeline.name},
    )


def find_pipeline(workspace: Workspace, name: str) -> Pipeline:
    """Return a pipeline by its name. Raises PlanError with the nearest name."""
    pipeline = find(workspace.pipelines, name)
    if pipeline is None:
        cure = cure_for_name(name, workspace.pipelines)
        raise PlanError(Fault("PLN-001", f'Workspace "{workspace.name}" has no pipeline "{name}"', cure=cure))
    return pipeline


def _invoked(workspace: Workspace, pipeline: Pipeline) -> dict[str, Pipeline]:
    bodies = (activity.body for activity in walk_active(pipeline.activities))
    names = (body.pipeline.name for body in bodies if isinstance(body, ExecutePipelineBody))
    return {found.name: found for name in names if (found := find(workspace.pipelines, name))}


def _reach(workspace: Workspace, pipeline: Pipeline) -> dict[str, Pipeline]:
    """Return a pipeline and all that it invokes, however deep, in the order of discovery."""
    reached = {pipeline.name: pipeline}
    waiting = [pipeline]
    while waiting:
        for name, one in _invoked(workspace, waiting.pop(0)).items():
            if name not in reached:
                reached[name] = one
                waiting.append(one)
    return reached


def _circles(workspace: Workspace, reached: Mapping[str, Pipeline]) -> list[Fault]:
    graph = {name: set(_invoked(workspace, one)) for name, one in reached.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " → ".join(f'"{name}"' for name in reversed(error.args[1]))
        first = reached[error.args[1][0]]
        return [
            Fault(
                "PLN-005",
                f"Pipelines run each other in a circle: {circle}",
                first.place,
                "Remove one of these ExecutePipeline activities.",
            )
        ]
    return []


def _steps(workspace: Workspace, activities: tuple[Activity, ...]) -> tuple[Step, ...]:
    by_name = {activity.name: activity for activity in activities}
    graph = {activity.name: [one.activity for one in activity.depends_on] for activity in activities}
    return tuple(_step(workspace, by_name[name]) for name in TopologicalSorter(graph).static_order())


def _step(workspace: Workspace, activity: Activity) -> Step:
    branches = tuple(Branch(name, _steps(workspace, nested)) for name, nested in branches_of(activity))
    invokes = None
    if isinstance(activity.body, ExecutePipelineBody):
        target = find(workspace.pipelines, activity.body.pipeline.name)
        invokes = target.name if target else None
    return Step(activity, branches, invokes)
