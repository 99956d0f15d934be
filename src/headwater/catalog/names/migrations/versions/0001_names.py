"""Names by which entities are found beside their own, and the journal of merges."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "catalog_names",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("entity_id", KEY, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("type_name", sa.Text(), nullable=False),
        sa.Column("spelling", sa.Text(), nullable=False),
        sa.Column("origin", sa.SmallInteger(), nullable=False),
        sa.Column("covers_below", sa.SmallInteger(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "entity_id", "digest", name="pk_catalog_names"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_catalog_names_entity", "catalog_names", ["entity_id"])
    below = sa.text("covers_below = 1")
    op.create_index("ix_catalog_names_below", "catalog_names", ["key"], sqlite_where=below, postgresql_where=below)
    op.create_table("names_rules", sa.Column("version", sa.Integer(), primary_key=True))
    op.create_table(
        "catalog_merges",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("into_id", KEY, nullable=False),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.Column("merged_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("journal", sa.Text(), nullable=False),
    )
    op.create_table(
        "catalog_merged_entities",
        sa.Column("merge_id", sa.Text(), nullable=False),
        sa.Column("entity_id", KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("merge_id", "entity_id", name="pk_catalog_merged_entities"),
    )
    op.create_index("ix_catalog_merged_entities_entity", "catalog_merged_entities", ["entity_id"])
