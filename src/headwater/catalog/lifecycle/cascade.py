"""Deleting with all that hangs on it: first as a preview, then the same for good.

    asked for        go with their parts, as in an ordinary delete
    cascade          what they hold goes too: pipelines of a workspace, activities, operations; tables of a server
    orphans          datasets that only the deleted processes read or wrote go too, unless something else holds them

What is deleted is marked, its relationships and lineage end, and all of it stays in history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, func, or_, select

from headwater.catalog import clock
from headwater.catalog.collections import collection_names
from headwater.catalog.entities import removal
from headwater.catalog.reading import Row, whole
from headwater.catalog.store.lists import integer, listed, packed, text
from headwater.catalog.store.schema import (
    ACTIVE,
    IS_LIVE,
    column_edges,
    entities,
    lineage_columns,
    lineage_edges,
)
from headwater.catalog.types import TypeSet
from headwater.catalog.writing.rows import Pen, Permit
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import NotFound, raise_if_any

SAMPLES = 5


class Asked(msgspec.Struct, frozen=True, rename="camel"):
    """What a client asks to delete. A dry run only tells what would go."""

    guids: tuple[str, ...]
    cascade: bool = False
    orphans: bool = False
    dry_run: bool = False


class Named(msgspec.Struct, frozen=True, rename="camel"):
    """An entity by guid, type and name; `because` tells why it is listed."""

    guid: str
    type_name: str
    qualified_name: str
    because: str = ""


class Consequences(msgspec.Struct, frozen=True, rename="camel"):
    """What a delete takes away, or would take away. Samples are a few qualified names of each type."""

    dry_run: bool
    entities: int
    by_type: dict[str, int]
    samples: dict[str, tuple[str, ...]]
    lineage_edges: int
    """Open edges between datasets and processes that end."""
    column_edges: int
    orphaned: tuple[Named, ...]
    """Datasets that stay and have no lineage any more."""
    kept: tuple[Named, ...]
    """Datasets that the deleted processes used, and that stay because others use them."""
    still_used: tuple[Named, ...]
    """Datasets that go although a process that stays reads or writes them."""
    guids: tuple[str, ...]
    """Everything that goes: what a restore would be asked for."""


class Reader(msgspec.Struct, frozen=True):
    """In which collections the caller may read and write; None: in all."""

    readable: frozenset[str] | None = None
    writable: frozenset[str] | None = None

    def reads(self, collection: str) -> bool:
        return self.readable is None or collection in self.readable

    def writes(self, collection: str) -> bool:
        return self.writable is None or collection in self.writable


EVERYWHERE = Reader()


def consequences(
    connection: Connection, asked: Asked, types: TypeSet, *, by: str, permit: Permit | None, reader: Reader = EVERYWHERE
) -> Consequences:
    """Delete what is asked for, or in a dry run only tell what that would do. Raises NotFound.

    `permit` is asked with the collections of all that goes, in a dry run too. What the reader may not read is neither
    listed nor counted among what stays.
    """
    names = collection_names(connection)
    given = _by_guid(connection, asked.guids)
    raise_if_any(NotFound, (no_guid(guid) for guid in dict.fromkeys(asked.guids) if guid not in given))
    gone = {row["id"]: row for row in _with_all_below(connection, given.values(), types, everything=asked.cascade)}
    around = _around(connection, gone, types, names, reader)
    if asked.orphans:
        going = [row for row in around.orphans if reader.writes(names[row["collection_id"]])]
        gone |= {row["id"]: row for row in removal.with_parts(connection, going, types)}
        around = _around(connection, gone, types, names, reader)
    if permit is not None:
        permit(frozenset(names[row["collection_id"]] for row in gone.values()))
    told = _told(connection, asked, gone, around, types)
    if not asked.dry_run:
        removal.remove(connection, list(gone.values()), Pen(by, clock.now(), 0, {}), types)
    return told


def _by_guid(connection: Connection, guids: Iterable[str]) -> dict[str, Row]:
    wanted = listed()
    query = whole().join(wanted, entities.c.guid == text(wanted))
    return {row["guid"]: row for row in connection.execute(query, {"wanted": packed(sorted(set(guids)))}).mappings()}


def _with_all_below(connection: Connection, given: Iterable[Row], types: TypeSet, *, everything: bool) -> list[Row]:
    """Return the active ones with their parts, or with everything that they hold."""
    rows = [row for row in given if row["status"] == ACTIVE]
    if not everything:
        return removal.with_parts(connection, rows, types)
    found = {row["id"]: row for row in rows}
    pending = list(found)
    while pending:
        wanted = listed()
        query = whole().join(wanted, entities.c.parent_id == integer(wanted)).where(IS_LIVE)
        below = connection.execute(query, {"wanted": packed(pending)}).mappings().all()
        new = {row["id"]: row for row in below if row["id"] not in found}
        found.update(new)
        pending = list(new)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Around:
    """The datasets around processes that go, and the processes that stay around datasets that go."""

    orphans: tuple[Row, ...]
    """Datasets that nothing holds any more."""
    orphaned: tuple[Named, ...]
    kept: tuple[Named, ...]
    still_used: tuple[Named, ...]


def _around(
    connection: Connection, gone: Mapping[int, Row], types: TypeSet, names: Mapping[int, str], reader: Reader
) -> _Around:
    def seen(row: Row) -> bool:
        return reader.reads(names[row["collection_id"]])

    processes = {id for id, row in gone.items() if types.entities_by_id[row["type_id"]].is_process}
    beside = _neighbours(connection, processes) - gone.keys()
    rows = [row for _, row in sorted(_rows(connection, beside).items()) if seen(row)]
    users, holding = _users(connection, beside, gone), _holding(connection, beside, types)
    reasons = {row["id"]: _reason(row, users.get(row["id"]), row["id"] in holding, seen=seen) for row in rows}
    inside = sorted(_users(connection, gone.keys() - processes, gone).items())
    return _Around(
        orphans=tuple(row for row in rows if not reasons[row["id"]]),
        orphaned=tuple(_named(row, reasons[row["id"]], types) for row in rows if row["id"] not in users),
        kept=tuple(_named(row, reasons[row["id"]], types) for row in rows if row["id"] in users),
        still_used=tuple(_named(gone[id], f"{user['name']} uses it", types) for id, user in inside if seen(user)),
    )


def _named(row: Row, because: str, types: TypeSet) -> Named:
    return Named(row["guid"], types.entities_by_id[row["type_id"]].name, row["qualified_name"], because)


def _reason(row: Row, user: Row | None, holds: bool, *, seen: Callable[[Row], bool]) -> str:
    """Say why a dataset stays, or nothing if nothing holds it."""
    if user is not None:
        return f"{user['name']} uses it" if seen(user) else "another process uses it"
    if row["annotations"] is not None or row["contacts"]:
        return "people have described it"
    return "it holds other assets" if holds else ""


def _neighbours(connection: Connection, processes: Collection[int]) -> set[int]:
    found: set[int] = set()
    table = lineage_edges.c
    for here, there in ((table.source_id, table.target_id), (table.target_id, table.source_id)):
        wanted = listed()
        query = select(there).join(wanted, here == integer(wanted)).where(table.ended_at.is_(None)).distinct()
        found.update(connection.execute(query, {"wanted": packed(sorted(processes))}).scalars())
    return found


def _users(connection: Connection, datasets: Collection[int], gone: Mapping[int, Row]) -> dict[int, Row]:
    """Return for each dataset that others than those that go use one of these others."""
    found: dict[int, int] = {}
    table = lineage_edges.c
    for here, there in ((table.source_id, table.target_id), (table.target_id, table.source_id)):
        wanted = listed()
        query = select(here, there).join(wanted, here == integer(wanted)).where(table.ended_at.is_(None))
        for dataset, other in connection.execute(query, {"wanted": packed(sorted(datasets))}):
            if other not in gone:
                found.setdefault(dataset, other)
    users = _rows(connection, set(found.values()))
    return {dataset: users[other] for dataset, other in found.items() if other in users}


def _holding(connection: Connection, ids: Collection[int], types: TypeSet) -> set[int]:
    """Return those that hold entities other than their own parts."""
    wanted, child = listed(), entities.c
    query = select(child.parent_id, child.type_id).join(wanted, child.parent_id == integer(wanted)).where(IS_LIVE)
    below = connection.execute(query.distinct(), {"wanted": packed(sorted(ids))}).all()
    return {parent for parent, type_id in below if parent is not None and not types.entities_by_id[type_id].is_part}


def _rows(connection: Connection, ids: Collection[int]) -> dict[int, Row]:
    wanted = listed()
    query = whole().join(wanted, entities.c.id == integer(wanted)).where(IS_LIVE)
    return {row["id"]: row for row in connection.execute(query, {"wanted": packed(sorted(ids))}).mappings()}


def _told(
    connection: Connection, asked: Asked, gone: Mapping[int, Row], around: _Around, types: TypeSet
) -> Consequences:
    by_type = Counter(types.entities_by_id[row["type_id"]].name for row in gone.values())
    samples: dict[str, list[str]] = {}
    for _, row in sorted(gone.items()):
        some = samples.setdefault(types.entities_by_id[row["type_id"]].name, [])
        if len(some) < SAMPLES:
            some.append(row["qualified_name"])
    return Consequences(
        dry_run=asked.dry_run,
        entities=len(gone),
        by_type=dict(sorted(by_type.items())),
        samples={name: tuple(some) for name, some in sorted(samples.items())},
        lineage_edges=_open_edges(connection, gone),
        column_edges=_open_column_edges(connection, gone),
        orphaned=around.orphaned,
        kept=around.kept,
        still_used=around.still_used,
        guids=tuple(row["guid"] for _, row in sorted(gone.items())),
    )


def _open_edges(connection: Connection, gone: Collection[int]) -> int:
    table, these = lineage_edges.c, select(integer(listed()))
    touching = or_(table.source_id.in_(these), table.target_id.in_(these))
    query = select(func.count()).select_from(lineage_edges).where(touching, table.ended_at.is_(None))
    return int(connection.execute(query, {"wanted": packed(sorted(gone))}).scalar_one())


def _open_column_edges(connection: Connection, gone: Collection[int]) -> int:
    table, these = column_edges.c, select(integer(listed()))
    vertices = select(lineage_columns.c.id).where(lineage_columns.c.entity_id.in_(these))
    touching = or_(table.operation_id.in_(these), table.source_id.in_(vertices), table.sink_id.in_(vertices))
    query = select(func.count()).select_from(column_edges).where(touching, table.ended_at.is_(None))
    return int(connection.execute(query, {"wanted": packed(sorted(gone))}).scalar_one())
