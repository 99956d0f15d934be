"""What stands behind an edge of lineage."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from headwater.api import wire
from headwater.api.wire import Caller, Incoming, Served

PAGE = 100


@get("/lineage/edge/{relationship:str}", sync_to_thread=True)
def edge(account: Served, caller: Caller, request: Incoming, relationship: FromPath[str]) -> Response[bytes]:
    """The evidence of an edge, by the guid of its relationship: the runs that saw it (`offset`, `limit`), when it was
    first and last seen, rows and bytes of the last run, and its column edges with their expressions and steps.

    `asOf` (ISO 8601) leaves out what was seen later.
    """
    ends = account.catalog.relationships.get(relationship).relationship
    readable = wire.readable_around(account, caller, [str(ends.end1.guid), str(ends.end2.guid)])
    found = account.catalog.edge_evidence.of(
        relationship,
        offset=wire.number(request, "offset", 0),
        limit=wire.number(request, "limit", PAGE),
        as_of=wire.moment(request, "asOf"),
        readable=readable,
    )
    return wire.answer(found)


HANDLERS = (edge,)
