"""What a sink is: it takes one fact and says what arrived, or why not and whether to try again."""

from __future__ import annotations

from typing import Protocol

import msgspec

from headwater.errors import LineageError
from headwater.lineage.facts import LineageFact


class Receipt(msgspec.Struct, frozen=True):
    """What the account was found to have of a fact: entities, and relationships between data and operations."""

    entities: int
    relationships: int


class Unavailable(LineageError):
    """Nobody can be told now; every fact of the workspace waits and is tried again."""


class Refused(LineageError):
    """The account refuses the workspace's identity; its facts wait until somebody grants the role."""


class Incomplete(LineageError):
    """The account took the fact but does not show it whole; tried again a few times."""


class Unacceptable(LineageError):
    """The account refuses this fact for good; others go on."""


class Sink(Protocol):
    """Delivering the same fact twice leaves the same content as delivering it once."""

    async def deliver(self, fact: LineageFact) -> Receipt:
        """Deliver and prove it. Raises Unavailable, Refused, Incomplete or Unacceptable."""
