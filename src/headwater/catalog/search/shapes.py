"""What a search asks and answers."""

from __future__ import annotations

from typing import Literal

import msgspec

Direction = Literal["asc", "desc"]


class FacetSort(msgspec.Struct, frozen=True):
    """By count, by value, or by count and then by value; what is not said is broken by value, ascending."""

    count: Direction | None = None
    value: Direction | None = None


class FacetRequest(msgspec.Struct, frozen=True):
    facet: str
    count: int = 10
    sort: FacetSort = FacetSort(count="desc")


class SearchRequest(msgspec.Struct, frozen=True):
    """`filter` is Purview's tree of and, or, not with leaves, in plain JSON; `orderby` maps a field to asc or desc.

    `after` is the token of the page before; `asset_types` narrows to these, in whatever case they are written.
    """

    keywords: str | None = None
    limit: int = 50
    offset: int = 0
    filter: object = None
    facets: tuple[FacetRequest, ...] = ()
    orderby: tuple[dict[str, str], ...] = ()
    after: str | None = None
    asset_types: tuple[str, ...] = ()


class Term(msgspec.Struct, frozen=True):
    name: str
    glossary: str
    guid: str


class Contact(msgspec.Struct, frozen=True):
    """`type` is Owner or Expert; `info` what is said of this person here."""

    id: str
    info: str
    type: str


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
    created_at: int = 0
    object_type: str | None = None
    classifications: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    contacts: tuple[Contact, ...] = ()


class FacetCount(msgspec.Struct, frozen=True):
    value: str
    count: int


class SearchResult(msgspec.Struct, frozen=True):
    """`approximate` if the count, or a facet's counts, were told from the first hits, because there are very many.

    `next` is the token of the page after; None if there is none.
    """

    count: int
    approximate: bool
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetCount, ...]]
    next: str | None = None
