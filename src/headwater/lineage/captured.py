"""What an activity's end leaves behind when its lineage is not derived yet: the event and how its workspace reports.

Separate from facts, because this never leaves the outbox. Reading a long query takes ten times what an activity's end
may cost, so an activity that reads queries waits as it is until it is delivered; all others are derived at once.
"""

from __future__ import annotations

import msgspec

from headwater import typed
from headwater.data.locations import QueryLocation
from headwater.lineage import support
from headwater.lineage.derive import derive
from headwater.lineage.facts import LineageFact, Policy, WorkspaceIdentity
from headwater.run.events import ActivityEnded


class Captured(msgspec.Struct, frozen=True):
    """All that `derive` needs, as it was when the activity ended."""

    event: ActivityEnded
    identity: WorkspaceIdentity
    policy: Policy = "record"
    bindings: dict[str, str] = {}

    @property
    def reads_queries(self) -> bool:
        """Return whether deriving it would parse a query."""
        return any(
            isinstance(read.location, QueryLocation)
            for movement in self.event.movements
            if self.policy != "drop" or not support.unfollowed(self.event.activity_type, movement)
            for read in movement.inputs
        )

    def fact(self) -> LineageFact | None:
        """Return the fact, or None for an activity that has no lineage. Raises LineageError."""
        return derive(self.event, self.identity, self.policy, self.bindings)


def encode(captured: Captured) -> str:
    """Return the JSON that the outbox keeps until the fact is derived."""
    return msgspec.json.encode(captured).decode()


def decode(text: str) -> Captured:
    """Read what `encode` wrote."""
    return typed.decode(text, Captured)
