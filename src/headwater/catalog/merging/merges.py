"""Merges: two assets that turn out to be one become one, and two again if that was wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, insert, select

from headwater import typed
from headwater.catalog import clock
from headwater.catalog.collections import collection_names
from headwater.catalog.merging import combining, undoing
from headwater.catalog.merging.combining import Preview, Record
from headwater.catalog.model import Shape
from headwater.catalog.names.stores import kind_of
from headwater.catalog.names.tables import merged_entities, merges
from headwater.catalog.reading import Row, whole
from headwater.catalog.store import Store
from headwater.catalog.store.lists import listed, packed, text
from headwater.catalog.store.schema import ACTIVE, entities
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.rows import Pen, Permit
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import Conflict, Fault, Invalid, NotFound, raise_if_any


class Merge(Shape, frozen=True):
    """What a merge does or did. `id` is None of one that was only asked about."""

    id: str | None
    into: str
    merged: tuple[str, ...]
    merged_by: str
    merge_time: int
    undone_by: str | None
    undo_time: int | None
    preview: tuple[Preview, ...]


class _Previewed(Exception):
    """Ends the transaction of a dry run, whose answer it carries."""

    def __init__(self, found: Merge) -> None:
        super().__init__()
        self.found = found


class Merges:
    """Merges and their undoing. Each is one transaction."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def merge(
        self, into: str, guids: Sequence[str], *, by: str, permit: Permit | None = None, dry_run: bool = False
    ) -> Merge:
        """Make the entities of `guids` the entity `into`; with `dry_run`, only tell what would move.

        Raises NotFound, or Invalid for entities that cannot be one.
        """
        try:
            with self._store.write() as connection:
                found = self._merge(connection, into, guids, by, permit)
                if dry_run:
                    raise _Previewed(msgspec.structs.replace(found, id=None))
                return found
        except _Previewed as previewed:
            return previewed.found

    def of(self, guid: str) -> tuple[Merge, ...]:
        """Return the merges into an entity or of it, newest first. Raises NotFound."""
        with self._store.read() as connection:
            row = _rows(connection, [guid])[guid]
            away = select(merged_entities.c.merge_id).where(merged_entities.c.entity_id == row["id"])
            mine = (merges.c.into_id == row["id"]) | merges.c.id.in_(away)
            found = connection.execute(select(merges).where(mine).order_by(merges.c.merged_at.desc())).mappings().all()
            return tuple(_merge(one) for one in found)

    def get(self, id: str) -> Merge:
        """Raises NotFound."""
        with self._store.read() as connection:
            return _merge(_stored(connection, id))

    def undo(self, id: str, *, by: str, permit: Permit | None = None) -> Merge:
        """Make the entities what they were. What was written since stays with the one that it speaks of.

        Raises NotFound, or Conflict where the entities have changed too much.
        """
        with self._store.write() as connection:
            types = self._types.at(connection)
            stored = _stored(connection, id)
            record = typed.convert(stored["journal"], Record)
            rows = combining.rows_of(connection, record)
            _ask(connection, list(rows.values()), permit)
            raise_if_any(Conflict, undoing.obstacles(connection, stored, record, rows))
            latest = max(row["updated_at"] for row in rows.values())
            pen = Pen(by, max(clock.now(), latest + 1), 0, {})
            undoing.undo(connection, id, record, rows, pen, types)
            return _merge(_stored(connection, id))

    def _merge(self, connection: Connection, into: str, guids: Sequence[str], by: str, permit: Permit | None) -> Merge:
        types = self._types.at(connection)
        rows = _rows(connection, [into, *guids])
        ordered = [rows[guid] for guid in dict.fromkeys(guids)]
        target = rows[into]
        _ask(connection, list(rows.values()), permit)
        raise_if_any(Invalid, _misfits(ordered, target, types))
        pen = Pen(by, max(clock.now(), *(row["updated_at"] + 1 for row in rows.values())), 0, {})
        record = combining.combine(connection, ordered, target, pen, types)
        id = clock.new_guid()
        journal = msgspec.to_builtins(record)
        made = {"id": id, "into_id": target["id"], "merged_by": by, "merged_at": pen.at, "journal": journal}
        connection.execute(insert(merges).values(**made))
        keys = {pair[0] for pair in record.gone}
        connection.execute(insert(merged_entities), [{"merge_id": id, "entity_id": key} for key in sorted(keys)])
        return _merge(_stored(connection, id))


def _rows(connection: Connection, guids: Sequence[str]) -> dict[str, Row]:
    wanted = listed()
    query = whole().join(wanted, entities.c.guid == text(wanted))
    rows = {row["guid"]: row for row in connection.execute(query, {"wanted": packed(sorted(set(guids)))}).mappings()}
    raise_if_any(NotFound, (no_guid(guid) for guid in guids if guid not in rows))
    return rows


def _ask(connection: Connection, rows: Sequence[Row], permit: Permit | None) -> None:
    if permit is not None:
        names = collection_names(connection)
        permit(frozenset(names[row["collection_id"]] for row in rows))


def _misfits(rows: Sequence[Row], into: Row, types: TypeSet) -> Iterator[Fault]:
    type = types.entities_by_id[into["type_id"]]
    cure = "Merge assets of one kind that are both there; parts go with their assets."
    if not rows:
        yield Fault(
            "CAT-164", "No entity is named that is to be merged", cure='Send {"into": guid, "from": [guid, …]}.'
        )
    for row in (into, *rows):
        if row["status"] != ACTIVE:
            yield no_guid(row["guid"], deleted=True)
    for row in rows:
        held = types.entities_by_id[row["type_id"]]
        if row["id"] == into["id"]:
            yield Fault("CAT-164", f"{row['guid']} cannot be merged into itself", cure=cure)
        elif not _fit(held, type):
            message = f"A {held.name} cannot be merged into a {type.name}"
            yield Fault("CAT-164", message, cure=cure)


def _fit(held: EntityType, type: EntityType) -> bool:
    kinds = kind_of(held), kind_of(type)
    if held.is_part or type.is_part:
        return False
    if held.name == type.name or (held.is_dataset and type.is_dataset):
        return True
    return kinds[0] is not None and kinds[1] is not None and kinds[0].group == kinds[1].group


def _stored(connection: Connection, id: str) -> Row:
    row = connection.execute(select(merges).where(merges.c.id == id)).mappings().first()
    if row is None:
        raise NotFound(Fault("CAT-165", f"There is no merge '{id}'", cure="GET …/entity/{guid}/merges lists them."))
    return row


def _merge(row: Mapping[str, object] | Row) -> Merge:
    record = typed.convert(row["journal"], Record)
    return Merge(
        id=str(row["id"]),
        into=record.into,
        merged=record.merged,
        merged_by=str(row["merged_by"]),
        merge_time=typed.convert(row["merged_at"], int),
        undone_by=typed.convert(row["undone_by"], str | None),
        undo_time=typed.convert(row["undone_at"], int | None),
        preview=record.preview,
    )
