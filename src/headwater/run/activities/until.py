"""Until: the steps inside again and again, until a condition holds after a pass.

A failure inside does not stop the loop; the last pass alone decides whether it failed.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from headwater.definition.activities.control import UntilBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.errors import ActivityFailed, Fault
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, LoopPass, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.activities.values import boolean


@dataclass(frozen=True, slots=True)
class UntilPlan:
    activity: Activity
    body: UntilBody


class UntilRunner:
    def plan(self, activity: Activity, _: Workspace, __: Context) -> UntilPlan:
        return UntilPlan(activity, typed_body(activity, UntilBody))

    def input(self, plan: UntilPlan) -> Mapping[str, Json]:
        return {"timeoutInSeconds": int(plan.body.timeout.total_seconds())}

    def sinks(self, _: UntilPlan) -> Mapping[str, ResolvedDataset]:
        return {}

    def run(self, plan: UntilPlan, surroundings: Surroundings) -> ActivityResult:
        control, end = surroundings.control, surroundings.ids.started_at + plan.body.timeout
        pass_ = LoopPass(0)
        while True:
            failure = control.run_branch("activities", pass_)
            context = control.context(pass_)
            if boolean(plan.activity, "expression", evaluate(plan.body.expression, context)):
                break
            if context.clock() >= end:
                raise _out_of_time(plan, end - surroundings.ids.started_at)
            pass_ = LoopPass(pass_.index + 1)
        if failure:
            raise ActivityFailed(Fault("RUN-009", failure))
        return ActivityResult()


def _out_of_time(plan: UntilPlan, limit: datetime.timedelta) -> ActivityFailed:
    message = f'Until "{plan.activity.name}" did not come to its end within {limit}'
    return ActivityFailed(Fault("RUN-007", message, plan.activity.place, "Raise its timeout, or mend its expression."))
