"""AppendVariable: add one value to an array, in the transaction that ends the activity, so parallel loops lose none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headwater.definition.activities.control import AppendVariableBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Assignment, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.activities.variables import declared_variable


@dataclass(frozen=True, slots=True)
class AppendVariablePlan:
    name: str
    value: Json


class AppendVariableRunner:
    def plan(self, activity: Activity, workspace: Workspace, context: Context) -> AppendVariablePlan:
        body = typed_body(activity, AppendVariableBody)
        variable = declared_variable(workspace, context, body.variable)
        return AppendVariablePlan(variable.name, evaluate(body.value, context))

    def input(self, plan: AppendVariablePlan) -> Mapping[str, Json]:
        return {"variableName": plan.name, "value": plan.value}

    def sinks(self, _: AppendVariablePlan) -> Mapping[str, ResolvedDataset]:
        return {}

    def run(self, plan: AppendVariablePlan, _: Surroundings) -> ActivityResult:
        assignment = Assignment(plan.name, plan.value, "append")
        return ActivityResult({"name": plan.name, "value": plan.value}, assignments=(assignment,))
