"""From an ended activity to its lineage fact: pure, one operation per movement, never inputs times outputs."""

from __future__ import annotations

from headwater.lineage.facts import LineageFact, Policy, WorkspaceIdentity
from headwater.run.events import ActivityEnded


def derive(event: ActivityEnded, identity: WorkspaceIdentity, policy: Policy) -> LineageFact | None:
    """Return the fact, or None for an activity that has no lineage. Raises LineageError if the event is at fault."""
    return None
