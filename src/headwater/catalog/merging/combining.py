"""What two entities say of themselves, said by one: attributes, people, annotations, names; and who follows a merge.

The one that stays wins where both say something; what it does not say is taken from the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from headwater.catalog.annotations import meanings, propagation
from headwater.catalog.merging.journal import Entry
from headwater.catalog.merging.merging import Merging, Moved
from headwater.catalog.model import Annotations, Attributes, Shape
from headwater.catalog.names import index
from headwater.catalog.names.actions import MERGE
from headwater.catalog.names.index import Name
from headwater.catalog.names.stores import kind_of
from headwater.catalog.names.tables import MERGED, OWN
from headwater.catalog.reading import Row, annotations_of, attributes_of, whole
from headwater.catalog.resource_sets import gathering, ledger
from headwater.catalog.resource_sets.ledger import File
from headwater.catalog.resource_sets.tables import sets
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import DELETED, entities
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import annotation_index, changes, documents, rows
from headwater.catalog.writing.links import Linked
from headwater.catalog.writing.rows import Pen


class Conflicting(Shape, frozen=True):
    """An attribute of which both said something else; the first is kept."""

    attribute: str
    kept: object
    dropped: object


class Preview(Shape, frozen=True):
    """What moves from one entity: numbers of rows, and names of what people know by name."""

    guid: str
    relationships: dict[str, int]
    ended_relationships: dict[str, int]
    lineage_edges: int
    column_edges: int
    observations: int
    merged_columns: tuple[str, ...]
    moved_columns: tuple[str, ...]
    attributes: tuple[str, ...]
    conflicts: tuple[Conflicting, ...]
    classifications: tuple[str, ...]
    labels: tuple[str, ...]
    contacts: tuple[str, ...]
    aliases: tuple[str, ...]


class Added(msgspec.Struct, frozen=True):
    """What an entity says since a merge that it did not say before."""

    entity_id: int
    classifications: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    business: tuple[tuple[str, str], ...] = ()


class Record(msgspec.Struct, frozen=True):
    """All that is needed to take a merge back. `gone`: keys of entities that are no more, and of what they are now."""

    into: str
    into_id: int
    merged: tuple[str, ...]
    merged_ids: tuple[int, ...]
    entries: tuple[Entry, ...]
    gone: tuple[tuple[int, int], ...]
    added: tuple[Added, ...]
    names: tuple[tuple[str, int, str], ...]
    """Key, entity and digest of the names that the merge gave."""
    files: tuple[tuple[int, str, int, int, str], ...]
    preview: tuple[Preview, ...]


def combine(connection: Connection, given: Sequence[Row], into: Row, pen: Pen, types: TypeSet) -> Record:
    """Merge the entities of these rows into another one."""
    merging = Merging(connection, types, pen)
    previews: list[Preview] = []
    added: list[Added] = []
    names: list[Name] = []
    files: list[File] = []
    for row in given:
        merging.moved = Moved()
        merging.merge(row, into)
        files += _leave_sets(connection, row, into, merging)
        brought = _names(connection, row, into, pen, types)
        names += index.add(connection, brought)
        told, conflicts = _attributes(connection, merging, types)
        said = _follow(connection, merging, pen, types)
        added += said
        mine = next((one for one in said if one.entity_id == into["id"]), Added(into["id"]))
        previews.append(_preview(row, merging.moved, told, conflicts, mine, brought, types))
        gathering.forget(connection, [row["id"]], pen)
    _note(connection, given, into, pen)
    return Record(
        into=into["guid"],
        into_id=into["id"],
        merged=tuple(row["guid"] for row in given),
        merged_ids=tuple(row["id"] for row in given),
        entries=tuple(merging.journal.entries),
        gone=tuple(merging.pairs),
        added=tuple(added),
        names=tuple((index.indexed(name.key), name.entity_id, name.digest) for name in names),
        files=tuple((file.entity_id, file.set_key, file.bytes, file.modified_at, file.columns) for file in files),
        preview=tuple(previews),
    )


def rows_of(connection: Connection, record: Record) -> dict[int, Row]:
    """Return the rows of all entities of a merge, by key."""
    return _whole(connection, {id for pair in record.gone for id in pair})


def _whole(connection: Connection, ids: set[int]) -> dict[int, Row]:
    wanted = listed()
    query = whole().join(wanted, entities.c.id == integer(wanted))
    return {row["id"]: row for row in connection.execute(query, {"wanted": packed(sorted(ids))}).mappings()}


def _note(connection: Connection, given: Sequence[Row], into: Row, pen: Pen) -> None:
    told: dict[int, dict[str, object]] = {row["id"]: {"status": "ACTIVE", "mergedInto": into["guid"]} for row in given}
    told[into["id"]] = {"attributes": {}, "merged": [row["guid"] for row in given]}
    changes.note(connection, told, MERGE, pen.by, pen.at)


def _leave_sets(connection: Connection, row: Row, into: Row, merging: Merging) -> list[File]:
    """Let a set that is merged away lead its later files to the other; return a file that leaves its set."""
    mine = connection.execute(select(sets).where(sets.c.set_id == row["id"])).mappings().all()
    for one in mine:
        merging.journal.change(sets, {"set_key": one["set_key"]}, one, {"set_id": into["id"]})
    return list(ledger.files_by_id(connection, [row["id"]]).values())


def _names(connection: Connection, row: Row, into: Row, pen: Pen, types: TypeSet) -> list[Name]:
    """Return the names of an entity as names of the other."""
    type = types.entities_by_id[row["type_id"]]
    kind = kind_of(type)
    key = kind.key(row["qualified_name"]).name if kind else row["qualified_name"]
    told = (type.name, row["qualified_name"], MERGED, (), pen.by, pen.at)
    found = [Name(into["id"], key, *told)]
    for name in index.names_of(connection, [row["id"]]):
        if name.origin != OWN:
            held = (name.type_name, name.spelling, MERGED, name.rules, pen.by, pen.at)
            found.append(Name(into["id"], name.key, *held, name.covers_below))
    return found


def _attributes(
    connection: Connection, merging: Merging, types: TypeSet
) -> tuple[tuple[str, ...], tuple[Conflicting, ...]]:
    """Fill in what the entities that stay do not say themselves. Returns names and conflicts of the asset itself."""
    told: tuple[str, ...] = ()
    conflicts: tuple[Conflicting, ...] = ()
    for row, into in merging.moved.gone:
        now = _whole(connection, {into["id"]})[into["id"]]
        type = types.entities_by_id[now["type_id"]]
        mine, theirs = attributes_of(row), attributes_of(now)
        other = {name for name in mine if name not in type.heavy and name not in {"qualifiedName", "inputs", "outputs"}}
        new = {name: mine[name] for name in sorted(other) if mine[name] is not None and theirs.get(name) is None}
        values: dict[str, object] = {}
        if new:
            values["attributes"] = {**now["attributes"], **new}
        custom = {**(row["custom_attributes"] or {}), **(now["custom_attributes"] or {})}
        if custom != (now["custom_attributes"] or {}):
            values["custom_attributes"] = custom
        contacts = _contacts(row["contacts"] or {}, now["contacts"] or {})
        if contacts != (now["contacts"] or {}):
            values["contacts"] = contacts
        merging.journal.change(entities, {"id": now["id"]}, now, values)
        told = tuple(new)
        conflicts = tuple(
            Conflicting(attribute=name, kept=theirs[name], dropped=mine[name])
            for name in sorted(other & theirs.keys())
            if mine[name] is not None and theirs[name] is not None and mine[name] != theirs[name]
        )
    return told, conflicts


def _contacts(
    mine: Mapping[str, list[Attributes]], theirs: Mapping[str, list[Attributes]]
) -> dict[str, list[Attributes]]:
    found = {role: list(people) for role, people in theirs.items()}
    for role, people in mine.items():
        known = {str(person.get("id")) for person in found.get(role, ())}
        if new := [person for person in people if str(person.get("id")) not in known]:
            found[role] = [*found.get(role, ()), *new]
    return found


def _follow(connection: Connection, merging: Merging, pen: Pen, types: TypeSet) -> list[Added]:
    """Delete what is merged away, and let annotations, search and counts follow."""
    moved = merging.moved
    gone = [row for row, _ in moved.gone]
    for row in gone:
        merging.journal.change(entities, {"id": row["id"]}, row, {"status": DELETED})
    numbers = Counter((row["type_id"], row["collection_id"]) for row in gone)
    rows.count(connection, {key: -number for key, number in numbers.items()})
    merging.pairs += [(row["id"], into["id"]) for row, into in moved.gone]
    before = [found for found, _ in moved.relationships]
    propagation.follow_end(connection, gone, [*before, *moved.ended], pen, types)
    made = tuple(wanted for _, wanted in moved.relationships)
    propagation.follow(connection, Linked(made, (), frozenset(), frozenset()), pen, types)
    added = [_annotations(connection, row, into["id"], pen, types) for row, into in moved.gone]
    twins = {into["id"] for _, into in moved.gone}
    meanings.follow(connection, twins, "TERM_ADD", pen, types)
    keys = [row["id"] for row in gone]
    documents.remove(connection, keys)
    annotation_index.forget(connection, keys)
    refresh(connection, twins, types)
    return added


def refresh(connection: Connection, ids: set[int], types: TypeSet) -> None:
    """Let search documents and the index by people follow what stands in the rows of active entities."""
    found = _whole(connection, ids)
    parts = {id for id, row in found.items() if types.entities_by_id[row["type_id"]].is_part}
    assets = (ids - parts) | documents.assets_of(connection, parts, types)
    index_values = {id: annotation_index.values(annotations_of(row), row["contacts"]) for id, row in found.items()}
    annotation_index.keep(connection, index_values)
    documents.refresh(connection, assets, documents.columns_of(connection, assets, types), types)


def _annotations(connection: Connection, row: Row, into: int, pen: Pen, types: TypeSet) -> Added:
    """Give the entity that stays what the other had of its own: classifications, labels, business attributes."""
    now = _whole(connection, {into})[into]
    mine, theirs = annotations_of(row), annotations_of(now)
    held = {str(item["typeName"]) for item in propagation.own_of(theirs, now["guid"])}
    own = [item for item in propagation.own_of(mine, row["guid"]) if str(item["typeName"]) not in held]
    labels = tuple(label for label in mine.labels if label not in theirs.labels)
    business = tuple(
        (name, key)
        for name, values in mine.business_attributes.items()
        for key in values
        if key not in theirs.business_attributes.get(name, {})
    )
    added = Added(into, tuple(str(item["typeName"]) for item in own), labels, business)
    wanted = _with(theirs, [{**item, "entityGuid": now["guid"]} for item in own], labels, business, mine)
    if wanted != theirs:
        propagation.mark(connection, [now], {into: wanted}, pen, types)
    return added


def _with(
    theirs: Annotations,
    own: Sequence[Attributes],
    labels: Sequence[str],
    business: Sequence[tuple[str, str]],
    mine: Annotations,
) -> Annotations:
    values = {name: dict(held) for name, held in theirs.business_attributes.items()}
    for name, key in business:
        values.setdefault(name, {})[key] = mine.business_attributes[name][key]
    return msgspec.structs.replace(
        theirs,
        classifications=(*theirs.classifications, *own),
        labels=(*theirs.labels, *labels),
        business_attributes=values,
    )


def _preview(
    row: Row,
    moved: Moved,
    told: tuple[str, ...],
    conflicts: tuple[Conflicting, ...],
    said: Added,
    names: Sequence[Name],
    types: TypeSet,
) -> Preview:
    return Preview(
        guid=row["guid"],
        relationships=dict(sorted(Counter(wanted.type.name for _, wanted in moved.relationships).items())),
        ended_relationships=dict(
            sorted(Counter(types.relationships_by_id[found["type_id"]].name for found in moved.ended).items())
        ),
        lineage_edges=moved.lineage_edges,
        column_edges=moved.column_edges,
        observations=moved.observations,
        merged_columns=tuple(moved.merged_columns),
        moved_columns=tuple(moved.moved_columns),
        attributes=told,
        conflicts=conflicts,
        classifications=said.classifications,
        labels=said.labels,
        contacts=tuple(str(person.get("id")) for people in (row["contacts"] or {}).values() for person in people),
        aliases=tuple(name.spelling for name in names),
    )
