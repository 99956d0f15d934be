"""Lineage that was written while two were one: it goes with the one that the process spoke of.

A process tells what it read and wrote in its column lineage, and its sink in its own name. Where it names the one
that was merged away and not the other, its edges are that one's; else they stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select, update

from headwater.catalog.merging.combining import Record
from headwater.catalog.reading import Row, attributes_of, whole
from headwater.catalog.store.bulk import insert_rows
from headwater.catalog.store.counters import take
from headwater.catalog.store.schema import column_edges, entities, lineage_columns, lineage_edges, relationships
from headwater.catalog.writing.rows import Pen

_SPOKEN = ("columnLineage", "columnMapping", "qualifiedName")


def part_ways(connection: Connection, record: Record, held: Mapping[int, Row], pen: Pen) -> None:
    """Give back what was written since of the entities that were merged away. Their rows are as before already."""
    into = held[record.into_id]
    known = {entry.key["relationship_id"] for entry in record.entries if entry.table == lineage_edges.name}
    for id in record.merged_ids:
        for edge in _open_edges(connection, into["id"]):
            if edge["relationship_id"] in known:
                continue
            process = edge["target_id"] if edge["source_id"] == into["id"] else edge["source_id"]
            if _speaks_of(connection, process, held[id]["qualified_name"], into["qualified_name"]):
                _give(connection, edge, process, into["id"], id, pen)


def _open_edges(connection: Connection, id: int) -> Sequence[Row]:
    table = lineage_edges.c
    mine = (table.source_id == id) | (table.target_id == id)
    return connection.execute(select(lineage_edges).where(mine, table.ended_at.is_(None))).mappings().all()


def _speaks_of(connection: Connection, process: int, name: str, other: str) -> bool:
    row = connection.execute(whole().where(entities.c.id == process)).mappings().one()
    attributes = attributes_of(row)
    texts = " ".join(str(attributes.get(key) or "") for key in _SPOKEN)
    return name in texts and other not in texts


def _give(connection: Connection, edge: Row, process: int, into: int, id: int, pen: Pen) -> None:
    """Move an edge, its relationship and the column edges of its process from one entity to another."""
    side = "source_id" if edge["source_id"] == into else "target_id"
    end = "end1_id" if side == "source_id" else "end2_id"
    mine = lineage_edges.c.relationship_id == edge["relationship_id"]
    connection.execute(update(lineage_edges).where(mine).values({side: id}))
    stamp = {"updated_by": pen.by, "updated_at": pen.at, "version": relationships.c.version + 1}
    link = relationships.c.id == edge["relationship_id"]
    connection.execute(update(relationships).where(link).values({end: id, **stamp}))
    place = "source_id" if side == "source_id" else "sink_id"
    table, vertex = column_edges.c, lineage_columns.c
    query = (
        select(table.id, vertex.key, vertex.name)
        .join(lineage_columns, vertex.id == table[place])
        .where(table.operation_id == process, vertex.entity_id == into, table.ended_at.is_(None))
    )
    for edge_id, key, name in connection.execute(query).all():
        there = _vertex(connection, id, key, name)
        connection.execute(update(column_edges).where(table.id == edge_id).values({place: there}))


def _vertex(connection: Connection, id: int, key: str, name: str) -> int:
    table = lineage_columns.c
    found = connection.execute(select(table.id).where(table.entity_id == id, table.key == key)).scalar()
    if found is not None:
        return int(found)
    made = take(connection, "lineage_columns", 1)
    insert_rows(connection, lineage_columns, ("id", "entity_id", "key", "name"), [(made, id, key, name)])
    return made
