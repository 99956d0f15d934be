"""Moving assets to another collection: the asset and its parts change place, its lineage and its name do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, select, update

from headwater.catalog import clock
from headwater.catalog.collections.tree import collection_id, collection_names
from headwater.catalog.entities import removal
from headwater.catalog.model import Mutation
from headwater.catalog.reading import Row, headers_by_id, whole
from headwater.catalog.store import Store
from headwater.catalog.store.lists import integer, listed, packed, text
from headwater.catalog.store.schema import ACTIVE, entities
from headwater.catalog.types import TypeSet
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing import changes, rows
from headwater.catalog.writing.rows import Permit
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import Fault, Invalid, NotFound, raise_if_any


class Moves:
    """Moves of assets between collections."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def move(self, guids: Sequence[str], collection: str, *, by: str, permit: Permit | None = None) -> Mutation:
        """Move assets with their columns and schemas; what stands in the collection already is passed over.

        `permit` is asked with the collections on both sides. Raises NotFound for the collection, and for guids that
        are unknown or deleted; Invalid for a column or schema, which stands where its asset does.
        """
        with self._store.write() as connection:
            types = self._types.at(connection)
            there = collection_id(connection, collection)
            found = _by_guid(connection, guids)
            raise_if_any(NotFound, _lost(guids, found))
            raise_if_any(Invalid, _parts(found.values(), types))
            moving = [
                row
                for row in removal.with_parts(connection, list(found.values()), types)
                if row["collection_id"] != there
            ]
            names = collection_names(connection)
            if permit is not None:
                permit(frozenset({names[there], *(names[row["collection_id"]] for row in moving)}))
            _move(connection, moving, there, by, names)
            headers = headers_by_id(connection, (row["id"] for row in moving), types, names)
        return Mutation(mutated_entities={"UPDATE": list(headers.values())} if headers else {}, guid_assignments={})


def _by_guid(connection: Connection, guids: Iterable[str]) -> dict[str, Row]:
    wanted = listed()
    query = whole().join(wanted, entities.c.guid == text(wanted))
    return {row["guid"]: row for row in connection.execute(query, {"wanted": packed(sorted(set(guids)))}).mappings()}


def _lost(guids: Iterable[str], found: dict[str, Row]) -> Iterator[Fault]:
    for guid in dict.fromkeys(guids):
        if guid not in found:
            yield no_guid(guid)
        elif found[guid]["status"] != ACTIVE:
            yield no_guid(guid, deleted=True)


def _parts(found: Iterable[Row], types: TypeSet) -> Iterator[Fault]:
    for row in found:
        type = types.entities_by_id[row["type_id"]]
        # One that belongs to nothing yet may go where it likes.
        if type.is_part and row["parent_id"] is not None:
            message = f"'{row['name']}' ({row['guid']}) is a {type.name}: it stands where its asset does"
            yield Fault("CAT-028", message, cure="Move the asset; its columns go along.")


def _move(connection: Connection, moving: Sequence[Row], there: int, by: str, names: dict[int, str]) -> None:
    if not moving:
        return
    mine = entities.c.id.in_(select(integer(listed())))
    keys = {"wanted": packed(row["id"] for row in moving)}
    connection.execute(update(entities).where(mine).values(collection_id=there), keys)
    replaced = {row["id"]: {"collectionId": names[row["collection_id"]]} for row in moving}
    changes.note(connection, replaced, "MOVE", by, clock.now())
    left = Counter((row["type_id"], row["collection_id"]) for row in moving)
    come = Counter((row["type_id"], there) for row in moving)
    rows.count(connection, {**{key: -number for key, number in left.items()}, **come})
