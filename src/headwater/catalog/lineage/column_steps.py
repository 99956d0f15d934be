"""The edges of a level of columns, on integer keys: what every question about columns is made of."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import cache
from typing import Literal

from sqlalchemy import BigInteger, BindParameter, Connection, Select, and_, bindparam, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog import clock
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import column_edges, entities, lineage_columns
from headwater.catalog.types import TypeSet
from headwater.catalog.writing.column_edges import KINDS
from headwater.catalog.writing.column_reports import ROWS

Kind = Literal["DIRECT", "INDIRECT"]
BOTH_KINDS: tuple[Kind, ...] = ("DIRECT", "INDIRECT")
OUTSET = 0
"""Stands for the operation that a search begins in: no column has this key."""


def column_holds(timed: bool) -> ColumnElement[bool]:
    """Return the condition that an edge is of a wanted kind and open, or was at the time `at`."""
    table = column_edges.c
    kind = table.kind.in_(bindparam("kinds", expanding=True))
    if not timed:
        return and_(kind, table.ended_at.is_(None))
    at: BindParameter[int] = bindparam("at", type_=BigInteger)
    return and_(kind, table.first_seen <= at, or_(table.ended_at.is_(None), table.ended_at > at))


def column_bounds(kinds: Sequence[Kind], as_of: datetime.datetime | None) -> dict[str, object]:
    """Return the parameters of `column_holds`."""
    at = {} if as_of is None else {"at": clock.milliseconds(as_of)}
    return {"kinds": [KINDS[kind] for kind in kinds], **at}


# Built once each: making a statement takes longer than running it for a small level.
@cache
def edges_at(up: bool, timed: bool) -> Select[int, int, int, int]:
    """Return the statement of the edges at wanted columns: the column, the edge, the one at its other end, the kind.

    It takes `wanted`, `most` and what `column_bounds` gives.
    """
    table = column_edges.c
    here, there = (table.sink_id, table.source_id) if up else (table.source_id, table.sink_id)
    wanted = listed()
    query = select(here, table.id, there, table.kind).select_from(wanted).join(column_edges, here == integer(wanted))
    most: BindParameter[int] = bindparam("most", type_=BigInteger)
    return query.where(column_holds(timed)).limit(most)


@cache
def edges_told_by(up: bool, timed: bool) -> Select[int, int, int, int]:
    """Return the statement of the edges that wanted operations tell: as `edges_at`, but they begin at `OUTSET`."""
    table = column_edges.c
    there = table.source_id if up else table.sink_id
    wanted = listed()
    query = select(literal(OUTSET), table.id, there, table.kind).select_from(wanted)
    query = query.join(column_edges, table.operation_id == integer(wanted))
    most: BindParameter[int] = bindparam("most", type_=BigInteger)
    return query.where(column_holds(timed)).limit(most)


@cache
def _relatives_of(up: bool) -> Select[int, int]:
    given, other = lineage_columns.alias("given"), lineage_columns.alias("other")
    wanted = listed()
    rows = (other.c.key == ROWS) if up else (given.c.key == ROWS)
    return (
        select(given.c.id, other.c.id)
        .select_from(wanted)
        .join(given, given.c.id == integer(wanted))
        .join(other, and_(other.c.entity_id == given.c.entity_id, other.c.id != given.c.id, rows))
    )


def relatives(connection: Connection, level: Sequence[int], up: bool) -> list[tuple[int, int]]:
    """Return (column, what stands for the same rows): of a column its asset's `*`, of a `*` its asset's columns."""
    return sorted(fetch(connection, _relatives_of(up), {"wanted": packed(level)}))


def column_keys(connection: Connection, asset: int, columns: Sequence[str], types: TypeSet) -> list[int]:
    """Return the keys of these columns of an asset (none given: of all that lineage names).

    A column that no operation named has no lineage, and that is no error.
    """
    query = select(lineage_columns.c.id).where(lineage_columns.c.entity_id == asset)
    if columns:
        type_id = connection.execute(select(entities.c.type_id).where(entities.c.id == asset)).scalar_one()
        fold = types.entities_by_id[type_id].ignores_column_case
        query = query.where(lineage_columns.c.key.in_([name.casefold() if fold else name for name in columns]))
    return list(connection.execute(query.order_by(lineage_columns.c.id)).scalars())
