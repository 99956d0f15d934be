"""Copy: plans a copy, carries it out, and says what moved from where to where."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.definition.activities.copy import CopyBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.plan.copy import plan_copy
from headwater.plan.resolved import CopyPlan, ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.copy.perform import SINK, perform_copy


class CopyRunner:
    """Runs activities of type Copy."""

    def plan(self, activity: Activity, workspace: Workspace, context: Context) -> CopyPlan:
        return plan_copy(workspace, typed_body(activity, CopyBody), context)

    def input(self, plan: CopyPlan) -> Mapping[str, Json]:
        return {
            "source": {"type": plan.source_type, **plan.source_properties},
            "sink": {"type": plan.sink_type, **plan.sink_properties},
            **plan.settings,
        }

    def sinks(self, plan: CopyPlan) -> Mapping[str, ResolvedDataset]:
        return {SINK: plan.sink}

    def run(self, plan: CopyPlan, surroundings: Surroundings) -> ActivityResult:
        return perform_copy(plan, surroundings)
