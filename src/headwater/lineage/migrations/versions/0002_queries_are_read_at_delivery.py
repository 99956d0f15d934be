"""A fact whose source is a query waits as its event: the query is read when the fact is delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("lineage_outbox", sa.Column("captured", sa.Text))


def downgrade() -> None:
    op.drop_column("lineage_outbox", "captured")
