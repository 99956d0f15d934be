"""The table of imports, beside the catalog's own; it has its own migrations."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "glossary_version"
metadata = MetaData()

imports = Table(
    "glossary_imports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("imported", Integer, nullable=False),
    Column("detected", Integer, nullable=False),
    Column("error_code", Text),
    Column("error_message", Text),
)
