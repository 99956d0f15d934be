"""Pipelines that run each other must not do so in a circle."""

from __future__ import annotations

import graphlib
from collections.abc import Iterator

from headwater.definition.activities.control import ExecutePipelineBody
from headwater.definition.pipeline import Pipeline
from headwater.definition.walk import walk_activities
from headwater.definition.workspace import Workspace, key_of
from headwater.errors import Fault


def check_pipelines(workspace: Workspace) -> Iterator[Fault]:
    """Yield a fault for a circle of ExecutePipeline activities."""
    graph = {name: _invoked(workspace, pipeline) for name, pipeline in workspace.pipelines.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        circle: list[str] = error.args[1]
        chain = " → ".join(f"'{name}'" for name in reversed(circle))
        place = workspace.pipelines[circle[0]].place
        yield Fault("DEF-011", f"Pipelines run each other in a circle: {chain}", place, "Remove one of the calls.")


def _invoked(workspace: Workspace, pipeline: Pipeline) -> list[str]:
    bodies = (located.activity.body for located in walk_activities(pipeline))
    called = [body.pipeline.name for body in bodies if isinstance(body, ExecutePipelineBody)]
    return [key for name in called if (key := key_of(workspace.pipelines, name))]
