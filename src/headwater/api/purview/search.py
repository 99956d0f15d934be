"""Routes of search. Only assets of collections that the caller may read are found."""

from __future__ import annotations

import msgspec
from litestar import Response, post
from litestar.params import RawBody

from headwater.api import wire
from headwater.api.wire import Caller, Served
from headwater.catalog.search import FacetRequest, Hit, SearchRequest
from headwater.errors import Fault, Invalid

MAX_KEYWORDS = 100


class FacetBody(msgspec.Struct, frozen=True):
    facet: str
    count: int = 10


class QueryBody(msgspec.Struct, frozen=True, rename="camel"):
    """`continuation_token` is the offset that the last page gave."""

    keywords: str | None = None
    limit: int | None = None
    offset: int | None = None
    filter: object = None
    facets: tuple[FacetBody, ...] | None = None
    orderby: tuple[dict[str, str], ...] | None = None
    continuation_token: str | None = None


class SuggestBody(msgspec.Struct, frozen=True):
    keywords: str = ""
    limit: int | None = None
    filter: object = None


@post("/search/query", status_code=200, sync_to_thread=True)
def query(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Search by keywords and filter."""
    given = wire.read(body, QueryBody)
    offset = given.offset or _offset(given.continuation_token)
    limit = 50 if given.limit is None else given.limit
    request = SearchRequest(
        keywords=given.keywords,
        limit=limit,
        offset=offset,
        filter=given.filter,
        facets=tuple(FacetRequest(facet.facet, facet.count) for facet in given.facets or ()),
        orderby=given.orderby or (),
    )
    found = account.catalog.search.query(request, collections=account.roles.collections(caller, "data/read"))
    document: dict[str, object] = {
        "@search.count": found.count,
        "@search.count.approximate": found.approximate,
        "@search.facets": found.facets if given.facets else None,
        "value": [_shown(hit) for hit in found.hits],
    }
    if found.hits and offset + limit < found.count:
        document["continuationToken"] = str(offset + limit)
    return wire.answer(document)


@post("/search/suggest", status_code=200, sync_to_thread=True)
def suggest(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Assets for what somebody is typing."""
    given = _typed(body)
    hits = account.catalog.search.suggest(
        given.keywords,
        limit=5 if given.limit is None else given.limit,
        filter=given.filter,
        collections=account.roles.collections(caller, "data/read"),
    )
    return wire.answer({"value": [{**_shown(hit), "@search.text": _text(hit)} for hit in hits]})


@post("/search/autocomplete", status_code=200, sync_to_thread=True)
def autocomplete(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Words that complete what somebody is typing."""
    given = _typed(body)
    words = account.catalog.search.autocomplete(
        given.keywords,
        limit=25 if given.limit is None else given.limit,
        collections=account.roles.collections(caller, "data/read"),
    )
    before = given.keywords.rpartition(" ")[0]
    return wire.answer({"value": [{"text": word, "queryPlusText": f"{before} {word}".strip()} for word in words]})


def _typed(body: bytes) -> SuggestBody:
    given = wire.read(body, SuggestBody)
    if not 1 <= len(given.keywords) <= MAX_KEYWORDS:
        message = f"keywords has {len(given.keywords)} characters"
        raise Invalid(Fault("CAT-029", message, cure=f"Send 1 to {MAX_KEYWORDS} characters."))
    return given


def _offset(token: str | None) -> int:
    if not token:
        return 0
    if not (token.isascii() and token.isdigit() and len(token) < 10):
        raise Invalid(Fault("CAT-029", "The continuation token is none of ours", cure="Send the last page's."))
    return int(token)


def _text(hit: Hit) -> str:
    return next((texts[0] for texts in hit.highlights.values()), hit.name)


def _shown(hit: Hit) -> dict[str, object]:
    return {
        "@search.score": hit.score,
        "@search.highlights": hit.highlights or None,
        "id": hit.guid,
        "name": hit.name,
        "displayText": hit.name,
        "qualifiedName": hit.qualified_name,
        "entityType": hit.type_name,
        "objectType": hit.type_name,
        "assetType": hit.asset_type,
        "description": hit.description,
        "collectionId": hit.collection,
        "updateTime": hit.updated_at,
        "owner": str(hit.attributes.get("owner") or ""),
        "classification": [],
        "label": [],
        "term": [],
        "contact": [],
        "isIndexed": True,
    }


HANDLERS = (autocomplete, query, suggest)
