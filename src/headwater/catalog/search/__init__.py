"""Search: keywords, filters, facets, suggestions, over the full-text index that every write keeps in step."""

from headwater.catalog.search.query import Search
from headwater.catalog.search.shapes import (
    FacetCount,
    FacetRequest,
    FacetSort,
    Hit,
    SearchRequest,
    SearchResult,
)
from headwater.catalog.search.survey import Limits

__all__ = ["FacetCount", "FacetRequest", "FacetSort", "Hit", "Limits", "Search", "SearchRequest", "SearchResult"]
