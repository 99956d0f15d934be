"""Atlas' own search, answered by the account's: basic, quick, full text, by attribute, by relationship, suggestions.

Only active assets of collections that the caller may read are found, so `excludeDeletedEntities` changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from litestar import Response, get, post
from litestar.params import RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import wire
from headwater.api.atlas.targets import readable
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.model import EntityHeader, Shape
from headwater.catalog.related import Part
from headwater.catalog.search import FacetRequest, SearchRequest, SearchResult
from headwater.errors import Fault, Invalid, Place

LIMIT = 100
MAX_DEPTH = 50
Tree = dict[str, object]


class Criterion(Shape, frozen=True):
    """A condition on an attribute, or several of them joined."""

    condition: str | None = None
    criterion: tuple[Criterion, ...] = ()
    attribute_name: str | None = None
    operator: str = "eq"
    attribute_value: str | int | float | bool | None = None


class Parameters(Shape, frozen=True, omit_defaults=True):
    """What Atlas calls SearchParameters, and QuickSearchParameters."""

    query: str | None = None
    type_name: str | None = None
    classification: str | None = None
    term_name: str | None = None
    entity_filters: Criterion | None = None
    tag_filters: Criterion | None = None
    include_sub_types: bool | None = None
    exclude_deleted_entities: bool | None = None
    limit: int | None = None
    offset: int | None = None
    sort_by: str | None = None
    sort_order: str | None = None


# Atlas' operators, by word and by sign → those of our filters.
OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "!=": "ne",
        "<": "lt",
        "<=": "le",
        "=": "eq",
        ">": "gt",
        ">=": "ge",
        "contains": "contains",
        "endswith": "endswith",
        "ends_with": "endswith",
        "eq": "eq",
        "gt": "gt",
        "gte": "ge",
        "lt": "lt",
        "lte": "le",
        "neq": "ne",
        "startswith": "startswith",
        "starts_with": "startswith",
    }
)


@get("/search/basic", sync_to_thread=True)
def basic(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Search by type, classification and words."""
    return wire.answer(_basic(account, caller, _asked(request)))


