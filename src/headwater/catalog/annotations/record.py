"""The one way in which annotations change: the row, its history, the index by value and the search document.

Who classifies, labels or assigns a term decides what an entity shall have; here it is written down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from sqlalchemy import Connection, bindparam, update

from headwater.catalog.model import NO_ANNOTATIONS, Annotations
from headwater.catalog.reading import Row, annotations_of
from headwater.catalog.store.bulk import insert_rows, json_text
from headwater.catalog.store.schema import entities, entity_changes
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import annotation_index, documents
from headwater.catalog.writing.rows import CHANGE, Pen

Action = Literal[
    "BUSINESS_ATTRIBUTE_UPDATE",
    "CLASSIFICATION_ADD",
    "CLASSIFICATION_DELETE",
    "CLASSIFICATION_UPDATE",
    "CONTACT_UPDATE",
    "LABEL_ADD",
    "LABEL_DELETE",
    "PROPAGATED_CLASSIFICATION_ADD",
    "PROPAGATED_CLASSIFICATION_DELETE",
    "PROPAGATED_CLASSIFICATION_UPDATE",
    "TERM_ADD",
    "TERM_DELETE",
    "TERM_UPDATE",
]
"""What a change of annotations is called in the history of an entity, as in Atlas' audit."""


def annotate(
    connection: Connection,
    rows: Sequence[Row],
    wanted: Mapping[int, Annotations],
    action: Action,
    pen: Pen,
    types: TypeSet,
) -> frozenset[int]:
    """Give the entities of these rows the annotations wanted, by key. Returns the keys of those that changed.

    `rows` are as the database has them now; each entity appears once.
    """
    changed = [row for row in rows if annotations_of(row) != wanted[row["id"]]]
    if not changed:
        return frozenset()
    values = [
        {
            "key": row["id"],
            "annotations": None if wanted[row["id"]] == NO_ANNOTATIONS else wanted[row["id"]],
            "version": row["version"] + 1,
            "updated_by": pen.by,
            "updated_at": pen.at,
        }
        for row in changed
    ]
    written = ("annotations", "version", "updated_by", "updated_at")
    statement = update(entities).where(entities.c.id == bindparam("key"))
    connection.execute(statement.values({column: bindparam(column) for column in written}), values)
    history = [
        (row["id"], row["version"] + 1, action, pen.by, pen.at, json_text({"annotations": row["annotations"]}))
        for row in changed
    ]
    insert_rows(connection, entity_changes, CHANGE, history)
    values_of = {row["id"]: annotation_index.values(wanted[row["id"]], row["contacts"]) for row in changed}
    annotation_index.keep(connection, values_of)
    keys = frozenset(row["id"] for row in changed)
    parts = {row["id"] for row in changed if types.entities_by_id[row["type_id"]].is_part}
    assets = (keys - parts) | documents.assets_of(connection, parts, types)
    documents.refresh(connection, assets, documents.columns_of(connection, assets, types), types)
    return keys
