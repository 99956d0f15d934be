"""Trees of terms and of categories: what stands above and below, and that nothing stands below itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from headwater.catalog.glossary.session import Reading
from headwater.catalog.reading import Row, whole
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import IS_LINKED, IS_LIVE, entities, relationships
from headwater.errors import Fault, Invalid, Place

TERM_TREE, CATEGORY_TREE = "AtlasGlossaryTermHierarchyLink", "AtlasGlossaryCategoryHierarchyLink"
ANCHORS = {"AtlasGlossaryCategory": "AtlasGlossaryCategoryAnchor", "AtlasGlossaryTerm": "AtlasGlossaryTermAnchor"}


def below(reading: Reading, rows: Sequence[Row], tree: str) -> list[tuple[int, Row]]:
    """Return (key of the one above, row) of everything below these, level by level."""
    type_id = reading.types.relationship(tree).id
    table = relationships.c
    seen = {row["id"] for row in rows}
    found: list[tuple[int, Row]] = []
    level = list(seen)
    while level:
        wanted = listed()
        query = (
            whole()
            .add_columns(table.end1_id.label("above_id"))
            .join(relationships, table.end2_id == entities.c.id)
            .join(wanted, table.end1_id == integer(wanted))
            .where(table.type_id == type_id, IS_LINKED, IS_LIVE)
        )
        met = reading.connection.execute(query, {"wanted": packed(level)}).mappings().all()
        new = [row for row in met if row["id"] not in seen]
        found += [(row["above_id"], row) for row in new]
        level = [row["id"] for row in new]
        seen.update(level)
    return found


def circle_fault(reading: Reading, key: int, parent: Row, tree: str, place: str) -> Fault | None:
    """Return the fault of a parent that stands below what it shall hold."""
    type_id = reading.types.relationship(tree).id
    table = relationships.c
    at: int | None = parent["id"]
    seen: set[int] = set()
    while at is not None and at not in seen:
        if at == key:
            message = f"'{parent['name']}' cannot stand above what it stands below"
            return Fault("CAT-125", message, Place(path=place), "Choose another parent.")
        seen.add(at)
        query = select(table.end1_id).where(table.end2_id == at, table.type_id == type_id, IS_LINKED)
        at = reading.connection.execute(query).scalar()
    return None


def anchors(reading: Reading, rows: Iterable[Row], type_name: str) -> dict[int, Row]:
    """Return the glossary of each row, which are all of this type, by the row's key."""
    table, wanted = relationships.c, listed()
    query = (
        whole()
        .add_columns(table.end2_id.label("held_id"))
        .join(relationships, table.end1_id == entities.c.id)
        .join(wanted, table.end2_id == integer(wanted))
        .where(table.type_id == reading.types.relationship(ANCHORS[type_name]).id, IS_LINKED)
    )
    found = reading.connection.execute(query, {"wanted": packed(row["id"] for row in rows)}).mappings()
    return {row["held_id"]: row for row in found}


def home_of(reading: Reading, row: Row, type_name: str) -> Row:
    """Return the glossary of a term or category. Raises Invalid if it was written without one."""
    if found := anchors(reading, [row], type_name).get(row["id"]):
        return found
    cure = "Give it one: write the entity with relationshipAttributes.anchor."
    raise Invalid(Fault("CAT-124", f"'{row['qualified_name']}' belongs to no glossary", Place(path="anchor"), cure))


def foreign_fault(reading: Reading, rows: Sequence[Row], type_name: str, glossary: Row, place: str) -> Fault | None:
    """Return the fault of the first of these that belongs to another glossary."""
    home = anchors(reading, rows, type_name)
    for row in rows:
        if row["id"] not in home or home[row["id"]]["id"] != glossary["id"]:
            what = f"'{row['name']}' (guid = {row['guid']}) belongs to different glossary"
            return Fault("CAT-125", what, Place(path=place), f"Choose one of '{glossary['name']}'.")
    return None
