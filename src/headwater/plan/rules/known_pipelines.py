"""ExecutePipeline names a pipeline of the workspace."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definition.activities.control import ExecutePipelineBody
from headwater.definition.pipeline import Pipeline
from headwater.definition.workspace import Workspace
from headwater.errors import Fault
from headwater.plan.lookup import cure_for_name, find
from headwater.plan.nesting import walk_active


def known_pipelines(workspace: Workspace, pipeline: Pipeline) -> Iterator[Fault]:
    """Yield a fault for each ExecutePipeline of a pipeline that is not there, or that misses its parameters."""
    for activity in walk_active(pipeline.activities):
        if not isinstance(activity.body, ExecutePipelineBody):
            continue
        reference = activity.body.pipeline
        target = find(workspace.pipelines, reference.name)
        if target is None:
            yield Fault(
                "PLN-001",
                f'Activity "{activity.name}" of pipeline "{pipeline.name}" runs "{reference.name}", '
                "which is not in the workspace",
                activity.place,
                cure_for_name(reference.name, workspace.pipelines),
            )
            continue
        given = {name.lower() for name in reference.parameters}
        for parameter in target.parameters:
            if not parameter.has_default and parameter.name.lower() not in given:
                yield Fault(
                    "PLN-002",
                    f'Activity "{activity.name}" of pipeline "{pipeline.name}" gives no value to parameter '
                    f'"{parameter.name}" of pipeline "{target.name}"',
                    activity.place,
                    "Pass it in the activity's parameters, or declare a default value.",
                )
