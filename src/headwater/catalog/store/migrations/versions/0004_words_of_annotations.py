"""Words of annotations: full text keeps classifications, terms, contacts and labels apart, each to be asked for."""

import re
import unicodedata

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ADDED = ("classifications", "terms", "contacts", "tags")
COLUMNS = ("name", "words", "path", "description", "columns", "labels", *ADDED)
_NAMES = ", ".join(COLUMNS)
_OLD, _NEW = (", ".join(f"{row}.{name}" for name in COLUMNS) for row in ("old", "new"))
_REMOVE = f"INSERT INTO documents_index(documents_index, rowid, {_NAMES}) VALUES ('delete', old.id, {_OLD});"
_ADD = f"INSERT INTO documents_index(rowid, {_NAMES}) VALUES (new.id, {_NEW});"
DROPPED = (
    "DROP TRIGGER documents_added",
    "DROP TRIGGER documents_removed",
    "DROP TRIGGER documents_changed",
    "DROP TABLE documents_index",
)
MADE = (
    f"""
    CREATE VIRTUAL TABLE documents_index USING fts5(
        {_NAMES}, content='documents', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='3'
    )
    """,
    "INSERT INTO documents_index(documents_index) VALUES ('rebuild')",
    f"CREATE TRIGGER documents_added AFTER INSERT ON documents BEGIN {_ADD} END",
    f"CREATE TRIGGER documents_removed AFTER DELETE ON documents BEGIN {_REMOVE} END",
    f"CREATE TRIGGER documents_changed AFTER UPDATE ON documents BEGIN {_REMOVE} {_ADD} END",
)


def upgrade() -> None:
    connection = op.get_bind()
    on_sqlite = connection.dialect.name == "sqlite"
    for statement in DROPPED if on_sqlite else ():
        op.execute(statement)
    for name in ADDED:
        op.add_column("documents", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    _fill_contacts(connection)
    for statement in MADE if on_sqlite else ():
        op.execute(statement)


def _fill_contacts(connection: sa.Connection) -> None:
    """Write down the contacts; other annotations could not be given before this version."""
    query = "SELECT d.id, e.contacts FROM documents d JOIN entities e ON e.id = d.id WHERE e.contacts IS NOT NULL"
    vector = ", search = search || CAST(:vector AS TSVECTOR)" if connection.dialect.name == "postgresql" else ""
    changed = sa.text(f"UPDATE documents SET contacts = :text{vector} WHERE id = :id")
    for id, held in connection.execute(sa.text(query)).all():
        people = [person for listed in msgspec.json.decode(held).values() for person in listed]
        text = " ".join(str(person[key]) for person in people for key in ("id", "info") if person.get(key))
        values = {"id": id, "text": text}
        connection.execute(changed, values | {"vector": _vector(text)} if vector else values)


def _vector(text: str) -> str:
    """Return the words once as they are found anywhere, and once as those of contacts."""
    plain = unicodedata.normalize("NFD", text.casefold())
    words = re.findall(r"[^\W_]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    pairs = [mark + word[:500] for mark in ("", "contact=") for word in words]
    return " ".join(f"'{word}':{at}D" for at, word in enumerate(pairs, 1))
