"""ForEach: the steps inside once for each item, all at once or one after the other. It fails if any pass fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from headwater.definition.activities.control import ForEachBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.errors import ActivityFailed, Fault, PlanError
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, LoopPass, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.activities.values import array, boolean, integer

_MOST_ITEMS = 100_000
_MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class ForEachPlan:
    items: tuple[Json, ...]
    is_sequential: bool
    batch_count: int


class ForEachRunner:
    def plan(self, activity: Activity, _: Workspace, context: Context) -> ForEachPlan:
        body = typed_body(activity, ForEachBody)
        items = array(activity, "items", evaluate(body.items, context))
        batch_count = integer(activity, "batchCount", evaluate(body.batch_count, context))
        if len(items) > _MOST_ITEMS:
            message = f'ForEach "{activity.name}" has {len(items)} items; {_MOST_ITEMS} is the most'
            raise PlanError(Fault("PLN-028", message, activity.place, "Split the list over several loops."))
        if not 1 <= batch_count <= _MOST_AT_ONCE:
            message = f'`batchCount` of ForEach "{activity.name}" is {batch_count}'
            raise PlanError(Fault("PLN-028", message, activity.place, f"Give a number from 1 to {_MOST_AT_ONCE}."))
        is_sequential = boolean(activity, "isSequential", evaluate(body.is_sequential, context))
        return ForEachPlan(tuple(items), is_sequential, batch_count)

    def input(self, plan: ForEachPlan) -> Mapping[str, Json]:
        return {"items": list(plan.items), "isSequential": plan.is_sequential, "batchCount": plan.batch_count}

    def sinks(self, _: ForEachPlan) -> Mapping[str, ResolvedDataset]:
        return {}

    def run(self, plan: ForEachPlan, surroundings: Surroundings) -> ActivityResult:
        failures: dict[int, str] = {}

        def run_pass(index: int, item: Json) -> None:
            if failure := surroundings.control.run_branch("activities", LoopPass(index, item)):
                failures[index] = failure

        calls = [partial(run_pass, index, item) for index, item in enumerate(plan.items)]
        surroundings.control.parallel(calls, 1 if plan.is_sequential else plan.batch_count)
        if failures:
            first = min(failures)
            message = f"{len(failures)} of {len(calls)} passes failed; pass {first}: {failures[first]}"
            raise ActivityFailed(Fault("RUN-009", message, cure="Look at the activity runs inside the loop."))
        return ActivityResult()
