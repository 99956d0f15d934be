"""Lineage of columns."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get
from litestar.params import FromPath

from headwater.api import wire
from headwater.api.headwater.impact import columns
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.lineage.column_steps import BOTH_KINDS, Kind
from headwater.catalog.lineage.columns import Way
from headwater.errors import Fault, Invalid

DEPTH = 5
LIMIT = 10_000
WAYS: Mapping[str, Way] = MappingProxyType(
    {"BOTH": "both", "DOWNSTREAM": "downstream", "INPUT": "upstream", "OUTPUT": "downstream", "UPSTREAM": "upstream"}
)
KINDS: Mapping[str, tuple[Kind, ...]] = MappingProxyType(
    {"": BOTH_KINDS, "DIRECT": ("DIRECT",), "INDIRECT": ("INDIRECT",)}
)


@get("/lineage/{guid:str}/columns", sync_to_thread=True)
def column_lineage(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """Columns that feed, or are fed by, `columns=a,b` of a dataset (none: all of it): `direction` (INPUT, OUTPUT,
    BOTH), `depth`, `kind` (DIRECT, INDIRECT; none: both), `asOf` (ISO 8601), `limit` of columns.

    The column `*` is an asset's rows. What the caller may not read has no names.
    """
    readable = wire.readable_around(account, caller, [guid])
    way = WAYS.get(wire.text(request, "direction", "BOTH").upper())
    kinds = KINDS.get(wire.text(request, "kind").upper())
    if way is None or kinds is None:
        cure = "Use direction INPUT, OUTPUT or BOTH, and kind DIRECT or INDIRECT."
        raise Invalid(Fault("CAT-026", "Invalid lineage query parameters passed", cure=cure))
    limit = min(wire.number(request, "limit", LIMIT), LIMIT)
    found = account.catalog.columns.walk(
        guid,
        columns(request, "columns"),
        way=way,
        depth=wire.number(request, "depth", DEPTH),
        kinds=kinds,
        as_of=wire.moment(request, "asOf"),
        limit=limit,
        readable=readable,
    )
    return wire.answer(found)


HANDLERS = (column_lineage,)
