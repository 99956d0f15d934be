"""What is known by OpenLineage: jobs, runs, datasets, their other names, and which runs an operation stands for."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "openlineage_jobs",
        sa.Column("job", sa.Text(), primary_key=True),
        sa.Column("state", sa.Text(), nullable=False),
    )
    op.create_table(
        "openlineage_runs",
        sa.Column("run_id", sa.Text(), primary_key=True),
        sa.Column("job", sa.Text(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
    )
    op.create_index("ix_openlineage_runs_job", "openlineage_runs", ["job", "at"])
    op.create_table(
        "openlineage_datasets",
        sa.Column("dataset", sa.Text(), primary_key=True),
        sa.Column("own_name", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
    )
    op.create_index("ix_openlineage_datasets_own_name", "openlineage_datasets", ["own_name"])
    op.create_index("ix_openlineage_datasets_asset", "openlineage_datasets", ["asset"])
    op.create_table(
        "openlineage_symlinks",
        sa.Column("alias", sa.Text(), primary_key=True),
        sa.Column("dataset", sa.Text(), primary_key=True),
        sa.Column("own_name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
    )
    op.create_index("ix_openlineage_symlinks_own_name", "openlineage_symlinks", ["own_name"])
    op.create_table(
        "openlineage_mentions",
        sa.Column("dataset", sa.Text(), primary_key=True),
        sa.Column("run_id", sa.Text(), primary_key=True),
        sa.Column("job", sa.Text(), primary_key=True),
    )
    op.create_index("ix_openlineage_mentions_run", "openlineage_mentions", ["run_id", "job"])
    op.create_table(
        "openlineage_flows",
        sa.Column("operation", sa.Text(), primary_key=True),
        sa.Column("run_id", sa.Text(), primary_key=True),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_openlineage_flows_operation", "openlineage_flows", ["operation", "at"])
    op.create_index("ix_openlineage_flows_run", "openlineage_flows", ["run_id", "job"])
