"""Annotations: what people say of an entity stands in its row, and by value in an index of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("entities", sa.Column("annotations", sa.Text(), nullable=True))
    op.create_table(
        "annotation_index",
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("entity_id", KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", "entity_id", name="pk_annotation_index"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_annotation_index_entity", "annotation_index", ["entity_id", "kind", "value"])
