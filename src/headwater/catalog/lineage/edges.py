"""What was told of column edges, and which relationship stands between two entities; by integer keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, Select, Text, func, select, type_coerce

from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import column_edges, lineage_edges, relationships


class Told(NamedTuple):
    """A column edge. `operation` is the sink's asset itself where somebody drew the edge between two datasets."""

    id: int
    operation: int
    source: int
    sink: int
    kind: int
    subtype: str
    expression: str
    steps: str | None
    first_seen: int
    ended_at: int | None


@cache
def _told() -> Select[int, int, int, int, int, str, str, str | None, int, int | None]:
    table, wanted = column_edges.c, listed()
    keys = (table.id, table.operation_id, table.source_id, table.sink_id, table.kind, table.subtype, table.expression)
    rest = (type_coerce(table.steps, Text), table.first_seen, table.ended_at)
    return select(*keys, *rest).join(wanted, table.id == integer(wanted))


def told_edges(connection: Connection, ids: Iterable[int]) -> dict[int, Told]:
    """Return what was told of each of these edges."""
    rows = fetch(connection, _told(), {"wanted": packed(sorted(set(ids)))})
    return {row[0]: Told(*row) for row in rows}


@cache
def _operations() -> Select[int]:
    table, wanted = column_edges.c, listed()
    return select(table.operation_id).distinct().select_from(wanted).join(column_edges, table.id == integer(wanted))


def operations_of(connection: Connection, ids: Iterable[int]) -> list[int]:
    """Return the operations that told these edges."""
    return [id for (id,) in fetch(connection, _operations(), {"wanted": packed(sorted(set(ids)))})]


@cache
def _between() -> Select[int, int, str]:
    wanted = listed()
    edges = lineage_edges.c
    last = (
        select(edges.source_id, edges.target_id, func.max(edges.relationship_id).label("last"))
        .select_from(wanted)
        .join(lineage_edges, (edges.source_id == integer(wanted, 0)) & (edges.target_id == integer(wanted, 1)))
        .group_by(edges.source_id, edges.target_id)
        .subquery()
    )
    query = select(last.c.source_id, last.c.target_id, relationships.c.guid)
    return query.join(relationships, relationships.c.id == last.c.last)


def relationships_between(connection: Connection, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Return the guid of the last relationship along which data flowed from the first of a pair to the second."""
    if not pairs:
        return {}
    rows = fetch(connection, _between(), {"wanted": packed(list(dict.fromkeys(pairs)))})
    return {(source, target): guid for source, target, guid in rows}
