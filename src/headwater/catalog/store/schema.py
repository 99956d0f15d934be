"""Tables of the catalog. Keys are integers inside, guids outside; times are milliseconds since 1970 in UTC."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

KEY = BigInteger().with_variant(Integer, "sqlite")
ACTIVE, DELETED = 0, 1
DIRECT, INDIRECT = 0, 1
CLASSIFICATION, LABEL, TERM, OWNER, EXPERT, BUSINESS, COLUMN_CLASSIFICATION = range(7)


class Json(TypeDecorator[Any]):
    """JSON as text, by msgspec: several times faster than the standard library, and the row's largest part."""

    # Any: JSON values are open.
    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:  # noqa: ARG002 (the protocol's)
        """None stays NULL."""
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:  # noqa: ARG002 (the protocol's)
        """NULL stays None."""
        return None if value is None else msgspec.json.decode(value)


counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

types = Table(
    "types",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("guid", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, unique=True),
    Column("category", Text, nullable=False),
    Column("built_in", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("definition", Json, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

type_versions = Table(
    "type_versions",
    metadata,
    Column("type_id", ForeignKey("types.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("definition", Json, nullable=False),
    Column("replaced_by", Text, nullable=False),
    Column("replaced_at", BigInteger, nullable=False),
)

collections = Table(
    "collections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("friendly_name", Text, nullable=False),
    Column("parent_id", ForeignKey("collections.id"), index=True),
    Column("description", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

entities = Table(
    "entities",
    metadata,
    Column("id", KEY, primary_key=True, autoincrement=False),
    Column("guid", Text, nullable=False, unique=True),
    Column("type_id", ForeignKey("types.id"), nullable=False),
    Column("collection_id", ForeignKey("collections.id"), nullable=False),
    Column("parent_id", ForeignKey("entities.id")),
    Column("status", SmallInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("qualified_name", Text, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("custom_attributes", Json),
    Column("contacts", Json),
    Column("annotations", Json),
)
# A deleted entity gives its name free, as in Atlas: the next one of that name is a new entity.
Index(
    "uq_entities_name_of_type",
    entities.c.qualified_name,
    entities.c.type_id,
    unique=True,
    sqlite_where=entities.c.status == ACTIVE,
    postgresql_where=entities.c.status == ACTIVE,
)
# Said as a literal: SQLite takes a partial index only where the statement itself states its condition.
IS_LIVE = entities.c.status == literal_column(str(ACTIVE))
Index("ix_entities_tree", entities.c.parent_id, entities.c.status, entities.c.type_id, entities.c.name)
Index("ix_entities_type", entities.c.type_id, entities.c.status, entities.c.name, entities.c.parent_id)
# Covers what facets and filters read of a hit, so that they never touch the wide rows.
Index("ix_entities_facets", entities.c.id, entities.c.type_id, entities.c.collection_id)

# Attributes too large for lists. They stand apart, so that lists and walks read narrow rows.
entity_texts = Table(
    "entity_texts",
    metadata,
    Column("entity_id", ForeignKey("entities.id"), primary_key=True, autoincrement=False),
    Column("attributes", Json, nullable=False),
)

# What people said of an entity, by value: search, facets and "is it in use" ask here. The entity's own row holds it
# in full, so that lists and walks need nothing else. Deleted entities have no rows. A term's value is its guid.
annotation_index = Table(
    "annotation_index",
    metadata,
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("value", Text, primary_key=True),
    Column("entity_id", KEY, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
Index("ix_annotation_index_entity", *(annotation_index.c[name] for name in ("entity_id", "kind", "value")))

entity_changes = Table(
    "entity_changes",
    metadata,
    Column("entity_id", ForeignKey("entities.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("action", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("replaced", Json, nullable=False),
)

type_counts = Table(
    "type_counts",
    metadata,
    Column("type_id", ForeignKey("types.id"), primary_key=True),
    Column("collection_id", ForeignKey("collections.id"), primary_key=True),
    Column("entities", BigInteger, nullable=False),
)

relationships = Table(
    "relationships",
    metadata,
    Column("id", KEY, primary_key=True, autoincrement=False),
    Column("guid", Text, nullable=False, unique=True),
    Column("type_id", ForeignKey("types.id"), nullable=False),
    Column("end1_id", ForeignKey("entities.id"), nullable=False),
    Column("end2_id", ForeignKey("entities.id"), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index(
    "uq_relationships_ends_of_type",
    relationships.c.end1_id,
    relationships.c.type_id,
    relationships.c.end2_id,
    unique=True,
    sqlite_where=relationships.c.status == ACTIVE,
    postgresql_where=relationships.c.status == ACTIVE,
)
IS_LINKED = relationships.c.status == literal_column(str(ACTIVE))
Index("ix_relationships_end2", relationships.c.end2_id, relationships.c.type_id, relationships.c.status)

# Source and target are entities; a process is a node like any other. Ended edges stay: "as of" is a filter.
# No foreign keys here and in `column_edges`: rows are only ever made from keys that the same transaction read or
# made, and checking each took a fifth of the time of a bulk write.
lineage_edges = Table(
    "lineage_edges",
    metadata,
    Column("source_id", KEY, primary_key=True, autoincrement=False),
    Column("target_id", KEY, primary_key=True, autoincrement=False),
    Column("relationship_id", KEY, primary_key=True, autoincrement=False),
    Column("relationship_guid", Text, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    sqlite_with_rowid=False,
)
Index(
    "ix_lineage_edges_target",
    lineage_edges.c.target_id,
    lineage_edges.c.source_id,
    lineage_edges.c.relationship_id,
    lineage_edges.c.relationship_guid,
    lineage_edges.c.first_seen,
    lineage_edges.c.ended_at,
)

# A column as lineage names it: by asset and name, whether or not a schema is known.
# `key` is the name as its store compares it.
lineage_columns = Table(
    "lineage_columns",
    metadata,
    Column("id", KEY, primary_key=True, autoincrement=False),
    Column("entity_id", ForeignKey("entities.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("entity_id", "key"),
)

column_edges = Table(
    "column_edges",
    metadata,
    Column("id", KEY, primary_key=True, autoincrement=False),
    Column("source_id", KEY, nullable=False),
    Column("sink_id", KEY, nullable=False),
    Column("operation_id", KEY, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("subtype", Text, nullable=False),
    Column("expression", Text, nullable=False),
    Column("steps", Json),
)
# Both cover what a walk reads, so that it never touches the wide rows.
Index("ix_column_edges_source", *(column_edges.c[name] for name in ("source_id", "sink_id", "kind", "ended_at")))
Index("ix_column_edges_sink", *(column_edges.c[name] for name in ("sink_id", "source_id", "kind", "ended_at")))
Index("ix_column_edges_operation", column_edges.c.operation_id)

# The runs that saw an operation, and by that every edge of it that was open at the time.
observations = Table(
    "observations",
    metadata,
    Column("operation_id", ForeignKey("entities.id"), primary_key=True, autoincrement=False),
    Column("run_id", Text, primary_key=True),
    Column("activity_run_id", Text, primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("rows", BigInteger),
    Column("bytes", BigInteger),
    sqlite_with_rowid=False,
)
Index("ix_observations_seen", observations.c.operation_id, observations.c.seen_at)

# What full text search reads; the index follows it by triggers, in the same transaction.
documents = Table(
    "documents",
    metadata,
    Column("id", ForeignKey("entities.id"), primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("columns", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("classifications", Text, nullable=False, server_default=""),
    Column("terms", Text, nullable=False, server_default=""),
    Column("contacts", Text, nullable=False, server_default=""),
    Column("tags", Text, nullable=False, server_default=""),
)
