"""Routes of search. Only assets of collections that the caller may read are found."""

from __future__ import annotations

import msgspec
from litestar import Response, post
from litestar.params import RawBody

from headwater.api import wire
from headwater.api.wire import Caller, Served
from headwater.catalog.search import FacetRequest, FacetSort, Hit, SearchRequest
from headwater.errors import Fault, Invalid, Place

MAX_KEYWORDS = 100
GLOSSARY_TERMS = "Glossary terms"


class FacetBody(msgspec.Struct, frozen=True):
    facet: str | None = None
    count: int | None = None
    sort: FacetSort | None = None


class TaxonomyBody(msgspec.Struct, frozen=True, rename="camel"):
    """Narrows the search to these asset types; `facet` is counted with the others, by asset type if it names none."""

    asset_types: tuple[str, ...] = ()
    facet: FacetBody | None = None


class QueryBody(msgspec.Struct, frozen=True, rename="camel"):
    """`continuation_token` is what the page before gave; it goes on there, whatever was added since."""

    keywords: str | None = None
    limit: int | None = None
    offset: int | None = None
    filter: object = None
    facets: tuple[FacetBody, ...] | None = None
    orderby: tuple[dict[str, str], ...] | None = None
    continuation_token: str | None = None
    taxonomy_setting: TaxonomyBody | None = None


class SuggestBody(msgspec.Struct, frozen=True):
    keywords: str | None = None
    limit: int | None = None
    filter: object = None


@post("/search/query", status_code=200, sync_to_thread=True)
def query(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Search by keywords and filter: ranked, or in the order asked for, with facets and a token for the next page."""
    given = wire.read(body, QueryBody, numbers_as_text=True)
    taxonomy = given.taxonomy_setting or TaxonomyBody()
    asked = [_facet(facet, number) for number, facet in enumerate(given.facets or ())]
    if taxonomy.facet is not None:
        asked.append(_facet(msgspec.structs.replace(taxonomy.facet, facet=taxonomy.facet.facet or "assetType"), 0))
    request = SearchRequest(
        keywords=given.keywords,
        limit=50 if given.limit is None else given.limit,
        offset=given.offset or 0,
        filter=given.filter,
        facets=tuple(asked),
        orderby=given.orderby or (),
        after=given.continuation_token,
        asset_types=taxonomy.asset_types,
    )
    found = account.catalog.search.query(request, collections=account.roles.collections(caller, "data/read"))
    document: dict[str, object] = {
        "@search.count": found.count,
        "@search.count.approximate": found.approximate,
        "@search.facets": found.facets if asked else None,
        "value": [_shown(hit) for hit in found.hits],
    }
    if found.next:
        document["continuationToken"] = found.next
    return wire.answer(document)


@post("/search/suggest", status_code=200, sync_to_thread=True)
def suggest(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Assets that have the words that somebody is typing, the last one as a beginning."""
    keywords, limit, filter = _typed(body, 5)
    allowed = account.roles.collections(caller, "data/read")
    hits = account.catalog.search.suggest(keywords, limit=limit, filter=filter, collections=allowed)
    return wire.answer({"value": [{**_shown(hit), "@search.text": _text(hit)} for hit in hits]})


@post("/search/autocomplete", status_code=200, sync_to_thread=True)
def autocomplete(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Words that complete what somebody is typing, and the keywords with each of them."""
    keywords, limit, filter = _typed(body, 50)
    allowed = account.roles.collections(caller, "data/read")
    words = account.catalog.search.autocomplete(keywords, limit=limit, filter=filter, collections=allowed)
    before = keywords.rpartition(" ")[0]
    return wire.answer({"value": [{"text": word, "queryPlusText": f"{before} {word}".strip()} for word in words]})


def _facet(given: FacetBody, number: int) -> FacetRequest:
    if not given.facet:
        place = Place(path=f"facets[{number}]")
        raise Invalid(Fault("CAT-029", "A facet has no name", place, 'Send {"facet": "assetType", "count": 10}.'))
    sort = given.sort or FacetSort(count="desc")
    return FacetRequest(given.facet, 10 if given.count is None else given.count, sort)


def _typed(body: bytes, limit: int) -> tuple[str, int, object]:
    """Return keywords, limit and filter."""
    given = wire.read(body, SuggestBody, numbers_as_text=True)
    keywords = given.keywords or ""
    if not 1 <= len(keywords) <= MAX_KEYWORDS:
        message = f"keywords has {len(keywords)} characters"
        raise Invalid(Fault("CAT-029", message, cure=f"Send 1 to {MAX_KEYWORDS} characters."))
    return keywords, limit if given.limit is None else given.limit, given.filter


def _text(hit: Hit) -> str:
    return next((texts[0] for texts in hit.highlights.values()), hit.name)


def _shown(hit: Hit) -> dict[str, object]:
    found: dict[str, object] = {
        "@search.score": hit.score,
        "@search.highlights": hit.highlights or None,
        "id": hit.guid,
        "name": hit.name,
        "displayText": hit.name,
        "qualifiedName": hit.qualified_name,
        "entityType": hit.type_name,
        "objectType": hit.object_type,
        "assetType": hit.asset_type,
        "description": hit.description,
        "endorsement": hit.attributes.get("endorsement"),
        "collectionId": hit.collection,
        "createTime": hit.created_at,
        "updateTime": hit.updated_at,
        "owner": str(hit.attributes.get("owner") or ""),
        "classification": hit.classifications,
        "label": hit.labels,
        "term": [{"name": term.name, "glossaryName": term.glossary, "guid": term.guid} for term in hit.terms],
        "contact": [{"id": one.id, "info": one.info, "contactType": one.type} for one in hit.contacts],
        "isIndexed": True,
    }
    return found | _of_glossary(hit) if hit.object_type == GLOSSARY_TERMS else found


def _of_glossary(hit: Hit) -> dict[str, object]:
    """Return what a glossary, a category or a term has besides."""
    return {
        "glossaryType": hit.type_name,
        "glossary": hit.qualified_name.rpartition("@")[2],
        "longDescription": hit.attributes.get("longDescription"),
        "termStatus": hit.attributes.get("status"),
        "termTemplate": hit.attributes.get("templateName") or [],
    }


HANDLERS = (autocomplete, query, suggest)
