"""Writing down what runs do, each step in one durable transaction. The journal decides what is done after a crash.

Every write is idempotent: a run, an attempt or an end that is there already is left as it is, because after a
crash the same step is taken again.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from headwater import typed
from headwater.language.expression.ast import Json
from headwater.run.activities.protocol import Assignment, Ids, SourceNote
from headwater.run.database import RunDatabase
from headwater.run.entries import AttemptEnd, NewAttempt, NewRun, Prepared, StoredAttempt, StoredRun
from headwater.run.events import ActivityEnded, Listener
from headwater.run.records import ENDED, UNFINISHED, ActivityError, ActivityStatus, InvokedBy, RunStatus
from headwater.run.tables import ACTIVITY_RUNS, PIPELINE_RUNS, SOURCE_NOTES, VARIABLES

_log = logging.getLogger(__name__)


class RunJournal:
    """The write side of a run database. `listeners` hear of every attempt's end in its own transaction."""

    def __init__(
        self, database: RunDatabase, listeners: Sequence[Listener], now: Callable[[], datetime.datetime]
    ) -> None:
        self._database = database
        self._listeners = tuple(listeners)
        self._now = now

    def begin_run(self, run: NewRun) -> bool:
        """Write down that a run begins, with its variables; False if it is known."""
        now = self._now()
        row = {
            "run_id": run.run_id,
            "run_group_id": run.run_id,
            "workspace": run.workspace,
            "pipeline": run.pipeline,
            "definition": run.definition,
            "parameters": run.parameters,
            "invoked_by": run.invoked_by,
            "status": run.status,
            "message": "",
            "started_at": now,
            "updated_at": now,
            "annotations": run.annotations,
            "runner_id": run.runner_id,
        }
        with self._database.writing() as connection:
            if not _insert_once(connection, PIPELINE_RUNS, row):
                return False
            for name, value in run.variables.items():
                connection.execute(VARIABLES.insert().values(_variable(run.run_id, name, value)))
        return True

    def admit_run(self, run_id: str) -> None:
        """Write down that a queued run begins now."""
        with self._database.writing() as connection:
            connection.execute(
                PIPELINE_RUNS.update()
                .where(PIPELINE_RUNS.c.run_id == run_id, PIPELINE_RUNS.c.status == "Queued")
                .values(status="InProgress", updated_at=self._now())
            )

    def end_run(self, run_id: str, status: RunStatus, message: str) -> None:
        """Write down how a run ended, unless it has ended already."""
        now = self._now()
        with self._database.writing() as connection:
            connection.execute(
                PIPELINE_RUNS.update()
                .where(PIPELINE_RUNS.c.run_id == run_id, PIPELINE_RUNS.c.status.not_in(ENDED))
                .values(status=status, message=message, ended_at=now, updated_at=now)
            )

    def request_cancel(self, run_id: str) -> bool:
        """Mark a run as to be cancelled; False if it has ended or is unknown."""
        with self._database.writing() as connection:
            result = connection.execute(
                PIPELINE_RUNS.update()
                .where(PIPELINE_RUNS.c.run_id == run_id, PIPELINE_RUNS.c.status.not_in(ENDED))
                .values(status="Canceling", updated_at=self._now())
            )
        return result.rowcount > 0

    def adopt(self, run_id: str, runner_id: str) -> None:
        """Write down which process carries a run from now on."""
        with self._database.writing() as connection:
            connection.execute(
                PIPELINE_RUNS.update().where(PIPELINE_RUNS.c.run_id == run_id).values(runner_id=runner_id)
            )

    def begin_attempt(self, attempt: NewAttempt) -> StoredAttempt:
        """Write down that an attempt begins and return it; if it is known, as it began then."""
        row = _attempt_row(attempt) | {"status": "InProgress", "input": {}, "output": {}}
        with self._database.writing() as connection:
            _insert_once(connection, ACTIVITY_RUNS, row)
            _touch(connection, attempt.run.run_id, self._now())
            statement = sa.select(ACTIVITY_RUNS).where(ACTIVITY_RUNS.c.activity_run_id == attempt.activity_run_id)
            return _stored_attempt(connection.execute(statement).mappings().one())

    def record_input(
        self, activity_run_id: str, input_: Mapping[str, object], user_properties: Mapping[str, object]
    ) -> None:
        """Write down what the attempt's expressions came to."""
        values = {"input": input_, "user_properties": user_properties}
        with self._database.writing() as connection:
            connection.execute(_attempt_update(activity_run_id).values(values))

    def prepare(self, activity_run_id: str, prepared: Prepared) -> None:
        """Write down what is staged; from here on the stores' tokens decide whether the attempt was done."""
        with self._database.writing() as connection:
            connection.execute(_attempt_update(activity_run_id).values(checkpoint=prepared))

    def end_attempt(self, activity_run_id: str, end: AttemptEnd) -> None:
        """Write down how an attempt ended, its assignments, and what listeners make of it: all or nothing.

        Does nothing for an attempt that has ended already.
        """
        now = self._now()
        with self._database.writing() as connection:
            values = {"status": end.status, "output": end.output, "error": end.error, "ended_at": now}
            changed = connection.execute(
                _attempt_update(activity_run_id)
                .where(ACTIVITY_RUNS.c.status.not_in(ENDED))
                .values(values | {"checkpoint": None})
            )
            if changed.rowcount == 0:
                return
            statement = sa.select(ACTIVITY_RUNS).where(ACTIVITY_RUNS.c.activity_run_id == activity_run_id)
            row = connection.execute(statement).mappings().one()
            for assignment in end.assignments:
                _assign(connection, row["pipeline_run_id"], assignment)
            for note in end.notes:
                _note(connection, row, note, now)
            _touch(connection, row["pipeline_run_id"], now)
            event = _event(row, end)
            for listener in self._listeners:
                _tell(connection, listener, event)

    def record_unrun(self, attempt: NewAttempt, status: ActivityStatus) -> None:
        """Write down an activity that is not run: skipped, or marked inactive. Listeners hear nothing of it."""
        row = _attempt_row(attempt) | {"status": status, "input": {}, "output": {}, "ended_at": attempt.started_at}
        with self._database.writing() as connection:
            _insert_once(connection, ACTIVITY_RUNS, row)

    def run(self, run_id: str) -> StoredRun | None:
        """Return a run as the runner needs it, or None."""
        statement = sa.select(PIPELINE_RUNS).where(PIPELINE_RUNS.c.run_id == run_id)
        with self._database.reading() as connection:
            row = connection.execute(statement).mappings().first()
            return None if row is None else _stored_run(row)

    def unfinished(self, status: RunStatus | None = None) -> tuple[StoredRun, ...]:
        """Return all runs that have not ended (or those of one status), oldest first."""
        table = PIPELINE_RUNS
        condition = table.c.status.in_(UNFINISHED if status is None else (status,))
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(table).where(condition).order_by(table.c.sequence)).mappings()
            return tuple(_stored_run(row) for row in rows)

    def attempt(self, activity_run_id: str) -> StoredAttempt | None:
        """Return one attempt, or None."""
        statement = sa.select(ACTIVITY_RUNS).where(ACTIVITY_RUNS.c.activity_run_id == activity_run_id)
        with self._database.reading() as connection:
            row = connection.execute(statement).mappings().first()
            return None if row is None else _stored_attempt(row)

    def attempts(self, run_id: str, iterations: Sequence[str]) -> tuple[StoredAttempt, ...]:
        """Return the attempts in these iterations, in the order in which they began."""
        statement = (
            sa.select(ACTIVITY_RUNS)
            .where(ACTIVITY_RUNS.c.pipeline_run_id == run_id, ACTIVITY_RUNS.c.iteration.in_(iterations))
            .order_by(ACTIVITY_RUNS.c.sequence)
        )
        with self._database.reading() as connection:
            return tuple(_stored_attempt(row) for row in connection.execute(statement).mappings())

    def open_attempts(self, run_id: str) -> tuple[StoredAttempt, ...]:
        """Return the attempts of a run that have begun and not ended."""
        table = ACTIVITY_RUNS
        statement = sa.select(table).where(table.c.pipeline_run_id == run_id, table.c.status.not_in(ENDED))
        with self._database.reading() as connection:
            return tuple(_stored_attempt(row) for row in connection.execute(statement).mappings())

    def variables(self, run_id: str, *, returned: bool = False) -> dict[str, Json]:
        """Return the run's variables as they are now, or with `returned` its return values."""
        statement = sa.select(VARIABLES.c.name, VARIABLES.c.value).where(
            VARIABLES.c.pipeline_run_id == run_id, VARIABLES.c.is_return_value == returned
        )
        with self._database.reading() as connection:
            return {row.name: row.value for row in connection.execute(statement)}

    def source_notes(self, ids: Ids, key: str) -> dict[str, Mapping[str, Json]]:
        """Return what the last successful run of an activity noted of its sources, under a checkpoint's key."""
        table = SOURCE_NOTES
        statement = sa.select(table.c.source, table.c.note).where(
            table.c.workspace == ids.workspace,
            table.c.pipeline == ids.pipeline,
            table.c.activity == ids.activity,
            table.c.checkpoint_key == key,
        )
        with self._database.reading() as connection:
            return {row.source: row.note for row in connection.execute(statement)}


