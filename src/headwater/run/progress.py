"""What a run tells those who watch it: for progress bars, not for bookkeeping."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from headwater.run.activities.protocol import Ids, Progress
from headwater.run.records import ActivityStatus

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ActivityStarted:
    ids: Ids
    activity_type: str


@dataclass(frozen=True, slots=True)
class ActivityProgressed:
    ids: Ids
    progress: Progress


@dataclass(frozen=True, slots=True)
class ActivityFinished:
    ids: Ids
    activity_type: str
    status: ActivityStatus
    message: str = ""


RunEvent: TypeAlias = ActivityStarted | ActivityProgressed | ActivityFinished
OnEvent: TypeAlias = Callable[[RunEvent], None]


def ignore(_: RunEvent) -> None:
    """Watch nothing."""


def guarded(on_event: OnEvent) -> OnEvent:
    """Return a callback that cannot disturb the run: what it raises is logged."""

    def call(event: RunEvent) -> None:
        try:
            on_event(event)
        except Exception:
            # Whoever watches must not be able to stop what is watched.
            _log.exception("A watcher of runs failed")

    return call
