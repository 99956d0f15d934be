"""A merge taken back: rows get their values of before, and who follows a merge follows again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, delete, select, update

from headwater import typed
from headwater.catalog.annotations import meanings, propagation
from headwater.catalog.merging import combining
from headwater.catalog.merging.combining import Added, Record
from headwater.catalog.merging.journal import Changed, take_back
from headwater.catalog.merging.parting import part_ways
from headwater.catalog.names.actions import MERGE_UNDO
from headwater.catalog.names.tables import catalog_names, merged_entities, merges
from headwater.catalog.reading import Row, annotations_of
from headwater.catalog.resource_sets import gathering
from headwater.catalog.resource_sets.ledger import File
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import ACTIVE, DELETED, IS_LIVE, entities, relationships
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import changes, rows
from headwater.catalog.writing.links import Linked, Wanted
from headwater.catalog.writing.rows import Pen
from headwater.errors import Fault


def obstacles(connection: Connection, stored: Row, record: Record, held: Mapping[int, Row]) -> Iterator[Fault]:
    """Yield why a merge cannot be undone as things stand."""
    if stored["undone_at"] is not None:
        yield Fault("CAT-165", f"The merge '{stored['id']}' was undone already", cure="Merge again if that was wrong.")
        return
    for id, into in record.gone:
        if id not in held or into not in held or held[into]["status"] != ACTIVE:
            yield Fault("CAT-166", "The entity that stayed was deleted since", cure="Restore it first.")
            return
        if held[id]["status"] != DELETED:
            cure = "Delete it first, or leave it as it is."
            yield Fault("CAT-166", f"{held[id]['guid']} was restored by other means", cure=cure)
        elif name := _taken(connection, held[id]):
            cure = "Rename or delete the other one first."
            yield Fault("CAT-166", f"Another entity is named '{name}' by now", cure=cure)
    ids = {id for pair in record.gone for id in pair}
    away = select(merged_entities.c.merge_id).where(merged_entities.c.entity_id.in_(ids))
    mine = merges.c.into_id.in_(ids) | merges.c.id.in_(away)
    later = select(merges.c.id).where(mine, merges.c.merged_at > stored["merged_at"], merges.c.undone_at.is_(None))
    for id in connection.execute(later.order_by(merges.c.merged_at.desc())).scalars():
        yield Fault("CAT-166", f"The merge '{id}' came after and has to go first", cure="Undo that one first.")


def _taken(connection: Connection, row: Row) -> str | None:
    table = entities.c
    same = (table.qualified_name == row["qualified_name"]) & (table.type_id == row["type_id"])
    found = connection.execute(select(table.qualified_name).where(same, IS_LIVE).limit(1)).scalar()
    return None if found is None else str(found)


def undo(connection: Connection, id: str, record: Record, held: Mapping[int, Row], pen: Pen, types: TypeSet) -> None:
    """Take a merge back that nothing stands in the way of."""
    gone, stayed = [pair[0] for pair in record.gone], {pair[1] for pair in record.gone}
    _forget_names(connection, record)
    links = [entry.key["id"] for entry in record.entries if _is_link(entry)]
    before = _links(connection, links)
    take_back(connection, record.entries)
    part_ways(connection, record, held, pen)
    after = _links(connection, links)
    numbers = Counter((held[key]["type_id"], held[key]["collection_id"]) for key in gone)
    rows.count(connection, numbers)
    active = [row for row in before.values() if row["status"] == ACTIVE]
    propagation.follow_cut(connection, active, pen, types)
    _take_annotations(connection, record.added, pen, types)
    made = tuple(_wanted(row, types) for row in after.values() if row["status"] == ACTIVE)
    propagation.follow_return(connection, gone, Linked(made, (), frozenset(), frozenset()), pen, types)
    propagation.follow(connection, Linked(made, (), frozenset(), frozenset()), pen, types)
    meanings.follow(connection, [*gone, *stayed], "TERM_DELETE", pen, types)
    combining.refresh(connection, {*gone, *stayed}, types)
    if record.files:
        gathering.regain(connection, [File(*file) for file in record.files], pen)
    told: dict[int, dict[str, object]] = {key: {"status": "DELETED"} for key in record.merged_ids}
    told[record.into_id] = {"attributes": {}, "parted": list(record.merged)}
    changes.note(connection, told, MERGE_UNDO, pen.by, pen.at)
    connection.execute(update(merges).where(merges.c.id == id).values(undone_by=pen.by, undone_at=pen.at))


def _is_link(entry: object) -> bool:
    return isinstance(entry, Changed) and entry.table == relationships.name


def _links(connection: Connection, ids: Sequence[object]) -> dict[int, Row]:
    wanted = listed()
    query = select(relationships).join(wanted, relationships.c.id == integer(wanted)).order_by(relationships.c.id)
    keys = packed(sorted({typed.convert(id, int) for id in ids}))
    return {row["id"]: row for row in connection.execute(query, {"wanted": keys}).mappings()}


def _wanted(row: Row, types: TypeSet) -> Wanted:
    return Wanted(types.relationships_by_id[row["type_id"]], (row["end1_id"], row["end2_id"]), id=row["id"])


def _forget_names(connection: Connection, record: Record) -> None:
    table = catalog_names.c
    for key, id, digest in record.names:
        same = (table.key == key) & (table.entity_id == id) & (table.digest == digest)
        connection.execute(delete(catalog_names).where(same))


def _take_annotations(connection: Connection, added: Sequence[Added], pen: Pen, types: TypeSet) -> None:
    """Take from the entities that stayed what the merge gave them, if they still have it."""
    for one in reversed(added):
        wanted = listed()
        query = select(entities).join(wanted, entities.c.id == integer(wanted))
        row = connection.execute(query, {"wanted": packed([one.entity_id])}).mappings().one()
        said = annotations_of(row)
        own = {id(item) for item in propagation.own_of(said, row["guid"]) if item["typeName"] in one.classifications}
        business = {
            name: {key: value for key, value in values.items() if (name, key) not in one.business}
            for name, values in said.business_attributes.items()
        }
        without = msgspec.structs.replace(
            said,
            classifications=tuple(item for item in said.classifications if id(item) not in own),
            labels=tuple(label for label in said.labels if label not in one.labels),
            business_attributes={name: values for name, values in business.items() if values},
        )
        if without != said:
            propagation.mark(connection, [row], {row["id"]: without}, pen, types)
