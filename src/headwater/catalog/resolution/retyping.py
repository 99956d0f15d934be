"""A table that turns out to be a view: the entity stays, its type and what hangs on it change.

The first writer may not have known: a copy sees a table where a scan sees a view.
"""

from __future__ import annotations

from sqlalchemy import Connection, or_, select, update

from headwater.catalog.reading import Row, rows_by_id
from headwater.catalog.store.schema import IS_LINKED, entities, relationships
from headwater.catalog.types import EntityType, RelationshipType, TypeSet
from headwater.catalog.writing import documents, rows


def retype(connection: Connection, row: Row, type: EntityType, types: TypeSet) -> bool:
    """Make the entity one of another type; False if a relationship of it has no counterpart there.

    That it was another stands in its history when the caller notes it.
    """
    table = relationships.c
    mine = or_(table.end1_id == row["id"], table.end2_id == row["id"])
    held = connection.execute(select(relationships).where(mine, IS_LINKED)).mappings().all()
    ends = rows_by_id(connection, {id for link in held for id in (link["end1_id"], link["end2_id"])})
    changed: list[tuple[int, int]] = []
    for link in held:
        side = 0 if link["end1_id"] == row["id"] else 1
        relationship = types.relationships_by_id[link["type_id"]]
        if relationship.ends[side].type in type.supers:
            continue
        other = types.entities_by_id[ends[link["end2_id" if side == 0 else "end1_id"]]["type_id"]]
        fitting = sibling(relationship, side, type, other, types)
        if fitting is None:
            return False
        changed.append((link["id"], fitting.id))
    for id, type_id in changed:
        connection.execute(update(relationships).where(table.id == id).values(type_id=type_id))
    connection.execute(update(entities).where(entities.c.id == row["id"]).values(type_id=type.id))
    place = row["collection_id"]
    rows.count(connection, {(row["type_id"], place): -1})
    rows.count(connection, {(type.id, place): 1})
    documents.refresh(connection, [row["id"]], documents.columns_of(connection, [row["id"]], types), types)
    return True


def sibling(
    relationship: RelationshipType, side: int, type: EntityType, other: EntityType, types: TypeSet
) -> RelationshipType | None:
    """Return the relationship under which an entity of the type has the same attribute to the other end."""
    here = relationship.ends[side].name
    fitting = (
        found
        for found in types.relationships.values()
        if found.ends[side].name == here
        and found.ends[side].type in type.supers
        and found.ends[1 - side].type in other.supers
        and found.category == relationship.category
    )
    return next(fitting, None)
