"""`concurrency` of a pipeline: runs over the limit wait in the order in which they were asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

from headwater.run.blocks import cancelled
from headwater.run.entries import StoredRun
from headwater.run.journal import RunJournal
from headwater.run.live import LiveRun, Stopped
from headwater.run.lives import LiveRuns

_LOOK_AGAIN_S = 1.0


class Admission:
    """Lets runs in. Runs of this process wake each other; those of other processes are looked at every second."""

    def __init__(self, journal: RunJournal, lives: LiveRuns, is_carried: Callable[[StoredRun], bool]) -> None:
        self._journal = journal
        self._lives = lives
        self._is_carried = is_carried

    def admit(self, live: LiveRun) -> None:
        """Return when the run may begin. Raises Cancelled, Stopped."""
        limit = live.pipeline.concurrency
        if limit is None:
            return
        while len(before := self._before(live)) >= limit:
            self._wait(live, before)
            if live.stopping.is_set():
                raise Stopped
            if live.cancelled.is_set():
                raise cancelled()
        self._journal.admit_run(live.run_id)

    def _before(self, live: LiveRun) -> list[StoredRun]:
        """Return the unfinished runs of the same pipeline that came first; interrupted ones hold nobody up."""
        before: list[StoredRun] = []
        for run in self._journal.unfinished():
            if run.run_id == live.run_id:
                break
            same = (run.workspace, run.pipeline) == (live.stored.workspace, live.stored.pipeline)
            if same and self._is_carried(run):
                before.append(run)
        return before

    def _wait(self, live: LiveRun, before: list[StoredRun]) -> None:
        event = threading.Event()
        with ExitStack() as stack:
            stack.enter_context(live.cancelled.waking(event))
            for run in before:
                if other := self._lives.get(run.run_id):
                    stack.enter_context(other.done.waking(event))
            event.wait(_LOOK_AGAIN_S)
