"""Routes of lineage. Nodes in collections that the caller may not read are shown without their names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.lineage.steps import ALL
from headwater.catalog.model import Direction, EntityHeader, LineageInfo
from headwater.errors import Fault, Invalid

DEPTH = 3
PAGE = 10
DIRECTIONS: Mapping[str, Direction] = MappingProxyType({"INPUT": "INPUT", "OUTPUT": "OUTPUT", "BOTH": "BOTH"})


@get("/lineage/{guid:str}", sync_to_thread=True)
def around(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """Lineage around an entity: `direction`, `depth`, `width` (none: all), `includeParent`."""
    return wire.answer(_walk(account, caller, request, guid))


@get("/lineage/uniqueAttribute/type/{type_name:str}", sync_to_thread=True)
def around_named(account: Served, caller: Caller, request: Incoming, type_name: FromPath[str]) -> Response[bytes]:
    """Lineage around an entity, by its name."""
    guid = account.catalog.entities.guid_of(type_name, wire.unique_names(request)[0])
    return wire.answer(_walk(account, caller, request, guid))


@get("/lineage/{guid:str}/next", sync_to_thread=True)
def next_page(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """One level beyond a node: `direction`, `offset`, `limit`."""
    _may_read(account, caller, guid)
    found = account.catalog.lineage.next_page(
        guid,
        direction=_direction(request, "OUTPUT"),
        offset=wire.number(request, "offset", 0),
        limit=wire.number(request, "limit", PAGE),
    )
    return wire.answer(_masked(found, account.roles.collections(caller, "data/read")))


def _walk(account: Account, caller: Principal, request: Incoming, guid: str) -> LineageInfo:
    _may_read(account, caller, guid)
    found = account.catalog.lineage.walk(
        guid,
        direction=_direction(request, "BOTH"),
        depth=wire.number(request, "depth", DEPTH),
        width=wire.number(request, "width", ALL),
        include_parent=wire.flag(request, "includeParent"),
    )
    return _masked(found, account.roles.collections(caller, "data/read"))


def _may_read(account: Account, caller: Principal, guid: str) -> None:
    wire.may_read(account, caller, account.catalog.entities.collections_of([guid]))


def _direction(request: Incoming, default: Direction) -> Direction:
    # A Python enum that somebody formatted arrives as `LineageDirection.BOTH`.
    value = wire.text(request, "direction", default).rpartition(".")[2].upper()
    if direction := DIRECTIONS.get(value):
        return direction
    message = f"Invalid lineage query parameters passed direction: {value}"
    raise Invalid(Fault("CAT-026", message, cure="Use INPUT, OUTPUT or BOTH."))


def _masked(info: LineageInfo, readable: frozenset[str]) -> LineageInfo:
    if all(header.collection_id in readable for header in info.guid_entity_map.values()):
        return info
    shown = {
        guid: header if header.collection_id in readable else _hidden(header)
        for guid, header in info.guid_entity_map.items()
    }
    return msgspec.structs.replace(info, guid_entity_map=shown)


def _hidden(header: EntityHeader) -> EntityHeader:
    return msgspec.structs.replace(header, attributes={}, display_text="(not yours to read)", collection_id="")


HANDLERS = (around, around_named, next_page)
BESIDE_ATLAS = (next_page,)
