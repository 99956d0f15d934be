"""Search: keywords, filters, facets, suggestions, over the full-text index that every write keeps in step."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class FacetRequest(msgspec.Struct, frozen=True):
    facet: str
    count: int = 10


class SearchRequest(msgspec.Struct, frozen=True):
    """`filter` is Purview's tree of and/or/not with leaves, as plain JSON values."""

    keywords: str | None = None
    limit: int = 50
    offset: int = 0
    filter: object = None
    facets: tuple[FacetRequest, ...] = ()
    orderby: tuple[dict[str, str], ...] = ()


class Hit(msgspec.Struct, frozen=True):
    """`highlights` maps a field to its text with the found words in `<em>`; fields without a found word are absent."""

    guid: str
    name: str
    qualified_name: str
    type_name: str
    asset_type: tuple[str, ...]
    description: str
    collection: str
    updated_at: int
    score: float
    highlights: dict[str, tuple[str, ...]]
    attributes: dict[str, object]


class FacetCount(msgspec.Struct, frozen=True):
    value: str
    count: int


class SearchResult(msgspec.Struct, frozen=True):
    """`approximate` if the facets and the ranking were made from the first hits only, because there are very many."""

    count: int
    approximate: bool
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetCount, ...]]


class Search:
    def query(self, request: SearchRequest, *, collections: frozenset[str] | None = None) -> SearchResult:
        """Search in these collections (None: all). Raises Invalid where keywords or filter cannot be read."""

    def suggest(
        self, keywords: str, *, limit: int = 5, filter: object = None, collections: frozenset[str] | None = None
    ) -> tuple[Hit, ...]:
        """Assets whose words begin with the last keyword and contain the others."""

    def autocomplete(
        self, keywords: str, *, limit: int = 25, collections: frozenset[str] | None = None
    ) -> tuple[str, ...]:
        """Texts that complete the last keyword."""
