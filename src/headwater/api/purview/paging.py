"""Pages of lists as Purview's account and policy routes have them: `$skipToken` in, `nextLink` out."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec

from headwater.api import wire
from headwater.api.wire import Incoming
from headwater.errors import Fault, Invalid

TOKEN = "$skipToken"  # noqa: S105 (a parameter's name)


class Page(msgspec.Struct, frozen=True):
    """`next_link` is the address of the next page, empty on the last."""

    items: tuple[str, ...]
    next_link: str


def after(request: Incoming, names: Sequence[str], size: int) -> Page:
    """Return the page that the request asks for. The token is the last name of the page before. Raises Invalid."""
    token = wire.text(request, TOKEN)
    if token and token not in names:
        raise Invalid(Fault("CAT-028", f"'{token}' is no {TOKEN} of ours", cure="Follow nextLink as it was given."))
    first = names.index(token) + 1 if token else 0
    items = tuple(names[first : first + size])
    if first + size >= len(names):
        return Page(items, "")
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != TOKEN]
    base = str(request.base_url).rstrip("/")
    return Page(items, f"{base}{request.url.path}?{urlencode([*kept, (TOKEN, items[-1])])}")
