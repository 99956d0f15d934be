"""Facts wait in an outbox; a lease says who delivers a workspace's facts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "lineage_outbox",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("pipeline_run_id", sa.Text, nullable=False),
        sa.Column("activity_run_id", sa.Text, nullable=False),
        sa.Column("iteration", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("fact", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger),
        sa.Column("entities", sa.Integer),
        sa.Column("relationships", sa.Integer),
        sa.Column("ended_at", sa.BigInteger, nullable=False),
        sa.Column("settled_at", sa.BigInteger),
        sa.UniqueConstraint("workspace", "pipeline_run_id", "activity_run_id", "iteration", "attempt"),
        sqlite_autoincrement=True,
    )
    waiting = sa.text("next_attempt_at IS NOT NULL")
    op.create_index(
        "lineage_outbox_waiting",
        "lineage_outbox",
        ["workspace", "sequence"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("lineage_outbox_activity", "lineage_outbox", ["activity_run_id"])
    op.create_table(
        "lineage_lease",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("lineage_lease")
    op.drop_table("lineage_outbox")
