"""Routes of lineage. Nodes in collections that the caller may not read are shown without their names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get
from litestar.params import FromPath

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.lineage import Asked, Page
from headwater.catalog.lineage.steps import ALL
from headwater.catalog.model import Direction
from headwater.errors import Fault, Invalid

DEPTH = 3
PAGE = 10
DIRECTIONS: Mapping[str, Direction] = MappingProxyType({"INPUT": "INPUT", "OUTPUT": "OUTPUT", "BOTH": "BOTH"})


@get("/lineage/{guid:str}", sync_to_thread=True)
def around(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """Lineage around an entity: `direction`, `depth`, `width` (none: all), `includeParent`, `getDerivedLineage`,
    `asOf`.

    Derived lineage is that of the assets that a node gathers, and of those that gather it: the files of a resource set.
    `asOf` is a time in ISO 8601; the answer then shows what held at that time.
    """
    return _walk(account, caller, request, guid)


@get("/lineage/uniqueAttribute/type/{type_name:str}", sync_to_thread=True)
def around_named(account: Served, caller: Caller, request: Incoming, type_name: FromPath[str]) -> Response[bytes]:
    """Lineage around an entity, by its name."""
    guid = account.catalog.entities.guid_of(type_name, wire.unique_names(request)[0])
    return _walk(account, caller, request, guid)


@get("/lineage/{guid:str}/next", sync_to_thread=True)
def next_page(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """One level beyond a node: `direction`, `offset`, `limit`, `getDerivedLineage`, `asOf`."""
    readable = wire.readable_around(account, caller, [guid])
    asked = Page(
        direction=_direction(request, "OUTPUT"),
        offset=wire.number(request, "offset", 0),
        limit=wire.number(request, "limit", PAGE),
        derived=wire.flag(request, "getDerivedLineage"),
        as_of=wire.moment(request, "asOf"),
    )
    return wire.encoded(account.catalog.lineage.next_json(guid, asked, readable))


def _walk(account: Account, caller: Principal, request: Incoming, guid: str) -> Response[bytes]:
    readable = wire.readable_around(account, caller, [guid])
    asked = Asked(
        direction=_direction(request, "BOTH"),
        depth=wire.number(request, "depth", DEPTH),
        width=wire.number(request, "width", ALL),
        include_parent=wire.flag(request, "includeParent"),
        derived=wire.flag(request, "getDerivedLineage"),
        as_of=wire.moment(request, "asOf"),
    )
    return wire.encoded(account.catalog.lineage.walk_json(guid, asked, readable))


def _direction(request: Incoming, default: Direction) -> Direction:
    # A Python enum that somebody formatted arrives as `LineageDirection.BOTH`.
    value = wire.text(request, "direction", default).rpartition(".")[2].upper()
    if direction := DIRECTIONS.get(value):
        return direction
    message = f"Invalid lineage query parameters passed direction: {value}"
    raise Invalid(Fault("CAT-026", message, cure="Use INPUT, OUTPUT or BOTH."))


HANDLERS = (around, around_named, next_page)
BESIDE_ATLAS = (next_page,)