def _insert_once(connection: sa.Connection, table: sa.Table, row: Mapping[str, object]) -> bool:
    return connection.execute(sqlite.insert(table).values(row).on_conflict_do_nothing()).rowcount > 0


def _touch(connection: sa.Connection, run_id: str, now: datetime.datetime) -> None:
    connection.execute(PIPELINE_RUNS.update().where(PIPELINE_RUNS.c.run_id == run_id).values(updated_at=now))


def _attempt_update(activity_run_id: str) -> sa.Update:
    return ACTIVITY_RUNS.update().where(ACTIVITY_RUNS.c.activity_run_id == activity_run_id)


def _attempt_row(attempt: NewAttempt) -> dict[str, object]:
    return {
        "activity_run_id": attempt.activity_run_id,
        "pipeline_run_id": attempt.run.run_id,
        "workspace": attempt.run.workspace,
        "pipeline": attempt.run.pipeline,
        "activity": attempt.activity,
        "activity_type": attempt.activity_type,
        "iteration": attempt.iteration,
        "attempt": attempt.attempt,
        "started_at": attempt.started_at,
        "linked_service": attempt.linked_service,
        "user_properties": {},
        "variables": attempt.variables,
        "item": attempt.item,
    }


def _variable(run_id: str, name: str, value: object, *, returned: bool = False) -> dict[str, object]:
    return {"pipeline_run_id": run_id, "name": name, "is_return_value": returned, "value": value}


