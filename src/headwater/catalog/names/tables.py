"""Tables of names, beside the catalog's own; they have their own migrations.

`catalog_names` has a row for each name by which an entity is found beside its own, and for its own where the key by
which spellings compare is another text. `merges` is the journal from which a merge is undone.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, SmallInteger, Table, Text

from headwater.catalog.store.schema import KEY, Json

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "names_version"
metadata = MetaData()

OWN, SEEN, GIVEN, MERGED = range(4)
"""Why a name stands here: the entity's own, another spelling that was written, given by hand, merged away."""

catalog_names = Table(
    "catalog_names",
    metadata,
    Column("key", Text, primary_key=True),
    Column("entity_id", KEY, primary_key=True, autoincrement=False),
    # Of type name and spelling, which together may be longer than an index takes.
    Column("digest", Text, primary_key=True),
    Column("type_name", Text, nullable=False),
    Column("spelling", Text, nullable=False),
    Column("origin", SmallInteger, nullable=False),
    # True where names below this one are below the entity: another name of a host or an account.
    Column("covers_below", SmallInteger, nullable=False),
    Column("rules", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_catalog_names_entity", catalog_names.c.entity_id)
Index(
    "ix_catalog_names_below",
    catalog_names.c.key,
    sqlite_where=catalog_names.c.covers_below == 1,
    postgresql_where=catalog_names.c.covers_below == 1,
)

# By which version of the rules the keys were made.
names_rules = Table("names_rules", metadata, Column("version", Integer, primary_key=True))

merges = Table(
    "catalog_merges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("into_id", KEY, nullable=False),
    Column("merged_by", Text, nullable=False),
    Column("merged_at", BigInteger, nullable=False),
    Column("undone_by", Text),
    Column("undone_at", BigInteger),
    # What each row was before: `catalog/names/journal.py`.
    Column("journal", Json, nullable=False),
)
merged_entities = Table(
    "catalog_merged_entities",
    metadata,
    Column("merge_id", Text, primary_key=True),
    Column("entity_id", KEY, primary_key=True, autoincrement=False),
)
Index("ix_catalog_merged_entities_entity", merged_entities.c.entity_id)
