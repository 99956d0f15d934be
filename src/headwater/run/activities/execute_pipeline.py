"""ExecutePipeline: run another pipeline of the workspace, and by default wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headwater.definition.activities.control import ExecutePipelineBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.build import find_pipeline
from headwater.plan.parameters import secure_parameters
from headwater.plan.plan import MASK
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.activities.values import boolean


@dataclass(frozen=True, slots=True)
class ExecutePipelinePlan:
    pipeline: str
    parameters: Mapping[str, Json]
    wait: bool
    secure: frozenset[str]
    """Names of secure parameters in lower case."""


class ExecutePipelineRunner:
    def plan(self, activity: Activity, workspace: Workspace, context: Context) -> ExecutePipelinePlan:
        body = typed_body(activity, ExecutePipelineBody)
        pipeline = find_pipeline(workspace, body.pipeline.name)
        return ExecutePipelinePlan(
            pipeline.name,
            {name: evaluate(value, context) for name, value in body.pipeline.parameters.items()},
            boolean(activity, "waitOnCompletion", evaluate(body.wait_on_completion, context)),
            frozenset(name.lower() for name in secure_parameters(pipeline)),
        )

    def input(self, plan: ExecutePipelinePlan) -> Mapping[str, Json]:
        parameters = {name: MASK if name.lower() in plan.secure else value for name, value in plan.parameters.items()}
        return {
            "pipeline": {"referenceName": plan.pipeline, "type": "PipelineReference"},
            "parameters": parameters,
            "waitOnCompletion": plan.wait,
        }

    def sinks(self, _: ExecutePipelinePlan) -> Mapping[str, ResolvedDataset]:
        return {}

    def run(self, plan: ExecutePipelinePlan, surroundings: Surroundings) -> ActivityResult:
        return ActivityResult(surroundings.control.run_pipeline(plan.pipeline, plan.parameters, plan.wait))
