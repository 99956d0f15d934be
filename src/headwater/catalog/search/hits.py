"""Hits as they are shown: the row with what is said of it, and the found words marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from headwater.catalog.collections import collection_names
from headwater.catalog.model import Annotations
from headwater.catalog.reading import Row, annotations_of, rows_by_id
from headwater.catalog.search.highlights import marked
from headwater.catalog.search.keywords import Term as Asked
from headwater.catalog.search.object_types import object_type
from headwater.catalog.search.shapes import Contact, Hit, Term
from headwater.catalog.store.lists import listed, packed, text
from headwater.catalog.store.schema import entities
from headwater.catalog.types import TypeSet
from headwater.catalog.writing.documents import columns_of


def hits_of(
    connection: Connection, ranked: Sequence[tuple[int, float]], asked: Sequence[Asked], types: TypeSet
) -> tuple[Hit, ...]:
    """Return the hits of these keys and scores, in their order."""
    rows = rows_by_id(connection, [id for id, _ in ranked])
    names = collection_names(connection)
    columns = columns_of(connection, rows, types) if asked and rows else {}
    said = {id: annotations_of(row) for id, row in rows.items()}
    glossaries = _glossaries(connection, said.values())
    return tuple(
        _hit(rows[id], score, asked, columns.get(id, ()), said[id], glossaries, types, names)
        for id, score in ranked
        if id in rows
    )


def _glossaries(connection: Connection, said: Iterable[Annotations]) -> dict[str, str]:
    """Return the name of the glossary of each term, by the term's guid."""
    guids = sorted({str(meaning["termGuid"]) for one in said for meaning in one.meanings})
    if not guids:
        return {}
    wanted = listed()
    query = select(entities.c.guid, entities.c.qualified_name).join(wanted, entities.c.guid == text(wanted))
    return {guid: glossary_of(name) for guid, name in connection.execute(query, {"wanted": packed(guids)})}


def glossary_of(qualified_name: str) -> str:
    """Return what stands behind the last `@` of a term's name."""
    return qualified_name.rpartition("@")[2] if "@" in qualified_name else ""


def _hit(
    row: Row,
    score: float,
    asked: Sequence[Asked],
    columns: Sequence[str],
    said: Annotations,
    glossaries: Mapping[str, str],
    types: TypeSet,
    collections: Mapping[int, str],
) -> Hit:
    type = types.entities_by_id[row["type_id"]]
    attributes = row["attributes"]
    description = str(attributes.get("userDescription") or attributes.get("description") or "")
    return Hit(
        guid=row["guid"],
        name=row["name"],
        qualified_name=row["qualified_name"],
        type_name=type.name,
        asset_type=(type.service_type,) if type.service_type else (),
        description=description,
        collection=collections[row["collection_id"]],
        updated_at=row["updated_at"],
        score=score,
        highlights=_highlights(row, description, type.name, asked),
        columns=tuple(name for name in columns if marked(name, asked)),
        attributes=attributes,
        created_at=row["created_at"],
        object_type=object_type(type),
        classifications=said.classification_names,
        labels=said.labels,
        terms=tuple(_term(meaning, glossaries) for meaning in said.meanings),
        contacts=tuple(_contacts(row)),
    )


def _highlights(row: Row, description: str, type_name: str, asked: Sequence[Asked]) -> dict[str, tuple[str, ...]]:
    texts = {
        "name": row["name"],
        "qualifiedName": row["qualified_name"],
        "description": description,
        "entityType": type_name,
    }
    return {field: (found,) for field, value in texts.items() if (found := marked(value, asked))}


def _term(meaning: Mapping[str, object], glossaries: Mapping[str, str]) -> Term:
    guid = str(meaning["termGuid"])
    return Term(str(meaning["displayText"]), glossaries.get(guid, ""), guid)


def _contacts(row: Row) -> Iterable[Contact]:
    for type, people in (row["contacts"] or {}).items():
        for person in people:
            yield Contact(str(person.get("id") or ""), str(person.get("info") or ""), type)
