"""What an asset gathers, and what gathers it: the files of a resource set. Derived lineage goes through these.

An asset that gathers others and what it gathers hold the same data. So lineage of the one is derived from the other,
but only once between two edges: from a file over its set to another file no data flows.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import BigInteger, BindParameter, Connection, Select, and_, bindparam, func, or_, select

from headwater.catalog import clock
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import IS_LINKED, relationships
from headwater.catalog.types import TypeSet


@dataclass(frozen=True, slots=True)
class Bond:
    """An asset, one that it gathers, and the guid of the relationship between them."""

    whole: int
    member: int
    relationship: str


def gathering(types: TypeSet) -> dict[int, int]:
    """Return the relationship types by which assets gather others, each with the side (0 or 1) that gathers."""
    return {type.id: side for type in types.relationships.values() for side in (0, 1) if type.gathers(side)}


@cache
def _bonds_of(side: int, timed: bool, whole: int) -> Select[int, int, str]:
    table, wanted, types = relationships.c, listed(), listed("types")
    ends = (table.end1_id, table.end2_id)
    most: BindParameter[int] = bindparam("most", type_=BigInteger)
    query = select(ends[whole], ends[1 - whole], table.guid).select_from(wanted)
    query = query.join(relationships, ends[side] == integer(wanted)).join(types, table.type_id == integer(types))
    if not timed:
        return query.where(IS_LINKED).order_by(table.id).limit(most)
    at: BindParameter[int] = bindparam("at", type_=BigInteger)
    held = and_(table.created_at <= at, or_(IS_LINKED, table.updated_at > at))
    first = func.min(table.guid)
    query = query.with_only_columns(ends[whole], ends[1 - whole], first).where(held)
    return query.group_by(ends[whole], ends[1 - whole]).order_by(ends[1 - whole]).limit(most)


def bonds(
    connection: Connection, ids: Sequence[int], types: TypeSet, most: int, as_of: datetime.datetime | None
) -> list[Bond]:
    """Return what gathers these assets and what they gather: at most `most` of either in all."""
    by_whole: dict[int, list[int]] = {0: [], 1: []}
    for id, whole in gathering(types).items():
        by_whole[whole].append(id)
    at = {} if as_of is None else {"at": clock.milliseconds(as_of)}
    found: dict[Bond, None] = {}
    for whole, links in by_whole.items():
        for side in (0, 1) if links and ids else ():
            given = {"wanted": packed(ids), "types": packed(links), "most": most, **at}
            rows = fetch(connection, _bonds_of(side, as_of is not None, whole), given)
            found.update((Bond(*row), None) for row in rows)
    return list(found)
