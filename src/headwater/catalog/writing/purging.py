"""Purging: what was deleted goes for good, with its history, its lineage and all that was said of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, Table, delete, select, update

from headwater.catalog.reading import Row
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import (
    annotation_index,
    column_edges,
    documents,
    entities,
    entity_changes,
    entity_texts,
    lineage_columns,
    lineage_edges,
    observations,
    relationships,
)

# What names an entity by its key, in the order in which it can go. One line a column.
COLUMNS: tuple[tuple[Table, Column[int]], ...] = (
    (annotation_index, annotation_index.c.entity_id),
    (column_edges, column_edges.c.operation_id),
    (documents, documents.c.id),
    (entity_changes, entity_changes.c.entity_id),
    (entity_texts, entity_texts.c.entity_id),
    (lineage_columns, lineage_columns.c.entity_id),
    (lineage_edges, lineage_edges.c.source_id),
    (lineage_edges, lineage_edges.c.target_id),
    (observations, observations.c.operation_id),
    (relationships, relationships.c.end1_id),
    (relationships, relationships.c.end2_id),
)


def purge(connection: Connection, gone: Sequence[Row]) -> None:
    """Take the rows of these deleted entities, and all that hangs on them, out of the database."""
    keys = {"wanted": packed(row["id"] for row in gone)}
    these = select(integer(listed()))
    vertices = select(lineage_columns.c.id).where(lineage_columns.c.entity_id.in_(these))
    edges = column_edges.c
    connection.execute(delete(column_edges).where(edges.source_id.in_(vertices) | edges.sink_id.in_(vertices)), keys)
    for table, column in COLUMNS:
        connection.execute(delete(table).where(column.in_(these)), keys)
    connection.execute(update(entities).where(entities.c.parent_id.in_(these)).values(parent_id=None), keys)
    connection.execute(delete(entities).where(entities.c.id.in_(these)), keys)
