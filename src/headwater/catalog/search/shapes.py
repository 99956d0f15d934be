"""What a search asks and answers."""

from __future__ import annotations

import msgspec


class FacetRequest(msgspec.Struct, frozen=True):
    facet: str
    count: int = 10


class SearchRequest(msgspec.Struct, frozen=True):
    """`filter` is Purview's tree of and, or, not with leaves, in plain JSON; `orderby` maps a field to asc or desc."""

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
    columns: tuple[str, ...]
    """Columns of the asset in whose names a word was found."""
    attributes: dict[str, object]


class FacetCount(msgspec.Struct, frozen=True):
    value: str
    count: int


class SearchResult(msgspec.Struct, frozen=True):
    """`approximate` if ranking and facets were made from the first hits only, because there are very many."""

    count: int
    approximate: bool
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetCount, ...]]
