"""A copy from its plan to its result: look, announce, stage everything, write down the tokens, commit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from headwater.connectors.engine import open_engine
from headwater.connectors.formats.binary import Binary
from headwater.connectors.formats.opening import open_files
from headwater.connectors.protocol import AnyStore
from headwater.data.locations import FileLocation
from headwater.errors import Fault, RunError
from headwater.plan.resolved import CopyPlan
from headwater.run.activities.protocol import ActivityResult, Progress, SinkToken, Surroundings
from headwater.run.copy.attempt import Attempt, interruptible
from headwater.run.copy.options import read_options, with_read_settings
from headwater.run.copy.output import Times, copy_output
from headwater.run.copy.task import Task, movement_of, tasks_of
from headwater.run.copy.writing import Written, discard_all, write_task
from headwater.run.engines.reading import files_of

SINK = "sink"


def perform_copy(plan: CopyPlan, surroundings: Surroundings) -> ActivityResult:
    """Carry out a copy. Raises PlanError, RunError, ConnectorError, Cancelled; then the sink is as it was."""
    resumption = surroundings.resumption
    if resumption is not None and SINK in resumption.committed:
        return resumption.result
    plan = with_read_settings(plan)
    options = read_options(plan)
    ordered = isinstance(plan.sink.location, FileLocation)
    engine = open_engine(surroundings.engine, surroundings.scratch, ordered=ordered)
    try:
        attempt = Attempt(
            plan=plan,
            options=options,
            engine=engine,
            run_id=surroundings.ids.activity_run_id,
            progress=lambda rows, size: surroundings.progress(Progress(rows=rows, bytes=size)),
            cancelled=surroundings.cancelled,
        )
        with interruptible(attempt):
            return _perform(attempt, surroundings)
    finally:
        engine.close()


def _perform(attempt: Attempt, surroundings: Surroundings) -> ActivityResult:
    source, sink = surroundings.connect(attempt.plan.source), surroundings.connect(attempt.plan.sink)
    began = time.monotonic()
    if attempt.plan.source.format is not None:
        files = files_of(source, attempt.plan.source)
        source, reading = open_files(attempt.engine, files, attempt.plan.source.format)
        attempt = replace(attempt, reading=reading)
    tasks = tasks_of(attempt, source)
    listed = time.monotonic()
    _refuse_clashes(tasks)
    surroundings.announce([movement_of(attempt, task) for task in tasks])
    written = _stage(attempt, tasks, source, sink)
    uncommitted = list(written)
    try:
        _verify(attempt, written)
        times = Times(surroundings.ids.started_at, listed - began, time.monotonic() - listed)
        result = ActivityResult(
            output=copy_output(attempt.plan, attempt.options, written, times),
            movements=tuple(
                movement_of(attempt, one.task, one.rows_read, one.rows_copied, one.bytes_written) for one in written
            ),
        )
        surroundings.checkpoint.prepared([SinkToken(SINK, one.staged.token) for one in written], result)
        while uncommitted:
            uncommitted[0].staged.commit()
            uncommitted.pop(0)
    except BaseException:
        discard_all(uncommitted)
        raise
    return result


def _stage(attempt: Attempt, tasks: Sequence[Task], source: AnyStore, sink: AnyStore) -> tuple[Written, ...]:
    written: list[Written] = []
    try:
        for task in tasks:
            written.extend(write_task(attempt, task, source, sink))
            attempt.progress(sum(one.rows_copied or 0 for one in written), sum(one.bytes_written for one in written))
    except BaseException:
        discard_all(written)
        raise
    return tuple(written)


def _refuse_clashes(tasks: Sequence[Task]) -> None:
    """Raise RunError if two files would be written to one name."""
    seen: dict[object, Task] = {}
    for task in tasks:
        if (other := seen.get(task.target)) is not None and isinstance(task.target, FileLocation):
            raise RunError(
                Fault(
                    "RUN-109",
                    f"Both {other.where} and {task.where} would be written to '{task.target.path}'",
                    cure='Set "copyBehavior": "FlattenHierarchy" or "MergeFiles", or copy them one by one.',
                )
            )
        seen[task.target] = task


def _verify(attempt: Attempt, written: Sequence[Written]) -> None:
    """Raise RunError if the copy was asked to be verified and rows or bytes are missing."""
    if not attempt.options.verify:
        return
    for one in written:
        lost = one.task.source_bytes != one.bytes_written if isinstance(attempt.plan.sink.format, Binary) else False
        if not attempt.options.skip_rows and one.rows_read != one.rows_copied:
            lost = True
        if lost:
            message = f"The copy of {one.task.where} is not complete"
            raise RunError(Fault("RUN-110", message, cure="Run it again; nothing was written."))
