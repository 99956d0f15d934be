"""Columns and endings: full text finds an asset by the classifications of its columns, an index by a file's ending."""

import re
import unicodedata
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

SAID = """
    SELECT said.entity_id, said.value FROM annotation_index AS said
    JOIN documents ON documents.id = said.entity_id
    WHERE said.kind = 6 AND NOT EXISTS (
        SELECT 1 FROM annotation_index AS own
        WHERE own.entity_id = said.entity_id AND own.kind = 0 AND own.value = said.value
    )
    ORDER BY said.entity_id, said.value
"""
WORDS = "classifications = TRIM(classifications || ' ' || :words)"
VECTOR = "search = search || CAST(:vector AS TSVECTOR)"
TAIL = "substr(name, -24)"
ENDINGS = {
    "postgresql": """
        CREATE INDEX ix_entities_ending ON entities ((lower(substring(right(name, 24) from '[^.]*$'))))
        WHERE strpos(right(name, 24), '.') > 0
    """,
    "sqlite": f"""
        CREATE INDEX ix_entities_ending
        ON entities (lower(substr({TAIL}, length(rtrim({TAIL}, replace({TAIL}, '.', ''))) + 1)))
        WHERE instr({TAIL}, '.') > 0
    """,
}


def upgrade() -> None:
    connection = op.get_bind()
    _fill_classifications(connection)
    op.execute(ENDINGS[connection.dialect.name])


def _fill_classifications(connection: sa.Connection) -> None:
    rows = connection.execute(sa.text(SAID)).all()
    texts = [(id, " ".join(value for _, value in pairs)) for id, pairs in groupby(rows, key=lambda row: row[0])]
    values = [{"id": id, "words": words, "vector": _vector(words)} for id, words in texts]
    on_postgresql = connection.dialect.name == "postgresql"
    statement = f"UPDATE documents SET {WORDS}{', ' + VECTOR if on_postgresql else ''} WHERE id = :id"
    if values:
        connection.execute(sa.text(statement), values)


def _vector(text: str) -> str:
    """Return the words once as they are found anywhere, and once as those of classifications, with gaps before both."""
    plain = unicodedata.normalize("NFD", text.casefold())
    words = re.findall(r"[^\W_]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    marked = [*(("", word) for word in words), *(("classification=", word) for word in words)]
    # What is appended begins where the vector before ended.
    return " ".join(f"'{mark}{word[:500]}':{at + (3 if mark else 2)}D" for at, (mark, word) in enumerate(marked))
