"""Runs have a history: pipeline runs, activity runs, variables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pipeline_runs",
        sa.Column("sequence", _SEQUENCE, primary_key=True),
        sa.Column("run_id", sa.Text, nullable=False, unique=True),
        sa.Column("run_group_id", sa.Text, nullable=False),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("invoked_by", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("annotations", sa.Text, nullable=False),
        sa.Column("runner_id", sa.Text, nullable=False),
    )
    op.create_index("pipeline_runs_by_update", "pipeline_runs", ["workspace", "updated_at"])
    op.create_index("pipeline_runs_by_status", "pipeline_runs", ["status"])
    op.create_table(
        "activity_runs",
        sa.Column("sequence", _SEQUENCE, primary_key=True),
        sa.Column("activity_run_id", sa.Text, nullable=False, unique=True),
        sa.Column("pipeline_run_id", sa.Text, nullable=False),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("activity", sa.Text, nullable=False),
        sa.Column("activity_type", sa.Text, nullable=False),
        sa.Column("iteration", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("linked_service", sa.Text),
        sa.Column("user_properties", sa.Text, nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("output", sa.Text, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("variables", sa.Text, nullable=False),
        sa.Column("item", sa.Text),
        sa.Column("checkpoint", sa.Text),
    )
    op.create_index("activity_runs_by_run", "activity_runs", ["pipeline_run_id", "iteration"])
    op.create_table(
        "pipeline_run_variables",
        sa.Column("pipeline_run_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("is_return_value", sa.Boolean, primary_key=True),
        sa.Column("value", sa.Text),
    )