@post("/search/basic", status_code=200, sync_to_thread=True)
def faceted(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Search by type, classification, words and conditions on attributes."""
    return wire.answer(_basic(account, caller, wire.read(body, Parameters)))


@get("/search/quick", sync_to_thread=True)
def quick(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Search by words, and count what is found by type."""
    return wire.answer(_quick(account, caller, _asked(request)))


@post("/search/quick", status_code=200, sync_to_thread=True)
def quick_with(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Search by words and conditions on attributes, and count what is found by type."""
    return wire.answer(_quick(account, caller, wire.read(body, Parameters)))


@get("/search/fulltext", sync_to_thread=True)
def full_text(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Search by words, ranked."""
    given = _asked(request)
    found = _search(account, caller, given)
    headers = _headers(account, found)
    scores = {hit.guid: hit.score for hit in found.hits}
    ranked = [{"entity": header, "score": scores[header.guid]} for header in headers]
    document = {"queryType": "FULL_TEXT", "queryText": given.query, "fullTextResult": ranked}
    return wire.answer({**document, "approximateCount": found.count})


@get("/search/attribute", sync_to_thread=True)
def by_attribute(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Entities of `typeName` whose `attrName` (none: the name) begins with `attrValuePrefix`."""
    name = wire.text(request, "attrName") or "name"
    beginning = Criterion(
        attribute_name=name, operator="startsWith", attribute_value=wire.texts(request, "attrValuePrefix")[0]
    )
    given = msgspec.structs.replace(_asked(request), entity_filters=beginning)
    return wire.answer(_basic(account, caller, given))


@get("/search/relationship", sync_to_thread=True)
def related(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Entities that the attribute `relation` of the entity `guid` refers to, in the order in which they were made.

    `limit` (100, at most 1000) and `offset` page through them; `approximateCount` is how many the caller may see.
    """
    guid, relation = wire.texts(request, "guid")[0], wire.texts(request, "relation")[0]
    readable(account, caller, guid)
    seen = account.roles.collections(caller, "data/read")
    part = Part(wire.number(request, "limit", LIMIT), wire.number(request, "offset", 0), seen)
    found = account.catalog.entities.related(guid, relation, part)
    return wire.answer({"queryType": "RELATIONSHIP", "entities": found.headers, "approximateCount": found.count})


@get("/search/suggestions", sync_to_thread=True)
def suggestions(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Words that complete `prefixString`."""
    prefix = wire.texts(request, "prefixString")[0]
    words = account.catalog.search.autocomplete(
        prefix, limit=5, collections=account.roles.collections(caller, "data/read")
    )
    field = wire.text(request, "fieldName") or None
    return wire.answer({"suggestions": words, "prefixString": prefix, "fieldName": field})


def _asked(request: Incoming) -> Parameters:
    """Return the parameters of a query string; a Python client writes the ones it has not as nothing at all."""
    return Parameters(
        query=wire.text(request, "query") or None,
        type_name=wire.text(request, "typeName") or None,
        classification=wire.text(request, "classification") or None,
        limit=wire.number(request, "limit", LIMIT),
        offset=wire.number(request, "offset", 0),
        sort_by=wire.text(request, "sortBy") or None,
        sort_order=wire.text(request, "sortOrder") or None,
    )


def _basic(account: Account, caller: Principal, given: Parameters) -> dict[str, object]:
    return _result(account, given, _search(account, caller, given))


def _quick(account: Account, caller: Principal, given: Parameters) -> dict[str, object]:
    found = _search(account, caller, given, FacetRequest("entityType", 25))
    counts = [{"name": item.value, "count": item.count} for item in found.facets.get("entityType", ())]
    return {"searchResults": _result(account, given, found), "aggregationMetrics": {"__typeName": counts}}


def _search(account: Account, caller: Principal, given: Parameters, *facets: FacetRequest) -> SearchResult:
    request = SearchRequest(
        keywords=given.query,
        limit=LIMIT if given.limit is None else given.limit,
        offset=given.offset or 0,
        filter=_filter(given),
        facets=facets,
        orderby=_order(given),
    )
    return account.catalog.search.query(request, collections=account.roles.collections(caller, "data/read"))


def _filter(given: Parameters) -> Tree | None:
    if given.tag_filters is not None:
        message = "Conditions on attributes of classifications are not searched"
        raise Invalid(Fault("CAT-037", message, Place(path="tagFilters"), "Filter by classification alone."))
    leaves: list[Tree] = []
    if given.type_name and given.type_name != "_ALL_ENTITY_TYPES":
        below = given.include_sub_types is not False
        leaves.append({"entityType": given.type_name, "includeSubTypes": below})
    if given.classification:
        leaves.append({"classification": given.classification})
    if given.term_name:
        leaves.append({"term": given.term_name})
    if given.entity_filters is not None:
        leaves.append(_leaf(given.entity_filters, "entityFilters"))
    return {"and": leaves} if leaves else None


def _leaf(item: Criterion, path: str, depth: int = 0) -> Tree:
    if depth > MAX_DEPTH:
        message = f"conditions are nested deeper than {MAX_DEPTH} levels"
        raise Invalid(Fault("CAT-029", message, Place(path="entityFilters"), "Join fewer of them."))
    if item.attribute_name is None:
        joined = (item.condition or "AND").lower()
        if joined not in {"and", "or"}:
            message = f"condition '{item.condition}' is neither AND nor OR"
            raise Invalid(Fault("CAT-029", message, Place(path=path), "Use one of them."))
        return {joined: [_leaf(inner, f"{path}.criterion[{at}]", depth + 1) for at, inner in enumerate(item.criterion)]}
    operator = OPERATORS.get(item.operator.lower())
    if operator is None:
        cure = f"Known are {', '.join(OPERATORS)}."
        raise Invalid(Fault("CAT-029", f"operator '{item.operator}' is not known", Place(path=path), cure))
    return {"attributeName": item.attribute_name, "operator": operator, "attributeValue": item.attribute_value}


def _order(given: Parameters) -> tuple[dict[str, str], ...]:
    if not given.sort_by:
        return ()
    # A Python enum that somebody formatted arrives as `SortOrder.DESCENDING`.
    direction = (given.sort_order or "ASCENDING").rpartition(".")[2].lower()
    return ({given.sort_by: "desc" if direction.startswith("desc") else "asc"},)


def _result(account: Account, given: Parameters, found: SearchResult) -> dict[str, object]:
    return {
        "queryType": "BASIC",
        "searchParameters": given,
        "queryText": given.query,
        "type": given.type_name,
        "classification": given.classification,
        "entities": _headers(account, found),
        "approximateCount": found.count,
    }


def _headers(account: Account, found: SearchResult) -> list[EntityHeader]:
    """Return the headers in the order of the hits."""
    headers = account.catalog.entities.headers(hit.guid for hit in found.hits)
    return [headers[hit.guid] for hit in found.hits if hit.guid in headers]


HANDLERS = (basic, by_attribute, faceted, full_text, quick, quick_with, related, suggestions)
