"""The entities of a walk, as rows, as values and as JSON. Attributes are JSON in the store and stay so on the way out.

A walk asks for thousands of them, and most of their price is in the way to each value; so rows are plain tuples, and
an answer over HTTP never decodes what it only passes on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache

import msgspec
from sqlalchemy import Connection, Select, Text, select, type_coerce

from headwater import typed
from headwater.catalog.model import Annotations, Attributes, EntityHeader, Shape, Status
from headwater.catalog.reading import STATUSES
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import entities
from headwater.catalog.types import TypeSet

NodeRow = tuple[int, str, int, int, int, int, str, str, str | None]
"""Key, guid, type, collection, status, version, name, attributes and annotations as JSON."""
HIDDEN = "(not yours to read)"
_ANNOTATIONS = typed.decoder(Annotations)
_ATTRIBUTES = typed.decoder(dict[str, object])
_NOTHING = msgspec.Raw("{}")


class Drawn(Shape, frozen=True, gc=False):
    """`EntityHeader` on its way out: attributes as JSON."""

    guid: str
    type_name: str
    attributes: msgspec.Raw
    display_text: str
    status: Status
    collection_id: str
    last_modified_ts: str = msgspec.field(name="lastModifiedTS", default="1")
    is_incomplete: bool = False
    classification_names: tuple[str, ...] = ()
    classifications: tuple[Attributes, ...] = ()
    meaning_names: tuple[str, ...] = ()
    meanings: tuple[Attributes, ...] = ()
    labels: tuple[str, ...] = ()


@cache
def _rows_of() -> Select[int, str, int, int, int, int, str, str, str | None]:
    table, wanted = entities.c, listed()
    narrow = (table.id, table.guid, table.type_id, table.collection_id, table.status, table.version, table.name)
    texts = (type_coerce(table.attributes, Text), type_coerce(table.annotations, Text))
    return select(*narrow, *texts).join(wanted, table.id == integer(wanted))


def node_rows(connection: Connection, ids: Iterable[int]) -> list[NodeRow]:
    """Return the rows of these keys, in their order."""
    keys = sorted(ids)
    return fetch(connection, _rows_of(), {"wanted": packed(keys)}) if keys else []


def header(row: NodeRow, types: TypeSet, collections: Mapping[int, str]) -> EntityHeader:
    """Return a row as a value."""
    _, guid, type_id, place, status, version, name, attributes, said = row
    found = EntityHeader(
        guid=guid,
        type_name=types.entities_by_id[type_id].name,
        attributes=_ATTRIBUTES.decode(attributes),
        display_text=name,
        status=STATUSES[status],
        collection_id=collections[place],
        last_modified_ts=str(version),
    )
    return found if said is None else msgspec.structs.replace(found, **_said(said))


def drawn(
    rows: Iterable[NodeRow], types: TypeSet, collections: Mapping[int, str], readable: Collection[str] | None
) -> dict[str, Drawn]:
    """Return rows by guid, ready to be encoded. What is in none of the `readable` collections has no name."""
    hidden = {id for id, name in collections.items() if readable is not None and name not in readable}
    names = {id: type.name for id, type in types.entities_by_id.items()}
    found: dict[str, Drawn] = {}
    for _, guid, type_id, place, status, version, name, attributes, said in rows:
        if place in hidden:
            found[guid] = _hidden(guid, names[type_id], STATUSES[status])
            continue
        # In the order of the fields: thousands of them are made, and by name that takes a fifth longer.
        found[guid] = one = Drawn(
            guid, names[type_id], msgspec.Raw(attributes), name, STATUSES[status], collections[place], str(version)
        )
        if said is not None:
            found[guid] = msgspec.structs.replace(one, **_said(said))
    return found


def _hidden(guid: str, type_name: str, status: Status) -> Drawn:
    return Drawn(
        guid=guid, type_name=type_name, attributes=_NOTHING, display_text=HIDDEN, status=status, collection_id=""
    )


def _said(annotations: str) -> dict[str, object]:
    said = _ANNOTATIONS.decode(annotations)
    return {
        "classification_names": said.classification_names,
        "classifications": said.classifications,
        "meaning_names": said.meaning_names,
        "meanings": said.meanings,
        "labels": said.labels,
    }
