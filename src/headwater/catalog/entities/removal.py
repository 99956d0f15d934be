"""Deleting: an entity is marked, with its parts; its lineage ends now and stays in history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, union_all, update

from headwater.catalog.annotations import meanings, propagation
from headwater.catalog.reading import Row, whole
from headwater.catalog.resource_sets import gathering
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import ACTIVE, DELETED, IS_LINKED, IS_LIVE, entities, entity_changes, relationships
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import annotation_index, column_edges, documents, links, rows
from headwater.catalog.writing.rows import Pen


def with_parts(connection: Connection, given: Sequence[Row], types: TypeSet) -> list[Row]:
    """Return the active rows given and their parts. What they merely contain stays, as in Purview."""
    found = {row["id"]: row for row in given if row["status"] == ACTIVE}
    pending = list(found)
    parts = {type.id for type in types.entities.values() if type.is_part}
    while pending:
        wanted = listed()
        query = whole().join(wanted, entities.c.parent_id == integer(wanted)).where(IS_LIVE)
        below = connection.execute(query, {"wanted": packed(pending)}).mappings().all()
        new = {row["id"]: row for row in below if row["type_id"] in parts and row["id"] not in found}
        found.update(new)
        pending = list(new)
    return list(found.values())


def parts_of(given: Sequence[Row], gone: Sequence[Row]) -> dict[int, int]:
    """Return how many of what `with_parts` found are parts of each entity that was given, by key."""
    above = {row["id"]: row["parent_id"] for row in gone}
    found = {row["id"]: 0 for row in given if row["id"] in above}
    for id in above.keys() - found.keys():
        while id not in found:
            id = above[id]
        found[id] += 1
    return found


def remove(connection: Connection, gone: Sequence[Row], pen: Pen, types: TypeSet) -> None:
    """Mark the rows as deleted, with their relationships and lineage."""
    if not gone:
        return
    keys = [row["id"] for row in gone]
    parts = {row["id"] for row in gone if types.entities_by_id[row["type_id"]].is_part}
    assets = documents.assets_of(connection, parts, types) - set(keys)
    ending = _relationships(connection, keys)
    links.end(connection, ending, pen, types)
    column_edges.end_of(connection, keys, pen.at)
    stamp = {"updated_by": pen.by, "updated_at": pen.at, "version": entities.c.version + 1}
    mine = entities.c.id.in_(select(integer(listed())))
    connection.execute(update(entities).where(mine).values(status=DELETED, **stamp), {"wanted": packed(keys)})
    history = [
        {
            "entity_id": row["id"],
            "version": row["version"] + 1,
            "action": "DELETE",
            "changed_by": pen.by,
            "changed_at": pen.at,
            "replaced": {},
        }
        for row in gone
    ]
    connection.execute(insert(entity_changes), history)
    numbers = Counter((row["type_id"], row["collection_id"]) for row in gone)
    rows.count(connection, {key: -number for key, number in numbers.items()})
    documents.remove(connection, keys)
    annotation_index.forget(connection, keys)
    documents.refresh(connection, assets, documents.columns_of(connection, assets, types), types)
    meanings.follow(connection, meanings.assigned_to(ending, types) - set(keys), "TERM_DELETE", pen, types)
    propagation.follow_end(connection, gone, ending, pen, types)
    remove(connection, gathering.forget(connection, keys, pen), pen, types)


def _relationships(connection: Connection, keys: Sequence[int]) -> list[Row]:
    wanted = listed()
    columns = (relationships.c.end1_id, relationships.c.end2_id)
    queries = (select(relationships).join(wanted, column == integer(wanted)).where(IS_LINKED) for column in columns)
    found = connection.execute(union_all(*queries), {"wanted": packed(keys)}).mappings()
    return list({row["id"]: row for row in found}.values())
