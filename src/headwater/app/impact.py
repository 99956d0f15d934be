"""What an asset or a column reaches, or comes from, asked of the account over its HTTP API."""

from __future__ import annotations

import re

import msgspec

from headwater import typed
from headwater.app import trace
from headwater.app.account import Ask
from headwater.catalog.lineage import Impact
from headwater.lineage.sinks.account import Params

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
PAGE = 1_000


async def impact(ask: Ask, asset: str, *, column: str | None, upstream: bool, limit: int) -> Impact:
    """Return the list of an asset or process, named by guid, qualified name or name: its first `limit` assets.

    Raises NotFound, or CatalogError if the account refuses.
    """
    guid = asset if _GUID.fullmatch(asset) else (await trace.find(ask, asset, processes=True)).id
    first = await _page(ask, guid, column, upstream, min(limit, PAGE), None)
    found, token = list(first.value), first.continuation_token
    while token is not None and len(found) < limit:
        page = await _page(ask, guid, column, upstream, min(limit - len(found), PAGE), token)
        found += page.value
        token = page.continuation_token
    return msgspec.structs.replace(first, value=tuple(found), continuation_token=token)


async def _page(ask: Ask, guid: str, column: str | None, upstream: bool, limit: int, token: str | None) -> Impact:
    params: Params = [
        ("direction", "INPUT" if upstream else "OUTPUT"),
        ("limit", limit),
        *([("columns", column.replace(",", ",,"))] if column is not None else []),
        *([("continuation", token)] if token is not None else []),
    ]
    answer = await ask("GET", f"/headwater/v1/lineage/{guid}/impact", params=params)
    return typed.decode(answer, Impact)
