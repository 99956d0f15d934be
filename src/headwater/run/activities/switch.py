"""Switch: the branch whose value a text equals, or the default one."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.definition.activities.control import SwitchBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.errors import ActivityFailed, Fault
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.nesting import DEFAULT_BRANCH, case_branch
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.activities.values import text


class SwitchRunner:
    """The plan is the text and the name of its branch."""

    def plan(self, activity: Activity, _: Workspace, context: Context) -> tuple[str, str]:
        body = typed_body(activity, SwitchBody)
        on = text(activity, "on", evaluate(body.on, context))
        return on, case_branch(on) if any(case.value == on for case in body.cases) else DEFAULT_BRANCH

    def input(self, plan: tuple[str, str]) -> Mapping[str, Json]:
        return {"on": plan[0]}

    def sinks(self, _: tuple[str, str]) -> Mapping[str, ResolvedDataset]:
        return {}

    def run(self, plan: tuple[str, str], surroundings: Surroundings) -> ActivityResult:
        if failure := surroundings.control.run_branch(plan[1]):
            raise ActivityFailed(Fault("RUN-009", failure))
        return ActivityResult()
