"""When a type changes which attributes are too large for lists, the entities of the type follow.

Apart from `definitions.py`, which knows types only; here entities are rewritten, in the same transaction.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from headwater.catalog.reading import attributes_of, whole
from headwater.catalog.store.bulk import insert_rows, json_text
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import entities, entity_texts
from headwater.catalog.types.type_set import EntityType, TypeSet

BLOCK = 1000


def follow(connection: Connection, before: TypeSet, after: TypeSet) -> None:
    """Move attributes between an entity's row and its texts, for the types where that changed."""
    for type in after.entities.values():
        old = before.entities.get(type.name)
        if old is not None and old.heavy != type.heavy:
            _move(connection, type)


def _move(connection: Connection, type: EntityType) -> None:
    last = 0
    while True:
        block = whole().where(entities.c.type_id == type.id, entities.c.id > last).order_by(entities.c.id)
        rows = connection.execute(block.limit(BLOCK)).mappings().all()
        if not rows:
            return
        last = rows[-1]["id"]
        these = entity_texts.c.entity_id.in_(select(integer(listed())))
        connection.execute(delete(entity_texts).where(these), {"wanted": packed(row["id"] for row in rows)})
        texts: list[tuple[object, ...]] = []
        for row in rows:
            held = attributes_of(row)
            light = {name: value for name, value in held.items() if name not in type.heavy}
            if light != row["attributes"]:
                connection.execute(update(entities).where(entities.c.id == row["id"]).values(attributes=light))
            if large := {name: value for name, value in held.items() if name in type.heavy}:
                texts.append((row["id"], json_text(large)))
        insert_rows(connection, entity_texts, ("entity_id", "attributes"), texts)
