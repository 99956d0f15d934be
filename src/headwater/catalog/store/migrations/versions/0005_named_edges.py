"""Named edges: an edge carries the guid of its relationship, so that a walk need not look it up."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEX = "ix_lineage_edges_target"
INDEXED = ("target_id", "source_id", "relationship_id", "relationship_guid", "first_seen", "ended_at")
FILLED = """
    INSERT INTO lineage_edges (source_id, target_id, relationship_id, relationship_guid, first_seen, ended_at)
    SELECT old.source_id, old.target_id, old.relationship_id, relationships.guid, old.first_seen, old.ended_at
    FROM old_lineage_edges AS old JOIN relationships ON relationships.id = old.relationship_id
    ORDER BY old.source_id, old.target_id, old.relationship_id
"""


def upgrade() -> None:
    op.drop_index(INDEX, table_name="lineage_edges")
    op.rename_table("lineage_edges", "old_lineage_edges")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("pk_lineage_edges", "old_lineage_edges", type_="primary")
    op.create_table(
        "lineage_edges",
        sa.Column("source_id", KEY, autoincrement=False, nullable=False),
        sa.Column("target_id", KEY, autoincrement=False, nullable=False),
        sa.Column("relationship_id", KEY, autoincrement=False, nullable=False),
        sa.Column("relationship_guid", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("source_id", "target_id", "relationship_id", name="pk_lineage_edges"),
        sqlite_with_rowid=False,
    )
    op.execute(FILLED)
    op.drop_table("old_lineage_edges")
    op.create_index(INDEX, "lineage_edges", list(INDEXED))
