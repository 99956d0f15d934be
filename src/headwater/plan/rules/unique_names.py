"""Activity names are unique in a pipeline, nested ones included, since expressions and run ids go by them."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definition.pipeline import Pipeline
from headwater.definition.workspace import Workspace
from headwater.errors import Fault
from headwater.plan.nesting import walk


def unique_names(_: Workspace, pipeline: Pipeline) -> Iterator[Fault]:
    """Yield a fault for each activity whose name another one before it has."""
    seen: set[str] = set()
    for activity, _above in walk(pipeline.activities):
        if activity.name.lower() in seen:
            yield Fault(
                "PLN-021",
                f'Pipeline "{pipeline.name}" has two activities named "{activity.name}"',
                activity.place,
                "Give one of them another name.",
            )
        seen.add(activity.name.lower())
