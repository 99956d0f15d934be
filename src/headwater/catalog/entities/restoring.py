"""Restoring: what a deletion took along comes back with the entity: its parts, its relationships, its lineage.

What ended is not opened again but made anew, so that history still tells of the time in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, func, select, union_all, update

from headwater.catalog.annotations import meanings, propagation
from headwater.catalog.model import Annotations
from headwater.catalog.reading import Row, annotations_of, rows_by_id, whole
from headwater.catalog.store.bulk import insert_rows, json_text
from headwater.catalog.store.lists import integer, listed, packed, text
from headwater.catalog.store.schema import (
    ACTIVE,
    DELETED,
    IS_LINKED,
    IS_LIVE,
    entities,
    entity_changes,
    relationships,
)
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import annotation_index, column_edges, documents, links, rows
from headwater.catalog.writing.links import Plan, Wanted
from headwater.catalog.writing.rows import CHANGE, Pen
from headwater.errors import Conflict, Fault, raise_if_any


def with_parts(connection: Connection, given: Iterable[Row], types: TypeSet) -> tuple[dict[int, Row], dict[int, int]]:
    """Return the deleted rows given with the parts that went with each, by key, and when each was deleted."""
    found = {row["id"]: row for row in given if row["status"] == DELETED}
    times = _deleted_at(connection, found)
    pending = set(found)
    while pending:
        below = {
            child: parent
            for row in _ended_with(connection, pending, times)
            for parent, child in _owned(row, types)
            if parent in pending and child not in found
        }
        when = _deleted_at(connection, below)
        pending = {child for child, parent in below.items() if child in when and when[child] == times.get(parent)}
        new = {id: row for id, row in _whole(connection, pending).items() if row["status"] == DELETED}
        pending = {id for id, row in new.items() if types.entities_by_id[row["type_id"]].is_part}
        found |= {id: new[id] for id in pending}
        times |= {id: when[id] for id in pending}
    return found, times


def restore(
    connection: Connection, found: Mapping[int, Row], times: Mapping[int, int], pen: Pen, types: TypeSet
) -> None:
    """Make the deleted entities that `with_parts` found active again. Raises Conflict with every one that cannot be."""
    if not found:
        return
    ended = _ended_with(connection, found, times)
    raise_if_any(Conflict, [*_taken(connection, found, types), *_orphans(connection, found, ended, types)])
    _revive(connection, found, pen, types)
    back = _possible(connection, ended, types)
    plan = Plan(wanted={wanted.pair: wanted for wanted in back})
    linked = links.link_up(connection, plan, pen, types, {})
    touching = column_edges.ended(connection, found)
    keys = {id for edge in touching for id in edge.entities}
    column_edges.revive(connection, touching, _deleted_at(connection, keys), pen.at)
    parts = {id for id, row in found.items() if types.entities_by_id[row["type_id"]].is_part}
    assets = (found.keys() - parts) | documents.assets_of(connection, {*parts, *linked.touched}, types)
    documents.refresh(connection, assets, documents.columns_of(connection, assets, types), types)
    meanings.follow(connection, found, "TERM_ADD", pen, types)
    propagation.follow_return(connection, found, linked, pen, types)


def _whole(connection: Connection, keys: Iterable[int]) -> dict[int, Row]:
    wanted = listed()
    query = whole().join(wanted, entities.c.id == integer(wanted))
    return {row["id"]: row for row in connection.execute(query, {"wanted": packed(sorted(keys))}).mappings()}


def _deleted_at(connection: Connection, keys: Iterable[int]) -> dict[int, int]:
    table, wanted = entity_changes.c, listed()
    query = select(table.entity_id, func.max(table.changed_at)).join(wanted, table.entity_id == integer(wanted))
    query = query.where(table.action == "DELETE").group_by(table.entity_id)
    return dict(connection.execute(query, {"wanted": packed(sorted(keys))}).all())


def _ended_with(connection: Connection, keys: Iterable[int], times: Mapping[int, int]) -> list[Row]:
    """Return the relationships that ended when an entity at one of their ends was deleted.

    It may be the other end, restored before this one. Of several between the same ends the last one tells.
    """
    wanted, table = listed(), relationships.c
    sides = (select(relationships).join(wanted, end == integer(wanted)) for end in (table.end1_id, table.end2_id))
    rows = connection.execute(union_all(*sides), {"wanted": packed(sorted(keys))}).mappings().all()
    last = {(row["end1_id"], row["type_id"], row["end2_id"]): row for row in sorted(rows, key=lambda row: row["id"])}
    ended = [row for row in last.values() if row["status"] == DELETED]
    ends = {row[end] for row in ended for end in ("end1_id", "end2_id")}
    every = {**_deleted_at(connection, ends - times.keys()), **times}
    return [row for row in ended if row["updated_at"] in {every.get(row["end1_id"]), every.get(row["end2_id"])}]


def _owned(row: Row, types: TypeSet) -> Iterator[tuple[int, int]]:
    """Yield parent and child, if the relationship means that."""
    ends = (row["end1_id"], row["end2_id"])
    if (side := types.relationships_by_id[row["type_id"]].parent_side) is not None:
        yield ends[side], ends[1 - side]


def _taken(connection: Connection, found: Mapping[int, Row], types: TypeSet) -> Iterator[Fault]:
    wanted, table = listed(), entities.c
    query = (
        select(table.qualified_name, table.type_id).join(wanted, table.qualified_name == text(wanted)).where(IS_LIVE)
    )
    names = packed(sorted({row["qualified_name"] for row in found.values()}))
    held = {(name, type_id) for name, type_id in connection.execute(query.where(IS_LIVE), {"wanted": names})}
    for row in found.values():
        name = (row["qualified_name"], row["type_id"])
        if name in held:
            message = f"There is another {types.entities_by_id[name[1]].name} named '{name[0]}' by now"
            yield Fault("CAT-042", message, cure="Delete or rename that one first.")
        held.add(name)


def _orphans(connection: Connection, found: Mapping[int, Row], ended: Sequence[Row], types: TypeSet) -> Iterator[Fault]:
    """Yield parts whose asset stays deleted."""
    above = {child: parent for row in ended for parent, child in _owned(row, types) if child in found}
    parents = rows_by_id(connection, set(above.values()) - found.keys())
    for child, parent in above.items():
        part = types.entities_by_id[found[child]["type_id"]].is_part
        if part and parent in parents and parents[parent]["status"] == DELETED:
            name = parents[parent]["qualified_name"]
            message = f"'{found[child]['qualified_name']}' is part of '{name}', which is deleted"
            yield Fault("CAT-042", message, cure=f"Restore that: {parents[parent]['guid']}.")


def _revive(connection: Connection, found: Mapping[int, Row], pen: Pen, types: TypeSet) -> None:
    """Make the rows active; classifications whose type is gone meanwhile are left behind."""
    said = {id: _still_said(annotations_of(row), types) for id, row in found.items()}
    changed = {id for id, row in found.items() if said[id] != annotations_of(row)}
    stamp = {"updated_by": pen.by, "updated_at": pen.at, "status": ACTIVE}
    statement = update(entities).where(entities.c.id == bindparam("key"))
    connection.execute(
        statement.values(version=bindparam("next"), annotations=bindparam("said"), **stamp),
        [
            {"key": id, "next": row["version"] + 1, "said": said[id] if id in changed else row["annotations"]}
            for id, row in found.items()
        ],
    )
    history = [
        (id, row["version"] + 1, "RESTORE", pen.by, pen.at, json_text(_replaced(row, annotations=id in changed)))
        for id, row in found.items()
    ]
    insert_rows(connection, entity_changes, CHANGE, history)
    rows.count(connection, Counter((row["type_id"], row["collection_id"]) for row in found.values()))
    index = {id: annotation_index.values(said[id], row["contacts"]) for id, row in found.items()}
    annotation_index.keep(connection, index)


def _replaced(row: Row, *, annotations: bool) -> dict[str, object]:
    before: dict[str, object] = {"status": "DELETED"}
    return {**before, "annotations": row["annotations"]} if annotations else before


def _still_said(said: Annotations, types: TypeSet) -> Annotations:
    kept = tuple(item for item in said.classifications if item["typeName"] in types.classifications)
    return said if len(kept) == len(said.classifications) else msgspec.structs.replace(said, classifications=kept)


def _possible(connection: Connection, ended: Sequence[Row], types: TypeSet) -> list[Wanted]:
    """Return the relationships that can be again: both ends are there, and nothing has taken their place."""
    ends = rows_by_id(connection, {end for row in ended for end in (row["end1_id"], row["end2_id"])})
    wanted, table = listed(), relationships.c
    columns = (table.end1_id, table.type_id, table.end2_id)
    sides = (
        select(*columns)
        .join(wanted, (end == integer(wanted, 0)) & (table.type_id == integer(wanted, 1)))
        .where(IS_LINKED)
        for end in (table.end1_id, table.end2_id)
    )
    where = sorted({(int(row[end]), int(row["type_id"])) for row in ended for end in ("end1_id", "end2_id")})
    standing = {tuple(row) for row in connection.execute(union_all(*sides), {"wanted": packed(where)})}
    held = ({(end1, type_id) for end1, type_id, _ in standing}, {(end2, type_id) for _, type_id, end2 in standing})
    found: dict[tuple[int, int, int], Wanted] = {}
    for row in ended:
        type = types.relationships_by_id[row["type_id"]]
        pair = (row["end1_id"], row["end2_id"])
        alive = all(ends[end]["status"] == ACTIVE for end in pair)
        free = not any(type.ends[side].single and (pair[side], type.id) in held[side] for side in (0, 1))
        if alive and free and (pair[0], type.id, pair[1]) not in standing:
            found[pair[0], type.id, pair[1]] = Wanted(type, pair, row["attributes"])
    return list(found.values())
