"""Search results and suggestions: cards with the found words marked, and facets to narrow by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from headwater.api.studio.labels import Labels
from headwater.api.studio.operations import moment
from headwater.api.studio.shapes.base import Segment
from headwater.api.studio.shapes.catalog import Facet, FacetValue, Hit, SearchPage, Suggestions
from headwater.api.studio.viewer import Viewer
from headwater.catalog.catalog import Catalog
from headwater.catalog.lineage import Degree
from headwater.catalog.search import FacetCount, FacetRequest, SearchRequest
from headwater.catalog.search import Hit as Found

# What stands before a workspace's name in all that it holds says nothing on a card.
_PREFIX = re.compile(r"^/subscriptions/.*?/(workspaces|factories)/")
_EM = re.compile(r"<em>(.*?)</em>", re.DOTALL)

# Query parameter → what the page calls it, the catalog's facet, and the leaf of the catalog's filter tree.
FACETS: dict[str, tuple[str, str, str]] = {
    "collection": ("Collection", "collectionId", "collectionId"),
    "source": ("Source", "assetType", "assetType"),
    "type": ("Type", "entityType", "entityType"),
    "classification": ("Classification", "classification", "classification"),
    "term": ("Glossary term", "term", "term"),
    "label": ("Label", "label", "label"),
    "contact": ("Contact", "contactId", "contactId"),
}


class SearchPages:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._labels = Labels(lambda: catalog.types.current)

    def search(
        self, viewer: Viewer, query: str, chosen: Mapping[str, Sequence[str]], offset: int, limit: int
    ) -> SearchPage:
        """Return a page of hits in the collections that the viewer may read."""
        request = SearchRequest(
            keywords=query.strip() or "*",
            limit=limit,
            offset=offset,
            filter=filter_tree(chosen),
            facets=tuple(FacetRequest(facet, 20) for _, facet, _ in FACETS.values()),
        )
        result = self._catalog.search.query(request, collections=viewer.readable)
        return SearchPage(
            query=query,
            count=result.count,
            offset=offset,
            hits=self.cards(result.hits),
            facets=tuple(
                Facet(key=key, label=name, values=self._values(key, result.facets.get(facet, ())))
                for key, (name, facet, _) in FACETS.items()
            ),
        )

    def suggest(self, viewer: Viewer, query: str, limit: int) -> Suggestions:
        """Return the best few assets for an unfinished query."""
        if not query.strip():
            return Suggestions(query=query, assets=())
        found = self._catalog.search.suggest(query.strip(), limit=limit, collections=viewer.readable)
        return Suggestions(query=query, assets=self.cards(found))

    def cards(self, found: Iterable[Found]) -> tuple[Hit, ...]:
        """Return hits as the page draws them."""
        found = tuple(found)
        degrees = self._catalog.lineage.degrees([hit.guid for hit in found])
        return tuple(self._card(hit, degrees.get(hit.guid, Degree())) for hit in found)

    def _card(self, hit: Found, degree: Degree) -> Hit:
        known = self._labels.of(hit.type_name)
        marks = hit.highlights
        return Hit(
            guid=hit.guid,
            name=hit.name,
            family=known.family,
            type_label=known.text,
            source=next(iter(hit.asset_type), known.source),
            name_segments=segments(next(iter(marks.get("name", ())), hit.name)),
            path_segments=segments(_PREFIX.sub("", next(iter(marks.get("qualifiedName", ())), hit.qualified_name))),
            columns=hit.columns,
            description=hit.description,
            collection=self._collection(hit.collection),
            classifications=hit.classifications,
            terms=tuple(term.name for term in hit.terms),
            labels=hit.labels,
            updated_at=moment(hit.updated_at),
            upstream=degree.upstream,
            downstream=degree.downstream,
        )

    def _values(self, key: str, counts: Iterable[FacetCount]) -> tuple[FacetValue, ...]:
        return tuple(
            FacetValue(value=count.value, label=self._label(key, count.value), count=count.count) for count in counts
        )

    def _label(self, key: str, value: str) -> str:
        if key == "collection":
            return self._collection(value)
        if key == "type":
            return self._labels.of(value).text
        return value

    def _collection(self, name: str) -> str:
        known = {collection.name: collection.friendly_name for collection in self._catalog.collections.all()}
        return known.get(name, name)


def filter_tree(chosen: Mapping[str, Sequence[str]]) -> object:
    """Return the catalog's filter for the chosen facet values: any value of a facet, all facets."""
    branches = []
    for key, values in chosen.items():
        if values:
            leaf = FACETS[key][2]
            branches.append({"or": [{leaf: value} for value in values]})
    return {"and": branches} if branches else None


def segments(marked: str) -> tuple[Segment, ...]:
    """Split a text at its `<em>` marks."""
    parts = _EM.split(marked)
    return tuple(Segment(text=part, marked=index % 2 == 1) for index, part in enumerate(parts) if part)
