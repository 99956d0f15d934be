"""Running a block: activities that depend on each other, as parallel as their dependencies let them."""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from headwater.errors import Cancelled, Fault
from headwater.plan.plan import Step
from headwater.run.conditions import failed_activities, readiness
from headwater.run.live import LiveRun, Stopped
from headwater.run.records import ActivityStatus


class Perform(Protocol):
    def __call__(self, live: LiveRun, step: Step, iteration: str) -> tuple[ActivityStatus, str]:
        """Run one activity, retries included, and return how it ended and why it failed. Raises Stopped."""

    def skip(self, live: LiveRun, step: Step, iteration: str) -> None:
        """Write down that an activity is skipped."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One activity's end, or what broke it."""

    name: str
    status: ActivityStatus = "Failed"
    message: str = ""
    broken: BaseException | None = None


def run_block(perform: Perform, live: LiveRun, steps: Sequence[Step], iteration: str) -> str | None:
    """Run a block to its end and return None, or the message of its failure. Raises Cancelled, Stopped."""
    states: dict[str, ActivityStatus] = {}
    messages: dict[str, str] = {}
    ended: queue.SimpleQueue[Ended] = queue.SimpleQueue()
    waiting, running = list(steps), 0
    broken: BaseException | None = None
    while True:
        if broken is None:
            started = _start_ready(perform, live, waiting, states, iteration, ended)
            running += started
        if not running:
            break
        one = ended.get()
        running -= 1
        broken = broken or one.broken
        states[one.name], messages[one.name] = one.status, one.message
    if broken is not None:
        raise broken
    if live.stopping.is_set():
        raise Stopped
    if live.cancelled.is_set():
        raise cancelled()
    failed = failed_activities(steps, states)
    return "; ".join(f"Operation on target {name} failed: {messages[name]}" for name in failed) if failed else None


def _start_ready(
    perform: Perform,
    live: LiveRun,
    waiting: list[Step],
    states: dict[str, ActivityStatus],
    iteration: str,
    ended: queue.SimpleQueue[Ended],
) -> int:
    """Start what may start, skip what may not any more (which may let others), and return how many were started."""
    started, changed = 0, True
    while changed:
        changed = False
        for step in tuple(waiting):
            ready = readiness(step.dependencies, states)
            if ready == "wait":
                continue
            waiting.remove(step)
            changed = True
            if live.cancelled.is_set():
                states[step.name] = "Cancelled"
            elif ready == "skip":
                perform.skip(live, step, iteration)
                states[step.name] = "Skipped"
            else:
                in_thread(partial(_perform, perform, live, step, iteration, ended))
                started += 1
    return started


def _perform(perform: Perform, live: LiveRun, step: Step, iteration: str, ended: queue.SimpleQueue[Ended]) -> None:
    try:
        status, message = perform(live, step, iteration)
    except BaseException as error:
        # Whatever breaks in this thread has to break the block that waits for it, in its own thread.
        ended.put(Ended(step.name, broken=error))
    else:
        ended.put(Ended(step.name, status, message))


def in_thread(call: Callable[[], None]) -> threading.Thread:
    """Call in a new thread that knows nothing of the workflow that this one is in."""
    thread = threading.Thread(target=contextvars.Context().run, args=(call,), daemon=True)
    thread.start()
    return thread


def cancelled() -> Cancelled:
    """Return the error that ends what is cancelled."""
    return Cancelled(Fault("RUN-004", "The run was cancelled"))