def _assign(connection: sa.Connection, run_id: str, assignment: Assignment) -> None:
    table, returned = VARIABLES, assignment.is_return_value
    key = (table.c.pipeline_run_id == run_id, table.c.name == assignment.variable, table.c.is_return_value == returned)
    value = assignment.value
    if assignment.operation == "append":
        before = connection.execute(sa.select(table.c.value).where(*key)).scalar()
        value = [*(before if isinstance(before, list) else ()), value]
    row = _variable(run_id, assignment.variable, value, returned=returned)
    statement = sqlite.insert(table).values(row)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[table.c.pipeline_run_id, table.c.name, table.c.is_return_value],
            set_={"value": statement.excluded.value},
        )
    )


def _note(connection: sa.Connection, run: sa.RowMapping, note: SourceNote, now: datetime.datetime) -> None:
    key = {name: run[name] for name in ("workspace", "pipeline", "activity")}
    key |= {"checkpoint_key": note.key, "source": note.source}
    values = {"note": note.note, "activity_run_id": run["activity_run_id"], "updated_at": now}
    statement = sqlite.insert(SOURCE_NOTES).values(key | values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def _tell(connection: sa.Connection, listener: Listener, event: ActivityEnded) -> None:
    savepoint = connection.begin_nested()
    try:
        listener(connection, event)
    except Exception:
        # Whatever a listener fails at, the run goes on: what it wrote is undone and the reason is logged.
        savepoint.rollback()
        _log.exception('A listener failed at the end of activity "%s" of run %s', event.activity, event.pipeline_run_id)
    else:
        savepoint.commit()


def _event(row: sa.RowMapping, end: AttemptEnd) -> ActivityEnded:
    return ActivityEnded(
        workspace=row["workspace"],
        pipeline=row["pipeline"],
        pipeline_run_id=row["pipeline_run_id"],
        activity=row["activity"],
        activity_type=row["activity_type"],
        activity_run_id=row["activity_run_id"],
        iteration=row["iteration"],
        attempt=row["attempt"],
        status=end.status,
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        error=end.error.message if end.error else None,
        movements=end.movements,
        folder=end.folder,
    )


def _stored_run(row: sa.RowMapping) -> StoredRun:
    return StoredRun(
        run_id=row["run_id"],
        workspace=row["workspace"],
        pipeline=row["pipeline"],
        definition=row["definition"],
        parameters=row["parameters"],
        invoked_by=typed.convert(row["invoked_by"], InvokedBy),
        status=row["status"],
        message=row["message"],
        started_at=row["started_at"],
        runner_id=row["runner_id"],
    )


def _stored_attempt(row: sa.RowMapping) -> StoredAttempt:
    return StoredAttempt(
        activity_run_id=row["activity_run_id"],
        activity=row["activity"],
        activity_type=row["activity_type"],
        iteration=row["iteration"],
        attempt=row["attempt"],
        status=row["status"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        variables=row["variables"],
        item=row["item"],
        output=row["output"],
        error=typed.convert(row["error"], ActivityError) if row["error"] else ActivityError(),
        prepared=typed.convert(row["checkpoint"], Prepared) if row["checkpoint"] else None,
    )
