"""IfCondition: one of two branches."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.definition.activities.control import IfConditionBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.errors import ActivityFailed, Fault
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.activities.values import boolean


class IfConditionRunner:
    def plan(self, activity: Activity, _: Workspace, context: Context) -> bool:
        return boolean(activity, "expression", evaluate(typed_body(activity, IfConditionBody).expression, context))

    def input(self, plan: bool) -> Mapping[str, Json]:
        return {"expression": plan}

    def sinks(self, _: bool) -> Mapping[str, ResolvedDataset]:
        return {}

    def run(self, plan: bool, surroundings: Surroundings) -> ActivityResult:
        if failure := surroundings.control.run_branch("ifTrue" if plan else "ifFalse"):
            raise ActivityFailed(Fault("RUN-009", failure))
        return ActivityResult()
