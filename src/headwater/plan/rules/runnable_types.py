"""Every active activity is of a type that can run; all that are not are named at once."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definition.pipeline import Pipeline
from headwater.definition.workspace import Workspace
from headwater.errors import Fault
from headwater.plan.nesting import walk_active

RUNNABLE: frozenset[str] = frozenset(
    {
        "AppendVariable",
        "Copy",
        "ExecuteDataFlow",
        "ExecutePipeline",
        "Fail",
        "Filter",
        "ForEach",
        "IfCondition",
        "SetVariable",
        "Switch",
        "Until",
        "Wait",
    }
)


def runnable_types(_: Workspace, pipeline: Pipeline) -> Iterator[Fault]:
    """Yield a fault for each active activity whose type cannot run."""
    for activity in walk_active(pipeline.activities):
        if activity.type not in RUNNABLE:
            yield Fault(
                "PLN-020",
                f'Activity "{activity.name}" of pipeline "{pipeline.name}" is of type "{activity.type}", '
                "which cannot be run",
                activity.place,
                f"Make it inactive, or use one of {', '.join(sorted(RUNNABLE))}.",
            )
