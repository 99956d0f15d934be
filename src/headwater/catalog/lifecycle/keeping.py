"""How long an account keeps what is over, and when it calls an operation stale."""

from __future__ import annotations

import msgspec


class Keeping(msgspec.Struct, frozen=True):
    """Ages are in days; None keeps for good."""

    stale_after_runs: int = 5
    ended_edges: int | None = None
    observations: int | None = None
    history: int | None = None

    @property
    def is_forever(self) -> bool:
        return self.ended_edges is None and self.observations is None and self.history is None


FOREVER = Keeping()
