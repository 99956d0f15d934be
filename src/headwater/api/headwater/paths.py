"""The shortest way from one asset, or column, to another."""

from __future__ import annotations

from litestar import Response, get

from headwater.api import wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.lineage import Sought

DEPTH = 100


@get("/lineage/path", sync_to_thread=True)
def path(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """One shortest way on which data gets from the dataset `from` to the dataset `to` (guids), over which operations;
    with `fromColumn` and `toColumn` between columns. `depth`, `asOf` (ISO 8601). With `getDerivedLineage` a way between
    datasets also goes from a file to its resource set or back, once between two operations; such a step is `derived`,
    and no level.

    `outcome` is FOUND, NONE (there is no way at all), NONE_WITHIN_DEPTH, or GAVE_UP (too much was met before a way
    was found). What the caller may not read stands on the way without its name.
    """
    start, end = wire.texts(request, "from")[0], wire.texts(request, "to")[0]
    readable = wire.readable_around(account, caller, [start, end])
    sought = Sought(
        start=start,
        end=end,
        start_column=wire.text(request, "fromColumn") or None,
        end_column=wire.text(request, "toColumn") or None,
        depth=wire.number(request, "depth", DEPTH),
        as_of=wire.moment(request, "asOf"),
        derived=wire.flag(request, "getDerivedLineage"),
    )
    return wire.answer(account.catalog.paths.between(sought, readable))


HANDLERS = (path,)
