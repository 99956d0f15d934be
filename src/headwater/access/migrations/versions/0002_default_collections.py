"""The collection in which what a principal makes stands, unless it names another."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "default_collections",
        sa.Column("principal_id", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name="fk_default_collections_principal_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("principal_id", name="pk_default_collections"),
    )
