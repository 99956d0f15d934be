"""Wait: let time pass. A wait that was interrupted by a crash goes on from its own start."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from headwater.definition.activities.control import WaitBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, PlanError
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.activities.values import integer


class WaitRunner:
    def plan(self, activity: Activity, _: Workspace, context: Context) -> datetime.timedelta:
        value = evaluate(typed_body(activity, WaitBody).wait_time_s, context)
        seconds = integer(activity, "waitTimeInSeconds", value)
        if seconds < 0:
            message = f'Wait "{activity.name}" would wait {seconds} seconds'
            raise PlanError(Fault("PLN-028", message, activity.place, "Give a number of 0 or more."))
        return datetime.timedelta(seconds=seconds)

    def input(self, plan: datetime.timedelta) -> Mapping[str, Json]:
        return {"waitTimeInSeconds": int(plan.total_seconds())}

    def sinks(self, _: datetime.timedelta) -> Mapping[str, ResolvedDataset]:
        return {}

    def run(self, plan: datetime.timedelta, surroundings: Surroundings) -> ActivityResult:
        surroundings.control.wait_until(surroundings.ids.started_at + plan)
        return ActivityResult()
