"""One attempt of one activity: planned, run, and written down, also when an earlier process was killed in the middle.

What is done after a crash depends on what the journal holds:

    nothing                      the run starts the attempt again
    begun                        planned again with what it saw then, run from the start
    prepared, nothing committed  run from the start: what was staged was never visible
    prepared, some committed     run again with a `Resumption`: committed sinks are left, the others written again
    prepared, all committed      run with a `Resumption` that is complete: what follows the commits, then that result
    ended                        nothing
"""

from __future__ import annotations

import datetime
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from headwater.definition.pipeline import Activity
from headwater.errors import ActivityFailed, Cancelled, Fault, HeadwaterError
from headwater.language.expression.ast import Json
from headwater.language.expression.evaluate import evaluate
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import (
    ActivityResult,
    Control,
    Ids,
    Progress,
    Resumption,
    SinkToken,
    Surroundings,
)
from headwater.run.blocks import cancelled
from headwater.run.contexts import context_of
from headwater.run.database import DatabaseRefused
from headwater.run.engines.reading import store_of
from headwater.run.entries import AttemptEnd, NewAttempt, Prepared, StoredAttempt
from headwater.run.equipment import Equipment
from headwater.run.events import Movement
from headwater.run.ids import attempt_id
from headwater.run.live import LiveRun, Stopped
from headwater.run.masking import SECURE_INPUT, SECURE_OUTPUT, json_from
from headwater.run.progress import ActivityFinished, ActivityProgressed, ActivityStarted
from headwater.run.records import ActivityError, ActivityStatus

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trial:
    """An attempt under way. `announced` is what it has said that it will move."""

    live: LiveRun
    activity: Activity
    stored: StoredAttempt
    announced: list[Movement] = field(default_factory=list)

    @property
    def ids(self) -> Ids:
        return Ids(
            workspace=self.live.stored.workspace,
            pipeline=self.live.stored.pipeline,
            pipeline_run_id=self.live.run_id,
            activity_run_id=self.stored.activity_run_id,
            activity=self.activity.name,
            attempt=self.stored.attempt,
            iteration=self.stored.iteration,
            started_at=self.stored.started_at,
        )

    @property
    def deadline(self) -> datetime.datetime:
        return self.stored.started_at + self.activity.policy.timeout

    def shown(self, result: ActivityResult) -> ActivityResult:
        """Return the result as history and lineage may see it."""
        masker = self.live.masker
        output = SECURE_OUTPUT if self.activity.policy.secure_output else masker.mapping(result.output)
        return replace(result, output=output, movements=masker.structs(result.movements))


