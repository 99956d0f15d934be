"""Activities of a pipeline: names that differ, dependencies that can be met, loops that may be nested."""

from __future__ import annotations

import graphlib
from collections.abc import Iterator

from headwater.definition.activities.control import ForEachBody
from headwater.definition.pipeline import Activity, Pipeline
from headwater.definition.walk import Located, walk_activities
from headwater.definition.workspace import Workspace, suggest
from headwater.errors import Fault


def check_activities(workspace: Workspace) -> Iterator[Fault]:
    """Yield the faults of each pipeline's activities."""
    for pipeline in workspace.pipelines.values():
        located = list(walk_activities(pipeline))
        yield from _names(pipeline, located)
        for item in located:
            yield from _dependencies(item)
            yield from _nesting(item)
        for siblings in {id(item.siblings): item.siblings for item in located}.values():
            yield from _circle(siblings)


def _names(pipeline: Pipeline, located: list[Located]) -> Iterator[Fault]:
    seen: dict[str, Activity] = {}
    for activity in (item.activity for item in located):
        first = seen.setdefault(activity.name.lower(), activity)
        if first is not activity and activity.name:
            message = f"Pipeline '{pipeline.name}' has two activities '{activity.name}'"
            cure = f"Rename one; the other stands at {first.place.path}."
            yield Fault("DEF-007", message, activity.place, cure)


def _dependencies(item: Located) -> Iterator[Fault]:
    names: dict[str, object] = {activity.name: activity for activity in item.siblings}
    for dependency in item.activity.depends_on:
        if dependency.activity and dependency.activity not in names:
            others = {name: found for name, found in names.items() if name != item.activity.name}
            message = f"Activity '{item.activity.name}' depends on '{dependency.activity}', which is not beside it"
            yield Fault("DEF-015", message, item.activity.place, suggest(others, dependency.activity))


def _circle(siblings: tuple[Activity, ...]) -> Iterator[Fault]:
    graph = {activity.name: [dependency.activity for dependency in activity.depends_on] for activity in siblings}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        circle: list[str] = error.args[1]
        place = next(activity.place for activity in siblings if activity.name in circle)
        chain = " → ".join(f"'{name}'" for name in reversed(circle))
        yield Fault("DEF-011", f"Activities depend on each other in a circle: {chain}", place, "Remove a dependency.")


def _nesting(item: Located) -> Iterator[Fault]:
    if isinstance(item.activity.body, ForEachBody):
        outer = [c.activity.name for c in item.containers if isinstance(c.activity.body, ForEachBody)]
        if outer:
            message = f"ForEach '{item.activity.name}' stands inside ForEach '{outer[-1]}'"
            cure = "Move the inner loop into a pipeline of its own and run that with ExecutePipeline."
            yield Fault("DEF-012", message, item.activity.place, cure)
