"""Where new parts go: a column that comes later lies in its table's collection, wherever that was moved to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, select, update

from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import entities
from headwater.catalog.writing import rows
from headwater.catalog.writing.links import Wanted
from headwater.catalog.writing.rows import Pen
from headwater.catalog.writing.subjects import Subject


def follow(connection: Connection, subjects: Sequence[Subject], made: Iterable[Wanted], pen: Pen) -> None:
    """Put the new parts of what stood before into its collection.

    Parts of what is new itself are where that is: one write puts its entities in one place.
    """
    new = {subject.id: subject for subject in subjects if subject.is_new}
    holders = dict(_holders(new, made))
    standing = {holder for holder in holders.values() if holder not in new}
    if not standing:
        return
    wanted = listed()
    query = select(entities.c.id, entities.c.collection_id).join(wanted, entities.c.id == integer(wanted))
    places = dict(connection.execute(query, {"wanted": packed(standing)}).all())
    moved = []
    numbers: Counter[tuple[int, int]] = Counter()
    for part in holders:
        place = places.get(_outermost(part, holders))
        before = rows.place(new[part], pen)
        if place is not None and place != before:
            moved.append({"key": part, "place": place})
            numbers[new[part].type.id, before] -= 1
            numbers[new[part].type.id, place] += 1
    if moved:
        statement = update(entities).where(entities.c.id == bindparam("key"))
        connection.execute(statement.values(collection_id=bindparam("place")), moved)
        rows.count(connection, numbers)


def _holders(new: dict[int, Subject], made: Iterable[Wanted]) -> Iterable[tuple[int, int]]:
    """Yield each new part with what holds it."""
    for wanted in made:
        if (side := wanted.type.parent_side) is not None:
            holder, part = wanted.ends[side], wanted.ends[1 - side]
            if part in new and new[part].type.is_part:
                yield part, holder


def _outermost(part: int, holders: dict[int, int]) -> int:
    """Return what holds a part in the end: the file of a column of its schema."""
    seen = {part}
    while (holder := holders.get(part)) is not None and holder not in seen:
        seen.add(holder)
        part = holder
    return part
