"""An activity depends on activities beside it, in the same branch, and not on itself in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from headwater.definition.pipeline import Activity, Pipeline
from headwater.definition.workspace import Workspace
from headwater.errors import Fault
from headwater.plan.lookup import cure_for_name
from headwater.plan.nesting import blocks


def known_dependencies(_: Workspace, pipeline: Pipeline) -> Iterator[Fault]:
    """Yield a fault for each dependency on nothing, and one for a circle in each block."""
    for block in blocks(pipeline.activities):
        names = {activity.name for activity in block}
        unknown = list(_unknown(pipeline, block, names))
        yield from unknown
        if not unknown:
            yield from _circle(pipeline, block)


def _unknown(pipeline: Pipeline, block: tuple[Activity, ...], names: set[str]) -> Iterator[Fault]:
    for activity in block:
        for dependency in activity.depends_on:
            if dependency.activity not in names:
                yield Fault(
                    "PLN-022",
                    f'Activity "{activity.name}" of pipeline "{pipeline.name}" depends on "{dependency.activity}", '
                    "which is not beside it",
                    activity.place,
                    cure_for_name(dependency.activity, names - {activity.name}),
                )


def _circle(pipeline: Pipeline, block: tuple[Activity, ...]) -> Iterator[Fault]:
    graph = {activity.name: {dependency.activity for dependency in activity.depends_on} for activity in block}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " → ".join(f'"{name}"' for name in reversed(error.args[1]))
        yield Fault(
            "PLN-023",
            f'Activities of pipeline "{pipeline.name}" wait for each other: {circle}',
            pipeline.place,
            "Remove one of these dependencies.",
        )
