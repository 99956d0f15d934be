"""Propagation: which classifications travel, which entities they have reached, and what blocks them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "travelling_classifications",
        sa.Column("source_id", KEY, primary_key=True, autoincrement=False),
        sa.Column("classification", sa.Text(), primary_key=True),
        sa.Column("along_lineage", sa.Boolean(), nullable=False),
        sa.Column("along_hierarchy", sa.Boolean(), nullable=False),
        sa.Column("ends_with_source", sa.Boolean(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reached_by_classifications",
        sa.Column("entity_id", KEY, primary_key=True, autoincrement=False),
        sa.Column("source_id", KEY, primary_key=True, autoincrement=False),
        sa.Column("classification", sa.Text(), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_reached_by_classifications_source", "reached_by_classifications", ["source_id", "classification"]
    )
    op.create_table(
        "blocked_classifications",
        sa.Column("relationship_id", KEY, primary_key=True, autoincrement=False),
        sa.Column("source_id", KEY, primary_key=True, autoincrement=False),
        sa.Column("classification", sa.Text(), primary_key=True),
        sqlite_with_rowid=False,
    )
