"""Search documents: what full text finds an asset by. Its columns are words of the asset, not documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import IS_LIVE, documents, entities
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.writing.subjects import Subject

# Between a small and a capital letter, or a letter and a digit: where people see a new word.
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")


def keep(connection: Connection, subjects: Sequence[Subject], touched: Iterable[int], types: TypeSet) -> None:
    """Write the documents of new and changed assets, and of those whose columns are new, changed or gone.

    `touched` are entities whose relationships changed: a column that has found its table.
    """
    parts = {subject.id for subject in subjects if subject.changed and subject.type.is_part}
    assets = {subject.id for subject in subjects if subject.changed and not subject.type.is_part}
    columns = columns_of(connection, assets_of(connection, {*parts, *touched}, types), types)
    refresh(connection, assets | columns.keys(), columns, types)


def refresh(
    connection: Connection, assets: Iterable[int], columns: Mapping[int, Sequence[str]], types: TypeSet
) -> None:
    """Write documents from the stored rows; the words of `columns` for those in it, the old ones for others."""
    wanted = listed()
    query = select(entities).join(wanted, entities.c.id == integer(wanted)).where(IS_LIVE)
    with_columns, without = [], []
    for row in connection.execute(query, {"wanted": packed(sorted(assets))}):
        document = _document(row.id, row.name, row.qualified_name, row.attributes, types.entities_by_id[row.type_id])
        if row.id in columns:
            with_columns.append({**document, "columns": " ".join(columns[row.id])})
        else:
            without.append({**document, "columns": ""})
    names = ("name", "words", "path", "description", "labels")
    for rows, changed in ((with_columns, (*names, "columns")), (without, names)):
        if rows:
            statement = upsert(documents)
            values = {name: statement.excluded[name] for name in changed}
            differs = or_(*(documents.c[name] != statement.excluded[name] for name in changed))
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values, where=differs), rows)


def remove(connection: Connection, gone: Sequence[int]) -> None:
    """Take the documents of deleted assets out of the index."""
    connection.execute(delete(documents).where(documents.c.id.in_(select(integer(listed())))), {"wanted": packed(gone)})


def _document(id: int, name: str, path: str, attributes: Mapping[str, object], type: EntityType) -> dict[str, object]:
    texts = (attributes.get(key) for key in ("description", "userDescription", "displayName"))
    return {
        "id": id,
        "name": name,
        "words": split_words(name),
        "path": path,
        "description": " ".join(text for text in texts if isinstance(text, str)),
        "labels": f"{type.name} {type.service_type}",
    }


def split_words(name: str) -> str:
    """Return the words that a name like `BuildDelays2013` is made of, or nothing if it is one word."""
    split = _WORDS.sub(" ", name)
    return "" if split == name else split


def assets_of(connection: Connection, parts: Iterable[int], types: TypeSet) -> set[int]:
    """Return the assets that these are part of, however deep; assets themselves are left out."""
    found: set[int] = set()
    pending = set(parts)
    while pending:
        wanted = listed()
        child, parent = entities.alias("child"), entities.alias("parent")
        query = (
            select(child.c.type_id, parent.c.id, parent.c.type_id)
            .select_from(wanted)
            .join(child, child.c.id == integer(wanted))
            .join(parent, parent.c.id == child.c.parent_id)
        )
        rows = connection.execute(query, {"wanted": packed(pending)}).all()
        pending = set()
        for child_type, id, parent_type in rows:
            if types.entities_by_id[child_type].is_part:
                (pending if types.entities_by_id[parent_type].is_part else found).add(id)
    return found


def columns_of(connection: Connection, assets: Iterable[int], types: TypeSet) -> dict[int, list[str]]:
    """Return the names of the columns of each asset, in the order in which they came."""
    owners = {id: id for id in assets}
    found: dict[int, list[str]] = {id: [] for id in owners}
    while owners:
        wanted = listed()
        table = entities.c
        query = (
            select(table.id, table.parent_id, table.type_id, table.name)
            .join(wanted, table.parent_id == integer(wanted))
            .where(IS_LIVE)
            .order_by(table.id)
        )
        rows = connection.execute(query, {"wanted": packed(owners)}).all()
        above, owners = owners, {}
        for row in rows:
            type = types.entities_by_id[row.type_id]
            if type.is_column:
                found[above[row.parent_id]].append(row.name)
            elif type.is_part:
                owners[row.id] = above[row.parent_id]
    return found
