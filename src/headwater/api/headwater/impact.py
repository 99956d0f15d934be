"""The impact list: what data of an asset, or of columns of it, reaches, or comes from; as JSON or CSV."""

from __future__ import annotations

from types import MappingProxyType

from litestar import Response, get
from litestar.params import FromPath

from headwater.api import wire
from headwater.api.impact_table import table
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.lineage import Question
from headwater.catalog.lineage.impact import MAX_LIMIT
from headwater.catalog.lineage.steps import Way
from headwater.errors import Fault, Invalid

PAGE = 100
DEPTH = 100
CONTINUATION = "x-headwater-continuation"
WAYS: MappingProxyType[str, Way] = MappingProxyType(
    {"DOWNSTREAM": "OUTPUT", "INPUT": "INPUT", "OUTPUT": "OUTPUT", "UPSTREAM": "INPUT"}
)


@get("/lineage/{guid:str}/impact", sync_to_thread=True)
def impact(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """Every asset that data of this one reaches (`direction=OUTPUT`, the default) or comes from (`INPUT`), with its
    columns, nearest first: how far each is, by one shortest way, over which operations, and the run that saw it last.
    Of a process, or of what contains processes, the list begins with the columns that these write (or read).

    `columns=a,b` lists only what these columns reach (or come from). `depth`, `limit`, `continuation` (the
    `continuationToken` of the page before), `asOf` (ISO 8601), `getDerivedLineage`. Assets that the caller may not
    read are counted in `totals.hidden` and not listed; on the ways they have no name. `totals.truncated` says that the
    search stopped at 100,000 assets and operations, or columns. With `Accept: text/csv` the list is a table, a row a
    column, and the continuation is in the header `x-headwater-continuation`.
    """
    as_table = "text/csv" in request.headers.get("accept", "")
    readable = wire.readable_around(account, caller, [guid])
    asked = Question(
        way=direction(request),
        columns=columns(request, "columns"),
        depth=wire.number(request, "depth", DEPTH),
        limit=wire.number(request, "limit", MAX_LIMIT if as_table else PAGE),
        continuation=wire.text(request, "continuation") or None,
        as_of=wire.moment(request, "asOf"),
        derived=wire.flag(request, "getDerivedLineage"),
    )
    found = account.catalog.impact.of(guid, asked, readable)
    if not as_table:
        return wire.answer(found)
    headers = {CONTINUATION: found.continuation_token} if found.continuation_token else {}
    return Response(table(found).encode(), media_type="text/csv", headers=headers)


def direction(request: Incoming) -> Way:
    """Return the direction that is asked for. Raises Invalid."""
    value = wire.text(request, "direction", "OUTPUT").rpartition(".")[2].upper()
    if value not in WAYS:
        message = f"Invalid lineage query parameters passed direction: {value}"
        raise Invalid(Fault("CAT-026", message, cure="Use INPUT or OUTPUT."))
    return WAYS[value]


def columns(request: Incoming, name: str) -> tuple[str, ...]:
    """Return names of columns, sent apart or with commas between them. A comma in a name is written twice."""
    found: list[str] = []
    for value in request.query_params.getall(name, []):
        pieces = str(value).replace(",,", "\0").split(",")
        found += [piece.replace("\0", ",") for piece in pieces if piece]
    return tuple(dict.fromkeys(found))


HANDLERS = (impact,)
