"""SetVariable: give a variable a value, or the pipeline its return values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headwater.definition.activities.control import SetVariableBody
from headwater.definition.pipeline import Activity, Variable
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, PlanError
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Assignment, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.activities.values import array, type_name
from headwater.run.activities.variables import declared_variable


@dataclass(frozen=True, slots=True)
class SetVariablePlan:
    name: str
    value: Json
    assignments: tuple[Assignment, ...]


class SetVariableRunner:
    def plan(self, activity: Activity, workspace: Workspace, context: Context) -> SetVariablePlan:
        body = typed_body(activity, SetVariableBody)
        value = evaluate(body.value, context)
        if body.is_return_value:
            return SetVariablePlan(body.variable, value, _returned(activity, value))
        variable = declared_variable(workspace, context, body.variable)
        _check_type(activity, variable, value)
        return SetVariablePlan(variable.name, value, (Assignment(variable.name, value),))

    def input(self, plan: SetVariablePlan) -> Mapping[str, Json]:
        return {"variableName": plan.name, "value": plan.value}

    def sinks(self, _: SetVariablePlan) -> Mapping[str, ResolvedDataset]:
        return {}

    def run(self, plan: SetVariablePlan, _: Surroundings) -> ActivityResult:
        return ActivityResult({"name": plan.name, "value": plan.value}, assignments=plan.assignments)


def _returned(activity: Activity, value: Json) -> tuple[Assignment, ...]:
    pairs = array(activity, "value", value)
    if not all(isinstance(pair, dict) and isinstance(pair.get("key"), str) for pair in pairs):
        message = f'The return value that "{activity.name}" sets is no list of key and value'
        raise PlanError(Fault("PLN-028", message, activity.place, 'Write [{"key": "…", "value": …}].'))
    return tuple(
        Assignment(str(pair["key"]), pair.get("value"), is_return_value=True)
        for pair in pairs
        if isinstance(pair, dict)
    )


_ALIASES = {"bool": "boolean", "int": "integer"}


def _check_type(activity: Activity, variable: Variable, value: Json) -> None:
    declared, given = variable.type.lower(), type_name(value)
    if _ALIASES.get(declared, declared) != given.lower():
        raise PlanError(
            Fault(
                "PLN-028",
                f'Variable "{variable.name}" is of type {variable.type}; "{activity.name}" sets it to a value of '
                f"type {given}",
                activity.place,
                "Convert the value, for example with string(…), or declare the variable of that type.",
            )
        )
