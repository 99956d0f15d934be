"""Filter: those items of an array for which a condition holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from headwater.definition.activities.control import FilterBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.activities.values import array, boolean


@dataclass(frozen=True, slots=True)
class FilterPlan:
    items: tuple[Json, ...]
    kept: tuple[Json, ...]


class FilterRunner:
    def plan(self, activity: Activity, _: Workspace, context: Context) -> FilterPlan:
        body = typed_body(activity, FilterBody)
        items = tuple(array(activity, "items", evaluate(body.items, context)))
        return FilterPlan(items, tuple(item for item in items if _holds(activity, body, context, item)))

    def input(self, plan: FilterPlan) -> Mapping[str, Json]:
        return {"items": list(plan.items)}

    def sinks(self, _: FilterPlan) -> Mapping[str, ResolvedDataset]:
        return {}

    def run(self, plan: FilterPlan, _: Surroundings) -> ActivityResult:
        kept = list(plan.kept)
        return ActivityResult({"ItemsCount": len(plan.items), "FilteredItemsCount": len(kept), "Value": kept})


def _holds(activity: Activity, body: FilterBody, context: Context, item: Json) -> bool:
    inner = replace(context, item=item, in_loop=True)
    return boolean(activity, "condition", evaluate(body.condition, inner))