class Attempts:
    """Runs attempts. `control_of` gives control activities their way back into the runner."""

    def __init__(self, equipment: Equipment, control_of: Callable[[Trial], Control]) -> None:
        self._equipment = equipment
        self._journal = equipment.journal
        self._control_of = control_of

    def run(self, live: LiveRun, activity: Activity, iteration: str, attempt: int) -> None:
        """Run one attempt to its end and write it down; nothing if it has ended. Raises Stopped."""
        stored = self._begin(live, activity, iteration, attempt)
        if stored is None or stored.has_ended:
            return
        trial = Trial(live, activity, stored)
        live.on_event(ActivityStarted(trial.ids, activity.type))
        end = self._end_of(trial)
        self._journal.end_attempt(stored.activity_run_id, end)
        message = end.error.message if end.error else ""
        live.on_event(ActivityFinished(trial.ids, activity.type, end.status, message))

    def _begin(self, live: LiveRun, activity: Activity, iteration: str, attempt: int) -> StoredAttempt | None:
        """Return the attempt as it began, or None in a pass of a loop that has not begun in this process yet."""
        known = self._journal.attempt(attempt_id(live.run_id, iteration, activity.name, attempt))
        if known is not None:
            return known
        if iteration and iteration not in live.items:
            return None
        return self._journal.begin_attempt(self.new_attempt(live, activity, iteration, attempt))

    def new_attempt(self, live: LiveRun, activity: Activity, iteration: str, attempt: int) -> NewAttempt:
        """Return an attempt that begins now and sees the variables as they are now."""
        return NewAttempt(
            activity_run_id=attempt_id(live.run_id, iteration, activity.name, attempt),
            run=live.stored,
            activity=activity.name,
            activity_type=activity.type,
            iteration=iteration,
            attempt=attempt,
            started_at=self._equipment.clock.now(),
            variables=self._journal.variables(live.run_id),
            item=live.items.get(iteration),
            linked_service=activity.linked_service.name if activity.linked_service else None,
        )

    def _end_of(self, trial: Trial) -> AttemptEnd:
        """Run the attempt and return how it ended. Raises Stopped."""
        try:
            result = self._result(trial)
        except Cancelled as error:
            # Out of time, unless the whole run is cancelled.
            return self._failed(trial, error, failure_type="UserError", fault=_out_of_time(trial))
        except ActivityFailed as error:
            return self._failed(trial, error, error.failure_type)
        except DatabaseRefused as error:
            return self._failed(trial, error, "SystemError")
        except HeadwaterError as error:
            return self._failed(trial, error, "UserError")
        except OSError as error:
            return self._failed(trial, error, "SystemError", _of_system(error))
        except Stopped:
            raise
        except Exception as error:
            # The rim: a fault of ours in one activity must not take the run down, and must be found.
            _log.exception('Activity "%s" of run %s broke', trial.activity.name, trial.live.run_id)
            fault = Fault("RUN-006", f"Headwater broke: {type(error).__name__}: {error}", cure="Please report it.")
            return self._failed(trial, error, "SystemError", fault)
        shown = trial.shown(result)
        if shown.output != result.output:
            trial.live.secure_outputs[trial.stored.activity_run_id] = result.output
        return AttemptEnd(
            "Succeeded",
            shown.output,
            movements=shown.movements,
            assignments=shown.assignments,
            notes=shown.notes,
            folder=trial.live.pipeline.folder,
        )

    def _failed(self, trial: Trial, error: Exception, failure_type: str, fault: Fault | None = None) -> AttemptEnd:
        if trial.live.stopping.is_set():
            raise Stopped from error
        status: ActivityStatus = "Failed"
        if trial.live.cancelled.is_set():
            # What breaks because it is interrupted is not at fault itself.
            status, fault = "Cancelled", cancelled().faults[0]
        faults = (fault,) if fault else error.faults if isinstance(error, HeadwaterError) else ()
        masker = trial.live.masker
        shown = ActivityError(
            error_code=faults[0].code,
            message=masker.text("; ".join(one.message for one in faults)),
            failure_type=failure_type,
            target=trial.activity.name,
            details=masker.text("\n".join(str(one) for one in faults)),
        )
        return AttemptEnd(
            status,
            error=shown,
            movements=masker.structs(tuple(trial.announced)),
            folder=trial.live.pipeline.folder,
        )

    def _result(self, trial: Trial) -> ActivityResult:
        live, activity, journal = trial.live, trial.activity, self._journal
        runner = self._equipment.activities[activity.type]
        context = context_of(journal, live, trial.stored)
        plan = runner.plan(activity, live.plan.workspace, context)
        properties = {name: evaluate(value, context) for name, value in activity.user_properties.items()}
        input_ = SECURE_INPUT if activity.policy.secure_input else live.masker.mapping(runner.input(plan))
        journal.record_input(trial.stored.activity_run_id, input_, live.masker.mapping(properties))
        prepared = trial.stored.prepared
        resumption = self._resumption(prepared, runner.sinks(plan)) if prepared else None
        with self._surroundings(trial, resumption) as surroundings:
            return runner.run(plan, surroundings)

    def _resumption(self, prepared: Prepared, sinks: Mapping[str, ResolvedDataset]) -> Resumption | None:
        """Ask the stores what an earlier process had committed; None if nothing was."""
        done = [self._is_committed(one, sinks[one.sink]) for one in prepared.tokens]
        if prepared.tokens and not any(done):
            return None
        names = {one.sink for one in prepared.tokens}
        missing = {one.sink for one, is_done in zip(prepared.tokens, done, strict=True) if not is_done}
        return Resumption(frozenset(names - missing), prepared.result, is_complete=not missing)

    def _is_committed(self, token: SinkToken, sink: ResolvedDataset) -> bool:
        return store_of(self._equipment.connect(sink), sink).committed(_token(token))

    @contextmanager
    def _surroundings(self, trial: Trial, resumption: Resumption | None) -> Iterator[Surroundings]:
        live, equipment, ids = trial.live, self._equipment, trial.ids

        def progress(progress: Progress) -> None:
            live.on_event(ActivityProgressed(ids, progress))

        def announce(movements: Sequence[Movement]) -> None:
            trial.announced[:] = movements

        def is_cancelled() -> bool:
            return live.cancelled.is_set() or equipment.clock.now() >= trial.deadline

        scratch = equipment.scratch / ids.activity_run_id
        # What an earlier process left behind is of no use to this one.
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        try:
            yield Surroundings(
                workspace=live.plan.workspace,
                ids=ids,
                connect=equipment.connect,
                engine=equipment.engine,
                scratch=scratch,
                progress=progress,
                announce=announce,
                cancelled=is_cancelled,
                checkpoint=_Checkpoint(equipment, trial),
                control=self._control_of(trial),
                notes=lambda key: self._journal.source_notes(ids, key),
                resumption=resumption,
            )
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


class _Checkpoint:
    """Writes down what is staged, as history may see it."""

    def __init__(self, equipment: Equipment, trial: Trial) -> None:
        self._journal = equipment.journal
        self._trial = trial

    def prepared(self, tokens: Sequence[SinkToken], result: ActivityResult) -> None:
        self._trial.announced[:] = result.movements
        prepared = Prepared(tuple(tokens), self._trial.shown(result))
        self._journal.prepare(self._trial.stored.activity_run_id, prepared)


def _token(one: SinkToken) -> Mapping[str, Json]:
    return {name: json_from(value) for name, value in one.token.items()}


def _out_of_time(trial: Trial) -> Fault:
    limit = trial.activity.policy.timeout
    message = f'Activity "{trial.activity.name}" was not done within its timeout of {limit}'
    return Fault("RUN-007", message, trial.activity.place, "Raise `policy.timeout`, or give it less to do at once.")


def _of_system(error: OSError) -> Fault:
    what = error.strerror or str(error) or type(error).__name__
    where = f': "{Path(str(error.filename)).name}"' if error.filename else ""
    return Fault("RUN-005", f"The system refused: {what}{where}", cure="Check room and rights on the disk, then rerun.")
