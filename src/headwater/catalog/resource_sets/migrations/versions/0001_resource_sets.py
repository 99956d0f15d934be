"""Resource sets: an account's rules, the sets, and the files that fit them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "resource_set_rules",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "resource_sets",
        sa.Column("set_key", sa.Text(), primary_key=True),
        sa.Column("type_name", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("set_id", KEY, nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("schemas", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
    )
    op.create_index("ix_resource_sets_entity", "resource_sets", ["set_id"])
    op.create_table(
        "resource_set_files",
        sa.Column("entity_id", KEY, primary_key=True, autoincrement=False),
        sa.Column("set_key", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
    )
    op.create_index("ix_resource_set_files_set", "resource_set_files", ["set_key", "columns"])
