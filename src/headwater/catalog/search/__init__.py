"""Search: keywords, filters, facets, suggestions, over the full-text index that every write keeps in step."""

from headwater.catalog.search.query import Limits, Search
from headwater.catalog.search.shapes import FacetCount, FacetRequest, Hit, SearchRequest, SearchResult

__all__ = ["FacetCount", "FacetRequest", "Hit", "Limits", "Search", "SearchRequest", "SearchResult"]
