"""The way back into the runner for activities that run others, wait, or run pipelines."""

from __future__ import annotations

import datetime
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

import msgspec

from headwater.definition.activities.control import ForEachBody
from headwater.errors import ActivityFailed, Fault
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.plan.build import build_plan
from headwater.plan.plan import Plan
from headwater.run.activities.protocol import LoopPass
from headwater.run.attempts import Trial
from headwater.run.blocks import Perform, cancelled, in_thread, run_block
from headwater.run.contexts import context_of
from headwater.run.entries import StoredRun
from headwater.run.equipment import Equipment
from headwater.run.ids import invoked_run_id, iteration_in
from headwater.run.live import LiveRun, Stopped
from headwater.run.records import InvokedBy


class Invoke(Protocol):
    def __call__(self, run_id: str, plan: Plan, invoked_by: InvokedBy, parent: LiveRun) -> LiveRun | None:
        """Start a pipeline run and return it, or find it if it is carried here; None if it is not, so it has ended."""


class TrialControl:
    """`Control` for one attempt."""

    def __init__(self, equipment: Equipment, perform: Perform, invoke: Invoke, trial: Trial) -> None:
        self._equipment = equipment
        self._perform = perform
        self._invoke = invoke
        self._trial = trial

    def run_branch(self, branch: str, pass_: LoopPass | None = None) -> str | None:
        live, stored = self._trial.live, self._trial.stored
        step, iteration, item = live.steps[stored.activity], stored.iteration, stored.item
        if pass_ is not None:
            iteration = iteration_in(iteration, stored.activity, pass_.index)
            item = pass_.item if isinstance(step.activity.body, ForEachBody) else item
        if iteration:
            live.items[iteration] = item
        return run_block(self._perform, live, step.branch(branch), iteration)

    def context(self, pass_: LoopPass) -> Context:
        live, journal, stored = self._trial.live, self._equipment.journal, self._trial.stored
        seen = replace(
            stored,
            iteration=iteration_in(stored.iteration, stored.activity, pass_.index),
            variables=journal.variables(live.run_id),
            started_at=self._equipment.clock.now(),
        )
        return context_of(journal, live, seen)

    def run_pipeline(self, name: str, parameters: Mapping[str, Json], wait: bool) -> Mapping[str, Json]:
        live, ids = self._trial.live, self._trial.ids
        texts = {key: _as_argument(value) for key, value in parameters.items()}
        plan = build_plan(live.plan.workspace, name, texts, from_pipeline=True)
        run_id = invoked_run_id(ids.activity_run_id)
        by = InvokedBy(ids.activity_run_id, ids.activity, "PipelineActivity", ids.pipeline, ids.pipeline_run_id)
        child = self._invoke(run_id, plan, by, live)
        output: dict[str, Json] = {"pipelineName": plan.pipeline, "pipelineRunId": run_id}
        if not wait:
            return output
        if child is not None:
            self._wait_for(child)
        ended = self._equipment.journal.run(run_id)
        if ended is None or ended.status != "Succeeded":
            raise _not_succeeded(plan.pipeline, ended)
        returned = self._equipment.journal.variables(run_id, returned=True)
        return output | ({"pipelineReturnValue": returned} if returned else {})

    def wait_until(self, moment: datetime.datetime) -> None:
        live, clock = self._trial.live, self._equipment.clock
        event = threading.Event()
        with live.cancelled.waking(event):
            clock.wait(event, min(moment, self._trial.deadline))
        if event.is_set() or clock.now() < moment:
            raise cancelled()

    def parallel(self, calls: Sequence[Callable[[], None]], width: int) -> None:
        todo: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        for call in calls:
            todo.put(call)
        broken: list[BaseException] = []
        threads = [in_thread(partial(self._work, todo, broken)) for _ in range(min(width, len(calls)))]
        for thread in threads:
            thread.join()
        if broken:
            raise broken[0]

    def _work(self, todo: queue.SimpleQueue[Callable[[], None]], broken: list[BaseException]) -> None:
        while not broken:
            try:
                call = todo.get_nowait()
            except queue.Empty:
                return
            try:
                call()
            except BaseException as error:
                # It breaks the activity, in the thread that waits for all of them.
                broken.append(error)

    def _wait_for(self, child: LiveRun) -> None:
        live, event = self._trial.live, threading.Event()
        with live.cancelled.waking(event), child.done.waking(event):
            event.wait((self._trial.deadline - self._equipment.clock.now()).total_seconds())
        if live.stopping.is_set() or child.stopping.is_set():
            raise Stopped
        if not child.done.is_set():
            raise cancelled()


def _as_argument(value: Json) -> Json:
    """Arrays and objects reach an invoked pipeline as strings, as Synapse warns."""
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value


def _not_succeeded(pipeline: str, ended: StoredRun | None) -> ActivityFailed:
    if ended is not None and ended.status == "Cancelled":
        return ActivityFailed(Fault("RUN-004", f'The run of pipeline "{pipeline}" was cancelled'))
    message = ended.message if ended is not None else "its run is not known"
    return ActivityFailed(Fault("RUN-008", f'Pipeline "{pipeline}" failed: {message}'))
