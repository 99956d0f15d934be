"""Tables of resource sets, beside the catalog's own; they have their own migrations.

A file that fits a pattern has a row in `resource_set_files` also while it is alone and its set is no entity yet.
`set_key` stands for the type and the name of a set.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

from headwater.catalog.store.schema import KEY

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "resource_sets_version"
metadata = MetaData()

rules = Table(
    "resource_set_rules",
    metadata,
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

sets = Table(
    "resource_sets",
    metadata,
    Column("set_key", Text, primary_key=True),
    Column("type_name", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    # The set as an entity; null while there is none.
    Column("set_id", KEY),
    Column("files", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("schemas", Integer, nullable=False),
    # Names of the numbers that a client wrote of the set itself; these stay as they were written.
    Column("said", Text, nullable=False),
)
Index("ix_resource_sets_entity", sets.c.set_id)

files = Table(
    "resource_set_files",
    metadata,
    Column("entity_id", KEY, primary_key=True, autoincrement=False),
    Column("set_key", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    # A digest of the names of its columns; empty if they are not known.
    Column("columns", Text, nullable=False),
)
Index("ix_resource_set_files_set", files.c.set_key, files.c["columns"])
