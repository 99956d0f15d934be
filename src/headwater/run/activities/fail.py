"""Fail: end as failed, with the message and code that the pipeline says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headwater.definition.activities.control import FailBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.errors import ActivityFailed, Fault
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.activities.values import text


@dataclass(frozen=True, slots=True)
class FailPlan:
    message: str
    error_code: str


class FailRunner:
    def plan(self, activity: Activity, _: Workspace, context: Context) -> FailPlan:
        body = typed_body(activity, FailBody)
        message = text(activity, "message", evaluate(body.message, context))
        return FailPlan(message, text(activity, "errorCode", evaluate(body.error_code, context)))

    def input(self, plan: FailPlan) -> Mapping[str, Json]:
        return {"message": plan.message, "errorCode": plan.error_code}

    def sinks(self, _: FailPlan) -> Mapping[str, ResolvedDataset]:
        return {}

    def run(self, plan: FailPlan, _: Surroundings) -> ActivityResult:
        raise ActivityFailed(Fault(plan.error_code, plan.message))
