"""Runs searches. Ranking reads every hit, so it is done where hits are few enough to be quick.

Where there are more, those that are found in their names come first, ranked; the others follow as they lie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import Connection
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog.search.facets import checked
from headwater.catalog.search.hits import hits_of
from headwater.catalog.search.keywords import Query, begins, parse
from headwater.catalog.search.paging import Cursor, Orders, Page, Ranked, best, newest, ordered, page_of, token
from headwater.catalog.search.scope import Scope, scope_of
from headwater.catalog.search.shapes import Hit, SearchRequest, SearchResult
from headwater.catalog.search.survey import LIMITS, Limits, survey_of
from headwater.catalog.store import Store
from headwater.catalog.store.schema import entities
from headwater.catalog.types.in_force import Types
from headwater.errors import Fault, Invalid, Place

MAX_LIMIT, MAX_OFFSET, MAX_SUGGESTIONS = 1000, 100_000, 100
COMPLETED = 200
"""Words are completed from so many of the best assets."""
ORDERS: Mapping[str, ColumnElement[object]] = MappingProxyType(
    {
        "createTime": entities.c.created_at,
        "name": entities.c.name,
        "qualifiedName": entities.c.qualified_name,
        "updateTime": entities.c.updated_at,
    }
)
_WORD = re.compile(r"[^\W_]+")


class Search:
    """Searches in the collections that the caller may read; the caller says which."""

    def __init__(self, store: Store, types: Types, limits: Limits = LIMITS) -> None:
        self._store = store
        self._types = types
        self._limits = limits

    def query(self, request: SearchRequest, *, collections: frozenset[str] | None = None) -> SearchResult:
        """Search in these collections (None: all). Raises Invalid where the request cannot be read."""
        _check(request.limit, request.offset)
        checked(request.facets)
        query = parse(request.keywords)
        orders = _orders(request.orderby)
        filter = _narrowed(request.filter, request.asset_types)
        with self._store.read() as connection:
            types = self._types.at(connection)
            scope = scope_of(connection, filter, collections, types, many=self._limits.gathered)
            # After the filter, which is now known to be no deeper than can be read.
            page = page_of(request)
            exact = max(self._limits.counted, request.limit + request.offset)
            survey = survey_of(connection, query.found, scope, request.facets, self._limits, exact, types)
            ranked, cursor = _page(connection, query, scope, page, orders, survey.count, self._limits)
            hits = hits_of(connection, ranked, query.terms, types)
        return SearchResult(survey.count, survey.approximate, hits, survey.facets, token(cursor) if cursor else None)

    def suggest(
        self, keywords: str, *, limit: int = 5, filter: object = None, collections: frozenset[str] | None = None
    ) -> tuple[Hit, ...]:
        """Assets that have all the words, the last one as a beginning. Raises Invalid."""
        _check_suggestions(limit)
        return self._begun(keywords, limit, filter, collections)

    def autocomplete(
        self, keywords: str, *, limit: int = 50, filter: object = None, collections: frozenset[str] | None = None
    ) -> tuple[str, ...]:
        """Words that complete the last keyword, the most frequent first. Raises Invalid."""
        _check_suggestions(limit)
        hits = self._begun(keywords, COMPLETED, filter, collections)
        beginning = (_WORD.findall(keywords) or [""])[-1].casefold()
        counts: dict[str, int] = {}
        for hit in hits:
            for word in _WORD.findall(" ".join((hit.name, hit.description, *hit.columns)).casefold()):
                if word.startswith(beginning):
                    counts[word] = counts.get(word, 0) + 1
        return tuple(sorted(counts, key=lambda word: (-counts[word], word))[:limit])

    def _begun(self, keywords: str, limit: int, filter: object, collections: frozenset[str] | None) -> tuple[Hit, ...]:
        query = begins(keywords)
        most = self._limits.ranked
        with self._store.read() as connection:
            types = self._types.at(connection)
            scope = scope_of(connection, filter, collections, types, many=self._limits.gathered)
            few = Limits(most, most, most, most)
            count = survey_of(connection, query.found, scope, (), few, most, types).count
            page = Page(limit, 0, None, "")
            ranked, _ = _page(connection, query, scope, page, (), count, self._limits)
            return hits_of(connection, ranked, query.terms, types)


def _page(
    connection: Connection, query: Query, scope: Scope, page: Page, orders: Orders, count: int, limits: Limits
) -> tuple[Ranked, Cursor | None]:
    """Return keys and scores of the hits of a page, and where the next one begins, if there is one."""
    if not page.limit or not count:
        return [], None
    if orders:
        return ordered(connection, query, scope, page, orders)
    match = query.found.match
    if query.found.inverted or match is None:
        return newest(connection, query, scope, page)
    few = count <= limits.ranked
    most = limits.ranked if few else limits.named
    return best(connection, query, match, scope, page, few=few, most=most)


def _narrowed(filter: object, asset_types: Sequence[str]) -> object:
    if not asset_types:
        return filter
    leaf = {"assetType": list(asset_types)}
    return leaf if filter in (None, {}) else {"and": [leaf, filter]}


def _check(limit: int, offset: int) -> None:
    if not 0 <= limit <= MAX_LIMIT:
        cure = f"Use a limit of 0 to {MAX_LIMIT}; the continuation token leads to the next page."
        raise Invalid(Fault("CAT-029", f"A limit of {limit} is no page", Place(path="limit"), cure))
    if not 0 <= offset <= MAX_OFFSET:
        cure = f"Use an offset of 0 to {MAX_OFFSET}; the continuation token leads further."
        raise Invalid(Fault("CAT-029", f"An offset of {offset} is no page", Place(path="offset"), cure))


def _check_suggestions(limit: int) -> None:
    if not 1 <= limit <= MAX_SUGGESTIONS:
        cure = f"Use a limit of 1 to {MAX_SUGGESTIONS}."
        raise Invalid(Fault("CAT-029", f"A limit of {limit} is none", Place(path="limit"), cure))


def _orders(orderby: Sequence[Mapping[str, str]]) -> Orders:
    found: list[tuple[ColumnElement[object], bool]] = []
    for item in orderby:
        for field, direction in item.items():
            if field not in ORDERS or direction.lower() not in {"asc", "desc"}:
                cure = f"Order by {', '.join(sorted(ORDERS))}, asc or desc."
                raise Invalid(Fault("CAT-029", f"'{field} {direction}' is no order", Place(path="orderby"), cure))
            found.append((ORDERS[field], direction.lower() == "desc"))
    return found
