"""Rehearses pipelines with the real runner: its control flow, its expressions, and stand-ins for every store.

An activity of a type that no run does would have the whole pipeline refused; here it is left out and said to be
missing, and its output is made up, so that the rest is rehearsed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from types import TracebackType

from headwater.connectors.protocol import AnyStore
from headwater.definition.activities.control import (
    ForEachBody,
    IfConditionBody,
    SwitchBody,
    UntilBody,
)
from headwater.definition.pipeline import Activity, Pipeline
from headwater.definition.reference import Parameter
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, HeadwaterError
from headwater.language.expression.ast import Json
from headwater.plan.nesting import walk_active
from headwater.plan.resolved import ResolvedDataset
from headwater.plan.rules.runnable_types import runnable_types
from headwater.run.activities.registry import ACTIVITIES
from headwater.run.database import RunDatabase
from headwater.run.history import RunHistory
from headwater.run.records import ActivityRun
from headwater.run.rehearsal.made_up import MadeUpOutput, made_up_outputs
from headwater.run.rehearsal.outcome import LEFT_OUT, PipelineRehearsal, RehearsedActivity
from headwater.run.rehearsal.perform import Terms
from headwater.run.rehearsal.scratch import file_name
from headwater.run.rehearsal.stand_ins import RehearsalClock, RehearsedCopy, RehearsedDataFlow, StandIns
from headwater.run.runner import Runner

_CARRIER = "ExecuteDataFlow"
_VALUES: Mapping[str, Json] = {"array": ["rehearsed"], "bool": True, "float": 1.0, "int": 1, "object": {}}


class RehearsedPipelines:
    """The pipelines of one workspace; a context manager, since only one runner may be open in a process."""

    def __init__(self, workspace: Workspace, terms: Terms) -> None:
        self._workspace = workspace
        self._left_out = _without_unrunnable(workspace)
        self._terms = terms
        self._stores = StandIns(terms.folder)
        self._stack = ExitStack()

    def __enter__(self) -> RehearsedPipelines:
        database = RunDatabase(self._terms.folder / "runs.db")
        self._stack.callback(database.close)
        self._history = RunHistory(database)
        self._runner = Runner(
            database=database,
            workspaces={self._workspace.name: self._left_out},
            connect=self._connect,
            scratch=self._terms.folder / "scratch",
            engine=self._terms.engine,
            clock=RehearsalClock(),
            activities={
                **ACTIVITIES,
                "Copy": RehearsedCopy(self._terms),
                "ExecuteDataFlow": RehearsedDataFlow(self._terms),
            },
        )
        self._stack.enter_context(self._runner)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def _connect(self, dataset: ResolvedDataset) -> AnyStore:
        return self._stores.connect(dataset)

    def rehearse(self, name: str) -> PipelineRehearsal:
        """Return how far a pipeline comes. Does not raise for what is wrong with it."""
        pipeline = self._workspace.pipelines[name]
        # Each finds its stores empty, whatever ran before.
        self._stores = StandIns(self._terms.folder / "stores" / file_name(name))
        self._stores.clear()
        needs = tuple(runnable_types(self._workspace, pipeline))
        left_out = {one.name: one.type for one in walk_active(pipeline.activities) if one.type not in ACTIVITIES}
        started = time.monotonic()
        result = PipelineRehearsal(name, pipeline.place.file, "Refused", needs=needs)
        try:
            run_id = self._runner.start(self._workspace.name, name, _parameters(pipeline))
            with self._limited(run_id):
                run = self._runner.wait(run_id)
        except HeadwaterError as error:
            result = replace(result, faults=error.faults)
        else:
            activities = self._history.activity_runs(run_id)
            result = replace(
                result,
                status=run.status,
                activities=tuple(_activity(one, left_out) for one in activities),
                faults=tuple(self._faults(run.status, activities, pipeline)),
            )
        return replace(result, duration_ms=round((time.monotonic() - started) * 1000))

    @contextmanager
    def _limited(self, run_id: str) -> Iterator[None]:
        """Cancel a run that takes too long: made-up rows may never be what a loop waits for."""
        timer = threading.Timer(self._terms.limit_s, self._runner.cancel, (run_id,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _faults(self, status: str, activities: Sequence[ActivityRun], pipeline: Pipeline) -> Iterator[Fault]:
        if status == "Cancelled":
            message = f'The rehearsal of pipeline "{pipeline.name}" was stopped after {self._terms.limit_s:.0f} seconds'
            cure = "A loop may wait for what made-up rows never bring; rehearse what stands in it by itself."
            yield Fault("RUN-004", message, pipeline.place, cure)
        elif status != "Succeeded":
            yield from (_fault(one, pipeline) for one in activities if one.status == "Failed")


@dataclass(frozen=True, slots=True)
class _Pruned:
    """Leaves out what cannot be run, however deep; `outputs` are made up, by activity."""

    outputs: Mapping[str, Mapping[str, Json]]

    def activity(self, activity: Activity) -> Activity:
        if activity.type not in ACTIVITIES:
            made_up = MadeUpOutput(self.outputs.get(activity.name.lower(), {}))
            # The runner knows the types that it runs: one of them carries what it does not.
            return replace(activity, type=_CARRIER, body=made_up)
        match activity.body:
            case ForEachBody() as body:
                return replace(activity, body=replace(body, activities=self.all(body.activities)))
            case UntilBody() as body:
                return replace(activity, body=replace(body, activities=self.all(body.activities)))
            case IfConditionBody() as body:
                if_true, if_false = self.all(body.if_true), self.all(body.if_false)
                return replace(activity, body=replace(body, if_true=if_true, if_false=if_false))
            case SwitchBody() as body:
                cases = tuple(replace(case, activities=self.all(case.activities)) for case in body.cases)
                return replace(activity, body=replace(body, cases=cases, default=self.all(body.default)))
            case _:
                return activity

    def all(self, activities: tuple[Activity, ...]) -> tuple[Activity, ...]:
        return tuple(self.activity(activity) for activity in activities)


def _without_unrunnable(workspace: Workspace) -> Workspace:
    pipelines = {
        name: replace(pipeline, activities=_Pruned(made_up_outputs(pipeline)).all(pipeline.activities))
        for name, pipeline in workspace.pipelines.items()
    }
    return replace(workspace, pipelines=pipelines)


def _parameters(pipeline: Pipeline) -> dict[str, Json]:
    return {one.name: _value(one) for one in pipeline.parameters if not one.has_default}


def _value(parameter: Parameter) -> Json:
    return _VALUES.get(parameter.type, "rehearsed")


def _activity(run: ActivityRun, left_out_types: Mapping[str, str]) -> RehearsedActivity:
    left_out = run.status == "Succeeded" and run.activity_name in left_out_types
    reason = "no run does it; its output is made up" if left_out else run.error.message
    return RehearsedActivity(
        name=run.activity_name + (f" {run.iteration}" if run.iteration else ""),
        type=left_out_types.get(run.activity_name, run.activity_type),
        status=LEFT_OUT if left_out else run.status,
        rows=_rows(run.output),
        reason=reason,
    )


def _rows(output: Mapping[str, object]) -> int | None:
    copied = output.get("rowsCopied")
    if isinstance(copied, int):
        return copied
    status = output.get("runStatus")
    metrics = status.get("metrics") if isinstance(status, dict) else None
    if not isinstance(metrics, dict):
        return None
    counts = [sink.get("rowsWritten") for sink in metrics.values() if isinstance(sink, dict)]
    return sum(count for count in counts if isinstance(count, int))


def _fault(run: ActivityRun, pipeline: Pipeline) -> Fault:
    places = {activity.name: activity.place for activity in walk_active(pipeline.activities)}
    message = f'Activity "{run.activity_name}" failed: {run.error.message}'
    cure = next((line.strip()[2:] for line in run.error.details.splitlines() if line.strip().startswith("→ ")), "")
    return Fault(run.error.error_code or "RUN-001", message, places.get(run.activity_name, pipeline.place), cure)
