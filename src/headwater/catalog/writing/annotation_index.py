"""The index of annotations by value: which entities have a classification, label, term, contact, business metadata."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import Connection, delete, select

from headwater.catalog.model import Annotations, Attributes
from headwater.catalog.store.bulk import insert_rows
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import (
    BUSINESS,
    CLASSIFICATION,
    COLUMN_CLASSIFICATION,
    EXPERT,
    LABEL,
    OWNER,
    TERM,
    annotation_index,
)

Value = tuple[int, str]
"""Kind and value, as the index has them."""
_ROLES: Mapping[str, int] = MappingProxyType({"Expert": EXPERT, "Owner": OWNER})


def keep(connection: Connection, values: Mapping[int, Sequence[Value]]) -> None:
    """Make the values by which each of these entities is found exactly these, beside those of its columns."""
    table = annotation_index.c
    gone = table.entity_id.in_(select(integer(listed()))) & (table.kind != COLUMN_CLASSIFICATION)
    connection.execute(delete(annotation_index).where(gone), {"wanted": packed(values)})
    rows = [(kind, value, id) for id, pairs in values.items() for kind, value in dict.fromkeys(pairs)]
    insert_rows(connection, annotation_index, ("kind", "value", "entity_id"), rows)


def forget(connection: Connection, keys: Sequence[int]) -> None:
    """Take these entities out of the index."""
    gone = annotation_index.c.entity_id.in_(select(integer(listed())))
    connection.execute(delete(annotation_index).where(gone), {"wanted": packed(keys)})


def keep_people(
    connection: Connection, contacts: Mapping[int, Mapping[str, Sequence[Attributes]]], new: Collection[int]
) -> None:
    """Make the contacts by which these entities are found exactly these; of `new` ones nothing is known yet."""
    old = [id for id in contacts if id not in new]
    if old:
        table = annotation_index.c
        gone = table.entity_id.in_(select(integer(listed()))) & table.kind.in_(sorted(_ROLES.values()))
        connection.execute(delete(annotation_index).where(gone), {"wanted": packed(old)})
    rows = [(kind, value, id) for id, held in contacts.items() for kind, value in dict.fromkeys(people(held))]
    insert_rows(connection, annotation_index, ("kind", "value", "entity_id"), rows)


def values(said: Annotations, contacts: Mapping[str, Sequence[Attributes]] | None) -> list[Value]:
    """Return the values of an entity with these annotations and contacts."""
    return [
        *((CLASSIFICATION, name) for name in said.classification_names),
        *((LABEL, label) for label in said.labels),
        *((TERM, str(meaning["termGuid"])) for meaning in said.meanings),
        *((BUSINESS, name) for name in said.business_attributes),
        *people(contacts),
    ]


def people(contacts: Mapping[str, Sequence[Attributes]] | None) -> Iterator[Value]:
    """Yield the values of contacts."""
    for role, several in (contacts or {}).items():
        for person in several if role in _ROLES else ():
            if person.get("id"):
                yield _ROLES[role], str(person["id"])
