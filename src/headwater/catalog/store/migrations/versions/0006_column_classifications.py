"""Column classifications: assets are found by the classifications of their columns.

An asset is what has a search document; its columns stand directly below it, or below a schema between the two.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

_PARTS = "said.kind = 0 AND part.status = 0 AND NOT EXISTS (SELECT 1 FROM documents WHERE documents.id = part.id)"
FILLED = (
    f"""
    INSERT INTO annotation_index (kind, value, entity_id)
    SELECT DISTINCT 6, said.value, asset.id FROM annotation_index AS said
    JOIN entities AS part ON part.id = said.entity_id
    JOIN documents AS asset ON asset.id = part.parent_id
    WHERE {_PARTS} ON CONFLICT DO NOTHING
    """,
    f"""
    INSERT INTO annotation_index (kind, value, entity_id)
    SELECT DISTINCT 6, said.value, asset.id FROM annotation_index AS said
    JOIN entities AS part ON part.id = said.entity_id
    JOIN entities AS holder ON holder.id = part.parent_id
    JOIN documents AS asset ON asset.id = holder.parent_id
    WHERE {_PARTS} AND NOT EXISTS (SELECT 1 FROM documents WHERE documents.id = holder.id) ON CONFLICT DO NOTHING
    """,
)


def upgrade() -> None:
    for statement in FILLED:
        op.execute(statement)
