"""Time as runs see it, passed in so that tests need not let it pass."""

from __future__ import annotations

import datetime
import threading
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime.datetime:
        """Return the time, aware, in UTC."""

    def wait(self, signal: threading.Event, until: datetime.datetime) -> None:
        """Block until the signal is set or the moment has come. Only for what is to last, not for work of others."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)

    def wait(self, signal: threading.Event, until: datetime.datetime) -> None:
        while not signal.is_set() and (left := (until - self.now()).total_seconds()) > 0:
            # Slices, so that a clock that is set forward is noticed, and no wait is longer than a lock can be.
            signal.wait(min(left, 60.0))
