"""The run tables of a project: one database for all its workspaces. Their own migrations, their own version table."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec
import sqlalchemy as sa

VERSION_TABLE = "run_version"
HEAD = "0002"
"""The newest migration; a database that is there already does without importing Alembic."""
MIGRATIONS = Path(__file__).parent / "migrations"
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)


class UtcTime(sa.types.TypeDecorator[datetime.datetime]):
    """An aware time, kept as microseconds since the epoch: sorts and compares alike in every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, _dialect: sa.Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, _dialect: sa.Dialect) -> datetime.datetime | None:
        return None if value is None else _EPOCH + value * _MICROSECOND


class JsonText(sa.types.TypeDecorator[object]):
    """A JSON value or a msgspec struct, kept as text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: object, _dialect: sa.Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, _dialect: sa.Dialect) -> object:
        return None if value is None else msgspec.json.decode(value)


METADATA = sa.MetaData()

PIPELINE_RUNS = sa.Table(
    "pipeline_runs",
    METADATA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("run_id", sa.Text, nullable=False, unique=True),
    sa.Column("run_group_id", sa.Text, nullable=False),
    sa.Column("workspace", sa.Text, nullable=False),
    sa.Column("pipeline", sa.Text, nullable=False),
    sa.Column("definition", sa.Text, nullable=False),
    sa.Column("parameters", JsonText, nullable=False),
    sa.Column("invoked_by", JsonText, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Column("annotations", JsonText, nullable=False),
    sa.Column("runner_id", sa.Text, nullable=False),
    sa.Index("pipeline_runs_by_update", "workspace", "updated_at"),
    sa.Index("pipeline_runs_by_status", "status"),
)
"""`definition` is the digest of the pipeline that the run began with; `runner_id` the process that carries it."""

ACTIVITY_RUNS = sa.Table(
    "activity_runs",
    METADATA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("activity_run_id", sa.Text, nullable=False, unique=True),
    sa.Column("pipeline_run_id", sa.Text, nullable=False),
    sa.Column("workspace", sa.Text, nullable=False),
    sa.Column("pipeline", sa.Text, nullable=False),
    sa.Column("activity", sa.Text, nullable=False),
    sa.Column("activity_type", sa.Text, nullable=False),
    sa.Column("iteration", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
    sa.Column("linked_service", sa.Text),
    sa.Column("user_properties", JsonText, nullable=False),
    sa.Column("input", JsonText, nullable=False),
    sa.Column("output", JsonText, nullable=False),
    sa.Column("error", JsonText),
    sa.Column("variables", JsonText, nullable=False),
    sa.Column("item", JsonText),
    sa.Column("checkpoint", JsonText),
    sa.Index("activity_runs_by_run", "pipeline_run_id", "iteration"),
)
"""`variables` and `item` are what the attempt saw when it began; `checkpoint` what it had staged before commits."""

VARIABLES = sa.Table(
    "pipeline_run_variables",
    METADATA,
    sa.Column("pipeline_run_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("is_return_value", sa.Boolean, primary_key=True),
    sa.Column("value", JsonText),
)

SOURCE_NOTES = sa.Table(
    "data_flow_source_notes",
    METADATA,
    sa.Column("workspace", sa.Text, primary_key=True),
    sa.Column("pipeline", sa.Text, primary_key=True),
    sa.Column("activity", sa.Text, primary_key=True),
    sa.Column("checkpoint_key", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("note", JsonText, nullable=False),
    sa.Column("activity_run_id", sa.Text, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
)
"""How far each source that reads only what is new was read by the last successful run of its activity."""
