"""Names in expressions: parameters, variables, activities and items must be there to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from headwater.definition.activities.control import (
    AppendVariableBody,
    FilterBody,
    ForEachBody,
    SetVariableBody,
)
from headwater.definition.pipeline import Activity, Pipeline
from headwater.definition.reference import Parameter
from headwater.definition.walk import Located, expressions_in, nested_lists, walk_activities
from headwater.definition.workspace import Workspace, key_of, suggest
from headwater.errors import Fault
from headwater.language.expression.references import Kind, Mention, mentions


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the expressions of one activity may name."""

    parameters: Mapping[str, object]
    variables: Mapping[str, object]
    activities: Mapping[str, object]
    global_parameters: Mapping[str, object] | None
    in_loop: bool
    before: frozenset[str] = frozenset()
    """Lower-cased names of the activities that have surely ended, or were skipped, by then."""


def check_names(workspace: Workspace) -> Iterator[Fault]:
    """Yield a fault for each name in an expression that means nothing where it stands."""
    for pipeline in workspace.pipelines.values():
        yield from _of_pipeline(workspace, pipeline)
    for dataset in workspace.datasets.values():
        yield from _of_parameters(dataset, dataset.parameters, "dataset", f"Dataset '{dataset.name}'")
    for service in workspace.linked_services.values():
        what = f"Linked service '{service.name}'"
        yield from _of_parameters(service, service.parameters, "linkedService", what)


def _of_pipeline(workspace: Workspace, pipeline: Pipeline) -> Iterator[Fault]:
    located = list(walk_activities(pipeline))
    scope = _Scope(
        parameters={parameter.name: parameter for parameter in pipeline.parameters},
        variables={variable.name: variable for variable in pipeline.variables},
        activities={item.activity.name: item.activity for item in located},
        global_parameters=workspace.global_parameters if "factory" in workspace.other else None,
        in_loop=False,
    )
    for item in located:
        own = replace(scope, in_loop=_in_loop(item), before=_before(item))
        for expression in expressions_in(item.activity):
            for mention in mentions(expression):
                yield from _RULES[mention.kind](own, mention) if mention.kind in _RULES else ()
        yield from _assigned(scope, item.activity)


def _in_loop(item: Located) -> bool:
    """Tell whether item() means something. A Filter's own condition has one too."""
    bodies = [container.activity.body for container in item.containers]
    return any(isinstance(body, ForEachBody) for body in bodies) or isinstance(item.activity.body, FilterBody)


def _before(item: Located) -> frozenset[str]:
    """Return what an activity and its containers depend on, directly or not, and what it holds itself."""
    names = set(_held(item.activity))
    for located in (item, *item.containers):
        by_name = {activity.name: activity for activity in located.siblings}
        waiting = [located.activity]
        while waiting:
            for dependency in waiting.pop().depends_on:
                if dependency.activity in by_name and dependency.activity not in names:
                    names.update((dependency.activity, *_held(by_name[dependency.activity])))
                    waiting.append(by_name[dependency.activity])
    return frozenset(name.lower() for name in names)


def _held(activity: Activity) -> Iterator[str]:
    for inner in nested_lists(activity.body):
        for held in inner:
            yield held.name
            yield from _held(held)


def _assigned(scope: _Scope, activity: Activity) -> Iterator[Fault]:
    body = activity.body
    if isinstance(body, SetVariableBody) and body.is_return_value:
        return
    if not isinstance(body, SetVariableBody | AppendVariableBody) or not body.variable:
        return
    if key_of(scope.variables, body.variable) is None:
        message = f"Activity '{activity.name}' sets the variable '{body.variable}', which is not declared"
        yield Fault("DEF-013", message, activity.place, suggest(scope.variables, body.variable))


def _parameter(scope: _Scope, mention: Mention) -> Iterator[Fault]:
    yield from _missing(mention, scope.parameters, "DEF-014", "The pipeline has no parameter")


def _global_parameter(scope: _Scope, mention: Mention) -> Iterator[Fault]:
    if scope.global_parameters is not None:
        yield from _missing(mention, scope.global_parameters, "DEF-014", "There is no global parameter")


def _variable(scope: _Scope, mention: Mention) -> Iterator[Fault]:
    yield from _missing(mention, scope.variables, "DEF-013", "The pipeline has no variable")


def _activity(scope: _Scope, mention: Mention) -> Iterator[Fault]:
    yield from _missing(mention, scope.activities, "DEF-015", "The pipeline has no activity")
    known = mention.name is not None and key_of(scope.activities, mention.name) is not None
    if mention.name is not None and known and mention.name.lower() not in scope.before:
        message = f"Activity '{mention.name}' need not have ended when this is evaluated"
        cure = "Depend on it, directly or through others."
        yield Fault("DEF-022", message, mention.place, cure, "warning")


def _item(scope: _Scope, mention: Mention) -> Iterator[Fault]:
    if not scope.in_loop:
        cure = "Use it in the activities of a ForEach, or in the condition of a Filter."
        yield Fault("DEF-021", "item() means nothing outside of a loop", mention.place, cure)


_RULES: dict[Kind, Callable[[_Scope, Mention], Iterator[Fault]]] = {
    "activity": _activity,
    "globalParameter": _global_parameter,
    "item": _item,
    "parameter": _parameter,
    "variable": _variable,
}


def _of_parameters(definition: object, parameters: tuple[Parameter, ...], kind: Kind, what: str) -> Iterator[Fault]:
    declared = {parameter.name: parameter for parameter in parameters}
    for expression in expressions_in(definition):
        for mention in mentions(expression):
            if mention.kind == kind:
                yield from _missing(mention, declared, "DEF-014", f"{what} has no parameter")


def _missing(mention: Mention, names: Mapping[str, object], code: str, what: str) -> Iterator[Fault]:
    if mention.name is not None and key_of(names, mention.name) is None:
        yield Fault(code, f"{what} '{mention.name}'", mention.place, suggest(names, mention.name))
