"""A ForEach or Until does not stand inside another one, as in Synapse."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definition.activities.control import ForEachBody, UntilBody
from headwater.definition.pipeline import Pipeline
from headwater.definition.workspace import Workspace
from headwater.errors import Fault
from headwater.plan.nesting import walk


def flat_loops(_: Workspace, pipeline: Pipeline) -> Iterator[Fault]:
    """Yield a fault for each loop inside a loop."""
    for activity, above in walk(pipeline.activities):
        outer = next((one for one in above if isinstance(one.body, ForEachBody | UntilBody)), None)
        if outer is not None and isinstance(activity.body, ForEachBody | UntilBody):
            yield Fault(
                "PLN-024",
                f'{activity.type} "{activity.name}" of pipeline "{pipeline.name}" stands inside '
                f'{outer.type} "{outer.name}"',
                activity.place,
                "Put the inner loop into a pipeline of its own and run that with ExecutePipeline.",
            )
