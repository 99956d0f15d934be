"""The classifications of an asset's columns, by which the asset is found too: people look for tables, not columns."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from sqlalchemy import Connection, Select, delete, select

from headwater.catalog.store.bulk import insert_rows
from headwater.catalog.store.lists import NONE, integer, listed, packed
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import (
    CLASSIFICATION,
    COLUMN_CLASSIFICATION,
    IS_LIVE,
    annotation_index,
    entities,
)
from headwater.catalog.types import TypeSet


def keep(connection: Connection, assets: Iterable[int], types: TypeSet) -> dict[int, list[str]]:
    """Let these assets be found by exactly the classifications of their columns and other parts; return those."""
    wanted = {"wanted": packed(sorted(assets))}
    # Most bulks write assets of an account in which nothing, or no column, was classified yet.
    if wanted["wanted"] == NONE or not fetch(connection, _any(), {}):
        return {}
    table = annotation_index.c
    mine = table.entity_id.in_(select(integer(listed()))) & (table.kind == COLUMN_CLASSIFICATION)
    connection.execute(delete(annotation_index).where(mine), wanted)
    said = _said(connection, wanted, types)
    rows = [(COLUMN_CLASSIFICATION, name, asset) for asset, name in said]
    insert_rows(connection, annotation_index, ("kind", "value", "entity_id"), rows)
    return _by_asset(said)


def of(connection: Connection, assets: Iterable[int]) -> dict[int, list[str]]:
    """Return the classifications by which each of these assets is found because of its parts."""
    wanted = {"wanted": packed(sorted(assets))}
    if wanted["wanted"] == NONE:
        return {}
    return _by_asset(fetch(connection, _names(COLUMN_CLASSIFICATION), wanted))


def _by_asset(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for asset, name in pairs:
        found.setdefault(asset, []).append(name)
    return found


def _said(connection: Connection, wanted: dict[str, str], types: TypeSet) -> list[tuple[int, str]]:
    """Return asset and classification, each pair once, in the order in which the parts came."""
    found: dict[tuple[int, str], None] = {}
    owners: dict[int, int] = {}
    parts = [(part, owner) for part, owner, kind in fetch(connection, _below(), wanted) if _is_part(kind, types)]
    while parts:
        owners = {part: owners.get(above, above) for part, above in parts}
        keys = {"wanted": packed(sorted(owners))}
        found |= dict.fromkeys((owners[part], name) for part, name in fetch(connection, _names(CLASSIFICATION), keys))
        parts = [(part, above) for part, above, kind in fetch(connection, _below(), keys) if _is_part(kind, types)]
    return list(found)


def _is_part(type_id: int, types: TypeSet) -> bool:
    return types.entities_by_id[type_id].is_part


# Built once each: making a statement takes longer than running it for few assets.
@cache
def _any() -> Select[int]:
    kind = annotation_index.c.kind
    return select(kind).where((kind == CLASSIFICATION) | (kind == COLUMN_CLASSIFICATION)).limit(1)


@cache
def _below() -> Select[int, int, int]:
    table, wanted = entities.c, listed()
    query = select(table.id, table.parent_id, table.type_id).join(wanted, table.parent_id == integer(wanted))
    return query.where(IS_LIVE).order_by(table.id)


@cache
def _names(kind: int) -> Select[int, str]:
    table, wanted = annotation_index.c, listed()
    query = select(table.entity_id, table.value).join(wanted, table.entity_id == integer(wanted))
    return query.where(table.kind == kind).order_by(table.entity_id, table.value)
