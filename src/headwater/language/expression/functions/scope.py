"""The accessors: what an expression sees of the run around it. What is not there is an error, never null."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.language.expression.ast import Json
from headwater.language.expression.functions.function import Arguments, Function


def find_member(members: Mapping[str, Json], name: str) -> str | None:
    """Return the key that `name` means: exactly, or else ignoring case. None if there is none."""
    if name in members:
        return name
    lowered = name.lower()
    return next((key for key in members if key.lower() == lowered), None)


def names_there_are(names: Mapping[str, Json]) -> str:
    """Return the sentence that lists what could have been meant."""
    listed = sorted(names)
    shown = ", ".join(f"'{name}'" for name in listed[:20]) + (", …" if len(listed) > 20 else "")
    return f"There are: {shown}." if listed else "There is none."


def _pipeline(args: Arguments) -> Json:
    context = args.context
    scope = {"parameters": dict(context.parameters), "globalParameters": dict(context.global_parameters)}
    return {**context.pipeline, **scope}


def _activity(args: Arguments) -> Json:
    return _look_up(args, args.context.activities, "activity", "Only activities that have ended can be read.")


def _variables(args: Arguments) -> Json:
    return _look_up(args, args.context.variables, "variable", "Declare it in the pipeline's variables.")


def _look_up(args: Arguments, scope: Mapping[str, Json], kind: str, cure: str) -> Json:
    name = args.text(0)
    key = find_member(scope, name)
    if key is None:
        raise args.unavailable(f"There is no {kind} '{name}' here", f"{cure} {names_there_are(scope)}")
    return scope[key]


def _item(args: Arguments) -> Json:
    if not args.context.in_loop:
        raise args.unavailable("item() is known only inside a loop", "Use it in a ForEach or a Filter.")
    return args.context.item


def _dataset(args: Arguments) -> Json:
    return dict(args.context.dataset)


def _linked_service(args: Arguments) -> Json:
    return dict(args.context.linked_service)


def _trigger(args: Arguments) -> Json:
    if not args.context.trigger:
        raise args.unavailable("trigger() is known only in a run that a trigger started", _TRIGGER_CURE)
    return dict(args.context.trigger)


def _trigger_body(args: Arguments) -> Json:
    outputs = args.context.trigger.get("outputs")
    body = outputs.get("body") if isinstance(outputs, dict) else None
    if body is None:
        raise args.unavailable("triggerBody() is known only in a run that an event started", _TRIGGER_CURE)
    return body


_TRIGGER_CURE = "Pass the value as a pipeline parameter, which the trigger fills in."

FUNCTIONS: tuple[Function, ...] = (
    Function("activity", "activity(name)", 1, 1, _activity, "Return what an activity that has ended left behind."),
    Function("dataset", "dataset()", 0, 0, _dataset, "Return the parameters of the dataset, inside its definition."),
    Function("item", "item()", 0, 0, _item, "Return the item of the current iteration."),
    Function("linkedService", "linkedService()", 0, 0, _linked_service, "Return the parameters of the linked service."),
    Function("pipeline", "pipeline()", 0, 0, _pipeline, "Return the system variables and parameters of the run."),
    Function("trigger", "trigger()", 0, 0, _trigger, "Return what the trigger that started the run says."),
    Function("triggerBody", "triggerBody()", 0, 0, _trigger_body, "Return the body of the event that started the run."),
    Function("variables", "variables(name)", 1, 1, _variables, "Return the value of a variable."),
)
