"""One activity of a block: skipped, marked inactive, or attempted until it succeeds or its retries are used up."""

from __future__ import annotations

import datetime
import threading
from typing import Protocol

from headwater.definition.pipeline import Activity
from headwater.errors import Fault, HeadwaterError, RunError
from headwater.language.expression.evaluate import evaluate
from headwater.plan.plan import Step
from headwater.run.attempts import Attempts
from headwater.run.contexts import context_of
from headwater.run.entries import StoredAttempt
from headwater.run.equipment import Equipment
from headwater.run.ids import attempt_id
from headwater.run.live import LiveRun, Stopped
from headwater.run.records import ActivityStatus

# An expression or plan that fails does so again, so it is not tried again.
_FINAL_CODES = ("DEF-", "LNG-", "PLN-")


class PerformAttempt(Protocol):
    def __call__(self, workflow_id: str, run_id: str, iteration: str, activity: str, attempt: int) -> None:
        """Have an attempt run as a durable workflow and return when that has returned."""


class Activities:
    """Performs activities for blocks."""

    def __init__(self, equipment: Equipment, attempts: Attempts, perform: PerformAttempt) -> None:
        self._equipment = equipment
        self._attempts = attempts
        self._perform = perform

    def skip(self, live: LiveRun, step: Step, iteration: str) -> None:
        """Write down that an activity is skipped."""
        self._unrun(live, step.activity, iteration, "Skipped")

    def __call__(self, live: LiveRun, step: Step, iteration: str) -> tuple[ActivityStatus, str]:
        """Run one activity, retries included, and return how it ended and why it failed. Raises Stopped."""
        activity, number = step.activity, 0
        if not activity.active:
            status = _MARKS[activity.on_inactive_mark_as]
            self._unrun(live, activity, iteration, status)
            return status, "" if status != "Failed" else "It is inactive and marked as failed"
        while True:
            attempt = self._attempt(live, activity, iteration, number)
            if attempt.status != "Failed" or attempt.error.error_code.startswith(_FINAL_CODES):
                break
            retries = self._retries(live, activity, attempt)
            if isinstance(retries, str):
                return "Failed", retries
            if number >= retries or not self._wait_before_retry(live, activity, attempt):
                break
            number += 1
        return attempt.status, attempt.error.message

    def _attempt(self, live: LiveRun, activity: Activity, iteration: str, number: int) -> StoredAttempt:
        id_ = attempt_id(live.run_id, iteration, activity.name, number)
        attempt = self._equipment.journal.attempt(id_)
        if attempt is not None and attempt.has_ended:
            return attempt
        self._perform(id_, live.run_id, iteration, activity.name, number)
        attempt = self._equipment.journal.attempt(id_)
        if live.stopping.is_set() and (attempt is None or not attempt.has_ended):
            raise Stopped
        if attempt is None or not attempt.has_ended:
            # Its workflow has ended, broken or before this pass of the loop had begun here; the attempt has not.
            self._attempts.run(live, activity, iteration, number)
            attempt = self._equipment.journal.attempt(id_)
        if attempt is None or not attempt.has_ended:
            message = f'Attempt {number} of activity "{activity.name}" did not end'
            raise RunError(Fault("RUN-006", message, activity.place, "Please report it; recovering the run goes on."))
        return attempt

    def _retries(self, live: LiveRun, activity: Activity, attempt: StoredAttempt) -> int | str:
        """Return how often to retry, or why that cannot be told."""
        value = activity.policy.retry
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        try:
            retry = evaluate(value, context_of(self._equipment.journal, live, attempt))
        except HeadwaterError as error:
            return error.message
        if isinstance(retry, str) and retry.strip().isdecimal():
            return int(retry)
        if isinstance(retry, int) and not isinstance(retry, bool):
            return retry
        return f'`policy.retry` of activity "{activity.name}" is no number'

    def _wait_before_retry(self, live: LiveRun, activity: Activity, attempt: StoredAttempt) -> bool:
        interval = datetime.timedelta(seconds=activity.policy.retry_interval_s)
        event = threading.Event()
        with live.cancelled.waking(event):
            self._equipment.clock.wait(event, (attempt.ended_at or attempt.started_at) + interval)
        if live.stopping.is_set():
            raise Stopped
        return not live.cancelled.is_set()

    def _unrun(self, live: LiveRun, activity: Activity, iteration: str, status: ActivityStatus) -> None:
        attempt = self._attempts.new_attempt(live, activity, iteration, 0)
        self._equipment.journal.record_unrun(attempt, status)


_MARKS: dict[str, ActivityStatus] = {"Failed": "Failed", "Skipped": "Skipped", "Succeeded": "Succeeded"}
