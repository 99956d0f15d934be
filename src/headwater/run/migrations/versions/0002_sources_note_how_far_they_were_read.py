"""Sources note how far they were read: one row a source of a data flow that reads only what is new."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "data_flow_source_notes",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("pipeline", sa.Text, primary_key=True),
        sa.Column("activity", sa.Text, primary_key=True),
        sa.Column("checkpoint_key", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("activity_run_id", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
