"""Search documents: what full text finds an asset by. Its columns are words of the asset, not documents."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, Select, delete, select

from headwater.catalog.model import NO_ANNOTATIONS, Annotations, Attributes
from headwater.catalog.reading import annotations_of
from headwater.catalog.store.bulk import insert_rows
from headwater.catalog.store.full_text import WORDS, Document, full_text
from headwater.catalog.store.lists import NONE, integer, listed, packed
from headwater.catalog.store.schema import IS_LIVE, documents, entities
from headwater.catalog.store.upserts import upsert
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.writing import column_classifications
from headwater.catalog.writing.subjects import Subject, display_name

# Between a small and a capital letter, or a letter and a digit: where people see a new word.
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")


DESCRIBING = ("description", "userDescription", "displayName", "shortDescription", "longDescription")
"""Attributes that tell in words what an asset is."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """What an asset is found by that is its columns': by key their names, and their classifications."""

    names: Mapping[int, Sequence[str]]
    classifications: Mapping[int, Sequence[str]]


def keep(connection: Connection, subjects: Sequence[Subject], touched: Iterable[int], types: TypeSet) -> None:
    """Write the documents of new and changed assets, and of those whose columns are new, changed or gone.

    `touched` are entities whose relationships changed: a column that has found its table.
    """
    parts = {subject.id for subject in subjects if subject.changed and subject.type.is_part}
    assets = {subject.id: subject for subject in subjects if subject.changed and not subject.type.is_part}
    fresh = {subject.id for subject in subjects if subject.is_new}
    linked = frozenset(touched)
    # Nobody has classified yet what is new, so only an older column can have brought classifications to its table.
    bringing = assets_of(connection, linked - fresh, types)
    others = bringing | assets_of(connection, parts | (linked & fresh), types)
    old = assets.keys() - fresh
    brought = column_classifications.keep(connection, bringing & assets.keys(), types)
    said = {**column_classifications.of(connection, old - bringing), **brought}
    columns = _Columns(columns_of(connection, others | old, types), said)
    index = full_text(connection)
    new = [index.row(_of_subject(subject, columns)) for subject in assets.values() if subject.is_new]
    insert_rows(connection, index.table, index.columns, new)
    _replace(connection, [_of_subject(assets[id], columns) for id in old])
    refresh(connection, others - assets.keys(), columns.names, types)


def refresh(
    connection: Connection, assets: Collection[int], columns: Mapping[int, Sequence[str]], types: TypeSet
) -> None:
    """Write documents, and what these assets are found by, from the stored rows and those of their columns."""
    wanted = listed()
    query = select(entities).join(wanted, entities.c.id == integer(wanted)).where(IS_LIVE)
    keys = packed(sorted(assets))
    if keys == NONE:
        return
    of_columns = _Columns(columns, column_classifications.keep(connection, assets, types))
    found = [
        _document(
            row["id"],
            (row["name"], row["qualified_name"]),
            row["attributes"],
            annotations_of(row),
            row["contacts"],
            types.entities_by_id[row["type_id"]],
            of_columns,
        )
        for row in connection.execute(query, {"wanted": keys}).mappings()
    ]
    _replace(connection, found)


def _replace(connection: Connection, rows: Sequence[Document]) -> None:
    index = full_text(connection)
    if rows:
        values = [dict(zip(index.columns, index.row(row), strict=True)) for row in rows]
        statement = upsert(index.table, ["id"], index.columns[1:], differs=WORDS[1:])
        connection.execute(statement, values)


def remove(connection: Connection, gone: Sequence[int]) -> None:
    """Take the documents of deleted assets out of the index."""
    connection.execute(delete(documents).where(documents.c.id.in_(select(integer(listed())))), {"wanted": packed(gone)})


def _of_subject(subject: Subject, columns: _Columns) -> Document:
    path = str(subject.attributes.get("qualifiedName", subject.qualified_name))
    said = NO_ANNOTATIONS if subject.row is None else annotations_of(subject.row)
    names = (display_name(subject), path)
    return _document(subject.id, names, subject.attributes, said, _contacts(subject), subject.type, columns)


def _contacts(subject: Subject) -> Mapping[str, Sequence[Attributes]] | None:
    given = [draft.contacts for draft in subject.drafts if draft.contacts is not None]
    if given or subject.row is None:
        return given[-1] if given else None
    held: Mapping[str, Sequence[Attributes]] | None = subject.row["contacts"]
    return held


def _document(
    id: int,
    names: tuple[str, str],
    attributes: Mapping[str, object],
    said: Annotations,
    contacts: Mapping[str, Sequence[Attributes]] | None,
    type: EntityType,
    columns: _Columns,
) -> Document:
    name, path = names
    texts = [text for key in DESCRIBING if isinstance(text := attributes.get(key), str)]
    return (
        id,
        name,
        split_words(name),
        path,
        " ".join(texts),
        f"{type.name} {type.service_type}",
        " ".join(columns.names.get(id, ())),
        " ".join(dict.fromkeys((*said.classification_names, *columns.classifications.get(id, ())))),
        " ".join(said.meaning_names),
        _people(contacts) if contacts else "",
        " ".join(said.labels),
    )


def _people(contacts: Mapping[str, Sequence[Attributes]]) -> str:
    said = (person.get(key) for listed in contacts.values() for person in listed for key in ("id", "info"))
    return " ".join(text for text in said if isinstance(text, str))


def split_words(name: str) -> str:
    """Return the words that a name like `BuildDelays2013` is made of, or nothing if it is one word."""
    split = _WORDS.sub(" ", name)
    return "" if split == name else split


# Built once: making a statement takes longer than running it for few assets.
@cache
def _holders() -> Select[int, int, int]:
    wanted = listed()
    child, parent = entities.alias("child"), entities.alias("parent")
    return (
        select(child.c.type_id, parent.c.id, parent.c.type_id)
        .select_from(wanted)
        .join(child, child.c.id == integer(wanted))
        .join(parent, parent.c.id == child.c.parent_id)
    )


def assets_of(connection: Connection, parts: Iterable[int], types: TypeSet) -> set[int]:
    """Return the assets that these are part of, however deep; assets themselves are left out."""
    found: set[int] = set()
    pending = set(parts)
    while pending:
        rows = connection.execute(_holders(), {"wanted": packed(pending)}).all()
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
