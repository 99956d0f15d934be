"""Narrow rows: attributes too large for lists stand apart, and edges carry indexes that cover a walk."""

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _column_edges() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("sink_id", KEY, nullable=False),
        sa.Column("operation_id", KEY, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("subtype", sa.Text(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_column_edges"),
    )


def _lineage_edges() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("source_id", KEY, autoincrement=False, nullable=False),
        sa.Column("target_id", KEY, autoincrement=False, nullable=False),
        sa.Column("relationship_id", KEY, autoincrement=False, nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("source_id", "target_id", "relationship_id", name="pk_lineage_edges"),
    )


# One prefix length in place of three: prefixes were more than half of the work of writing a document.
FULL_TEXT = {
    "sqlite": (
        "DROP TABLE documents_index",
        """
        CREATE VIRTUAL TABLE documents_index USING fts5(
            name, words, path, description, columns, labels,
            content='documents', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='3'
        )
        """,
        "INSERT INTO documents_index(documents_index) VALUES ('rebuild')",
    ),
    # Names are compared and ordered byte by byte, as SQLite does, whatever the language of the database is.
    "postgresql": (
        "ALTER TABLE documents ADD COLUMN search TSVECTOR NOT NULL",
        "CREATE INDEX ix_documents_search ON documents USING gin (search)",
        'ALTER TABLE entities ALTER COLUMN name TYPE TEXT COLLATE "C"',
        'ALTER TABLE entities ALTER COLUMN qualified_name TYPE TEXT COLLATE "C"',
    ),
}
INDEXES = {
    "column_edges": (
        ("ix_column_edges_operation", ["operation_id"]),
        ("ix_column_edges_sink", ["sink_id", "source_id", "kind", "ended_at"]),
        ("ix_column_edges_source", ["source_id", "sink_id", "kind", "ended_at"]),
    ),
    "lineage_edges": (
        ("ix_lineage_edges_target", ["target_id", "source_id", "relationship_id", "first_seen", "ended_at"]),
    ),
}


def upgrade() -> None:
    op.create_table(
        "entity_texts",
        sa.Column("entity_id", KEY, autoincrement=False, nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name="fk_entity_texts_entity_id"),
        sa.PrimaryKeyConstraint("entity_id", name="pk_entity_texts"),
    )
    _rebuild("column_edges", _column_edges())
    _rebuild("lineage_edges", _lineage_edges(), sqlite_with_rowid=False)
    _split(op.get_bind())
    for statement in FULL_TEXT[op.get_bind().dialect.name]:
        op.execute(statement)


def _rebuild(name: str, parts: tuple[sa.schema.SchemaItem, ...], *, sqlite_with_rowid: bool = True) -> None:
    """Make a table anew without its foreign keys; SQLite cannot drop them, and names of constraints are unique."""
    indexes = sa.inspect(op.get_bind()).get_indexes(name)
    for index in indexes:
        op.drop_index(str(index["name"]), table_name=name)
    op.rename_table(name, f"old_{name}")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(f"pk_{name}", f"old_{name}", type_="primary")
    op.create_table(name, *parts, sqlite_with_rowid=sqlite_with_rowid)
    names = ", ".join(part.name for part in parts if isinstance(part, sa.Column))
    op.execute(f"INSERT INTO {name} ({names}) SELECT {names} FROM old_{name}")
    op.drop_table(f"old_{name}")
    for index_name, columns in INDEXES[name]:
        op.create_index(index_name, name, columns)


def _split(connection: sa.Connection) -> None:
    """Move the attributes that their type keeps out of headers from each entity to its texts."""
    for type_id, heavy in _heavy(connection).items():
        query = sa.text("SELECT id, attributes FROM entities WHERE type_id = :type_id")
        for id, text in connection.execute(query, {"type_id": type_id}).all():
            attributes = msgspec.json.decode(text)
            large = {name: value for name, value in attributes.items() if name in heavy}
            if large:
                light = {name: value for name, value in attributes.items() if name not in heavy}
                changed = sa.text("UPDATE entities SET attributes = :attributes WHERE id = :id")
                connection.execute(changed, {"id": id, "attributes": msgspec.json.encode(light).decode()})
                added = sa.text("INSERT INTO entity_texts (entity_id, attributes) VALUES (:id, :attributes)")
                connection.execute(added, {"id": id, "attributes": msgspec.json.encode(large).decode()})


def _heavy(connection: sa.Connection) -> dict[int, set[str]]:
    """Return type key → names of the attributes, its own and inherited, that headers leave out."""
    rows = connection.execute(sa.text("SELECT id, name, definition FROM types WHERE category = 'ENTITY'")).all()
    definitions = {name: msgspec.json.decode(definition) for _, name, definition in rows}
    found: dict[int, set[str]] = {}
    for id, name, _ in rows:
        line = [name]
        for above in line:
            line += [super for super in definitions[above].get("superTypes") or () if super not in line]
        kept_out = {
            attribute["name"]
            for above in line
            for attribute in definitions[above].get("attributeDefs") or ()
            if (attribute.get("options") or {}).get("inHeader") == "false"
        }
        if kept_out:
            found[id] = kept_out
    return found
