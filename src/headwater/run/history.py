"""Reading what has run: pipeline runs and activity runs, as Synapse's REST API shows them. Nothing here writes."""

from __future__ import annotations

import datetime
import hashlib

import msgspec
import sqlalchemy as sa

from headwater import typed
from headwater.errors import Fault, RunError
from headwater.run.database import RunDatabase
from headwater.run.records import (
    ActivityError,
    ActivityRun,
    Filter,
    InvokedBy,
    PipelineRun,
    RunPage,
    RunQuery,
)
from headwater.run.tables import ACTIVITY_RUNS, PIPELINE_RUNS, VARIABLES

_MILLISECOND = datetime.timedelta(milliseconds=1)
_TIMES = frozenset({"RunEnd", "RunStart"})
_OPERANDS: dict[str, sa.Column[object]] = {
    "PipelineName": PIPELINE_RUNS.c.pipeline,
    "RunEnd": PIPELINE_RUNS.c.ended_at,
    "RunGroupId": PIPELINE_RUNS.c.run_group_id,
    "RunStart": PIPELINE_RUNS.c.started_at,
    "Status": PIPELINE_RUNS.c.status,
}


class RunHistory:
    """The read side of a run database; `RunJournal` is the other."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @property
    def engine(self) -> sa.Engine:
        """The engine of the run database, for those who keep tables of their own beside the runs."""
        return self._database.engine

    def pipeline_run(self, run_id: str) -> PipelineRun | None:
        """Return one run, or None."""
        with self._database.reading() as connection:
            row = connection.execute(_runs().where(PIPELINE_RUNS.c.run_id == run_id)).mappings().first()
            return None if row is None else _pipeline_run(connection, row)

    def query_pipeline_runs(self, query: RunQuery) -> RunPage:
        """Return a page of runs, ordered by their start. Raises RunError for a filter or token that makes no sense."""
        order = PIPELINE_RUNS.c.sequence
        statement = _runs().where(*_conditions(query)).order_by(order.desc() if query.newest_first else order.asc())
        offset = _offset(query.continuation_token)
        with self._database.reading() as connection:
            rows = connection.execute(statement.limit(query.limit + 1).offset(offset)).mappings().all()
            runs = tuple(_pipeline_run(connection, row) for row in rows[: query.limit])
        return RunPage(runs, str(offset + query.limit) if len(rows) > query.limit else None)

    def activity_runs(self, pipeline_run_id: str) -> tuple[ActivityRun, ...]:
        """Return every attempt of every activity, skipped ones too, in the order in which they began."""
        table = ACTIVITY_RUNS
        statement = sa.select(table).where(table.c.pipeline_run_id == pipeline_run_id).order_by(table.c.sequence)
        with self._database.reading() as connection:
            return tuple(_activity_run(row) for row in connection.execute(statement).mappings())

    def activity_run(self, activity_run_id: str) -> ActivityRun | None:
        """Return one attempt, or None."""
        statement = sa.select(ACTIVITY_RUNS).where(ACTIVITY_RUNS.c.activity_run_id == activity_run_id)
        with self._database.reading() as connection:
            row = connection.execute(statement).mappings().first()
            return None if row is None else _activity_run(row)


def _is_latest() -> sa.ColumnElement[bool]:
    other = PIPELINE_RUNS.alias("other")
    newest = sa.select(sa.func.max(other.c.sequence)).where(other.c.run_group_id == PIPELINE_RUNS.c.run_group_id)
    return PIPELINE_RUNS.c.sequence == newest.scalar_subquery()


def _runs() -> sa.Select[tuple[object, ...]]:
    return sa.select(PIPELINE_RUNS, _is_latest().label("is_latest"))


def _conditions(query: RunQuery) -> list[sa.ColumnElement[bool]]:
    table = PIPELINE_RUNS
    conditions: list[sa.ColumnElement[bool]] = []
    if query.workspace is not None:
        conditions.append(table.c.workspace == query.workspace)
    if query.last_updated_after is not None:
        conditions.append(table.c.updated_at >= query.last_updated_after)
    if query.last_updated_before is not None:
        conditions.append(table.c.updated_at <= query.last_updated_before)
    conditions.extend(_condition(line) for line in query.filters)
    return conditions


def _condition(line: Filter) -> sa.ColumnElement[bool]:
    if line.operand == "LatestOnly":
        return _is_latest() if "true" in {value.lower() for value in line.values} else sa.true()
    column = _OPERANDS[line.operand]
    values = [_time(value) for value in line.values] if line.operand in _TIMES else list(line.values)
    if line.operator in ("Equals", "In"):
        return column.in_(values)
    return column.not_in(values)


def _time(text: str) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise RunError(
            Fault("RUN-003", f'"{text}" is not a time', cure="Write times in ISO 8601, 2026-01-31T12:00:00Z.")
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    if not token.isdecimal():
        raise RunError(
            Fault(
                "RUN-003",
                f'The continuation token "{token}" is none of ours',
                cure="Send back the token of the page before, unchanged.",
            )
        )
    return int(token)


def _pipeline_run(connection: sa.Connection, row: sa.RowMapping) -> PipelineRun:
    returned = sa.select(VARIABLES.c.name, VARIABLES.c.value).where(
        VARIABLES.c.pipeline_run_id == row["run_id"], VARIABLES.c.is_return_value
    )
    return PipelineRun(
        workspace=row["workspace"],
        run_id=row["run_id"],
        run_group_id=row["run_group_id"],
        is_latest=bool(row["is_latest"]),
        pipeline_name=row["pipeline"],
        parameters={name: parameter_text(value) for name, value in row["parameters"].items()},
        invoked_by=typed.convert(row["invoked_by"], InvokedBy),
        run_start=row["started_at"],
        run_end=row["ended_at"],
        duration_in_ms=_duration(row),
        status=row["status"],
        message=row["message"],
        last_updated=row["updated_at"],
        annotations=tuple(row["annotations"]),
        return_value={row.name: row.value for row in connection.execute(returned)},
    )


def _activity_run(row: sa.RowMapping) -> ActivityRun:
    iteration = row["iteration"]
    return ActivityRun(
        workspace=row["workspace"],
        activity_run_id=row["activity_run_id"],
        activity_name=row["activity"],
        activity_type=row["activity_type"],
        pipeline_name=row["pipeline"],
        pipeline_run_id=row["pipeline_run_id"],
        status=row["status"],
        activity_run_start=row["started_at"],
        activity_run_end=row["ended_at"],
        duration_in_ms=_duration(row),
        retry_attempt=row["attempt"] or None,
        iteration=iteration,
        iteration_hash=hashlib.sha256(iteration.encode()).hexdigest()[:32] if iteration else None,
        linked_service_name=row["linked_service"],
        input=row["input"],
        output=row["output"],
        error=typed.convert(row["error"], ActivityError) if row["error"] else ActivityError(),
        user_properties=row["user_properties"],
    )


def _duration(row: sa.RowMapping) -> int | None:
    started_at, ended_at = row["started_at"], row["ended_at"]
    if isinstance(started_at, datetime.datetime) and isinstance(ended_at, datetime.datetime):
        return (ended_at - started_at) // _MILLISECOND
    return None


def parameter_text(value: object) -> str:
    """Return a parameter as run records show it: strings as they are, everything else as JSON text."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
