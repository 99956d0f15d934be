"""Purging: what was deleted goes for good, with its history, its lineage and all that was said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Column, Connection, Delete, Select, Table, delete, select, update

from headwater.catalog.annotations.tables import blocked, reached, travelling
from headwater.catalog.names.tables import catalog_names, merged_entities, merges
from headwater.catalog.reading import Row
from headwater.catalog.resource_sets.tables import files, sets
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
    (reached, reached.c.entity_id),
    (reached, reached.c.source_id),
    (travelling, travelling.c.source_id),
    (blocked, blocked.c.source_id),
    (merged_entities, merged_entities.c.entity_id),
    (merges, merges.c.into_id),
    (catalog_names, catalog_names.c.entity_id),
    (files, files.c.entity_id),
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
    """Take the rows of these deleted entities, and all that hangs on them, out of the database.

    A merge that one of them was part of can be undone no more.
    """
    keys = {"wanted": packed(row["id"] for row in gone)}
    these = select(integer(listed()))
    for statement in _indirect(these):
        connection.execute(statement, keys)
    for table, column in COLUMNS:
        connection.execute(delete(table).where(column.in_(these)), keys)
    connection.execute(update(sets).where(sets.c.set_id.in_(these)).values(set_id=None), keys)
    connection.execute(update(entities).where(entities.c.parent_id.in_(these)).values(parent_id=None), keys)
    connection.execute(delete(entities).where(entities.c.id.in_(these)), keys)


def _indirect(these: Select[int]) -> Iterator[Delete]:
    """Yield the statements that take away what hangs on columns, relationships and merges of the entities."""
    vertices = select(lineage_columns.c.id).where(lineage_columns.c.entity_id.in_(these))
    yield delete(column_edges).where(column_edges.c.source_id.in_(vertices) | column_edges.c.sink_id.in_(vertices))
    ends = relationships.c.end1_id.in_(these) | relationships.c.end2_id.in_(these)
    links = select(relationships.c.id).where(ends)
    yield delete(blocked).where(blocked.c.relationship_id.in_(links))
    into = select(merges.c.id).where(merges.c.into_id.in_(these))
    away = select(merged_entities.c.merge_id).where(merged_entities.c.entity_id.in_(these))
    yield delete(merges).where(merges.c.id.in_(away))
    yield delete(merged_entities).where(merged_entities.c.merge_id.in_(into))
