"""Ids that come out the same again after a crash: of attempts, iterations and invoked runs."""

from __future__ import annotations

import uuid


def attempt_id(run_id: str, iteration: str, activity: str, attempt: int) -> str:
    """Return the activityRunId of one attempt, which is the id of its durable workflow too."""
    return str(uuid.uuid5(uuid.UUID(run_id), f"{iteration}/{activity}#{attempt}"))


def invoked_run_id(activity_run_id: str) -> str:
    """Return the id of the pipeline run that an ExecutePipeline attempt starts."""
    return str(uuid.uuid5(uuid.UUID(activity_run_id), "pipeline"))


def iteration_in(outer: str, loop: str, index: int) -> str:
    """Return the path of a loop's pass inside another path."""
    own = f"{loop}[{index}]"
    return f"{outer}/{own}" if outer else own


def scopes(iteration: str) -> tuple[str, ...]:
    """Return the path and all paths around it, outermost (empty) first."""
    parts = iteration.split("/") if iteration else []
    return tuple("/".join(parts[:depth]) for depth in range(len(parts) + 1))
