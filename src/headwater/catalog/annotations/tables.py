"""Tables of propagation, beside the catalog's own; they have their own migrations.

What an entity has stands in its row. These tables say which classifications travel and how far they have come, so
that a write learns with one small question whether anything travels at all.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Boolean, Column, Index, MetaData, Table, Text

from headwater.catalog.store.schema import KEY

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "annotations_version"
metadata = MetaData()

# Classifications that propagate from the entity that they were given to.
travelling = Table(
    "travelling_classifications",
    metadata,
    Column("source_id", KEY, primary_key=True, autoincrement=False),
    Column("classification", Text, primary_key=True),
    Column("along_lineage", Boolean, nullable=False),
    Column("along_hierarchy", Boolean, nullable=False),
    Column("ends_with_source", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

# Entities that they have reached, also those whose type may not have them: they pass through these.
reached = Table(
    "reached_by_classifications",
    metadata,
    Column("entity_id", KEY, primary_key=True, autoincrement=False),
    Column("source_id", KEY, primary_key=True, autoincrement=False),
    Column("classification", Text, primary_key=True),
    sqlite_with_rowid=False,
)
Index("ix_reached_by_classifications_source", *(reached.c[name] for name in ("source_id", "classification")))

# Relationships that let a classification of an entity not pass.
blocked = Table(
    "blocked_classifications",
    metadata,
    Column("relationship_id", KEY, primary_key=True, autoincrement=False),
    Column("source_id", KEY, primary_key=True, autoincrement=False),
    Column("classification", Text, primary_key=True),
    sqlite_with_rowid=False,
)
