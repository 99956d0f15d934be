"""Facets: how the hits divide by type, source type, collection and file extension."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Select, func, select

from headwater.catalog.collections import collection_names
from headwater.catalog.search.shapes import FacetCount, FacetRequest
from headwater.catalog.store.schema import entities
from headwater.catalog.types import TypeSet
from headwater.errors import Fault, Invalid, Place

COUNTED = ("assetType", "collectionId", "entityType", "fileExtension")
# Known to Purview; no asset has a value yet.
EMPTY = ("classification", "classificationCategory", "contactId", "contactType", "label", "term")


def facets_of(
    connection: Connection, asked: Sequence[FacetRequest], ids: Select[int], most: int, types: TypeSet
) -> dict[str, tuple[FacetCount, ...]]:
    """Count the first `most` hits by each facet that was asked. Raises Invalid for an unknown one."""
    for facet in asked:
        if facet.facet not in COUNTED and facet.facet not in EMPTY:
            cure = f"Known are {', '.join(sorted((*COUNTED, *EMPTY)))}."
            raise Invalid(Fault("CAT-029", f"'{facet.facet}' is no facet", Place(path="facets"), cure))
    names = {facet.facet for facet in asked}
    if not names.intersection(COUNTED):
        return {facet.facet: () for facet in asked}
    counts = _by_type(connection, ids, most, types)
    if "fileExtension" in names:
        counts["fileExtension"] = _by_extension(connection, ids, most)
    return {facet.facet: _top(counts.get(facet.facet, {}), facet.count) for facet in asked}


def _by_type(connection: Connection, ids: Select[int], most: int, types: TypeSet) -> dict[str, Counter[str]]:
    found = ids.limit(most).subquery()
    keys = (entities.c.type_id, entities.c.collection_id)
    query = select(*keys, func.count()).join(found, found.c.id == entities.c.id).group_by(*keys)
    collections = collection_names(connection)
    counts: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
    for type_id, collection_id, number in connection.execute(query):
        type = types.entities_by_id[type_id]
        counts["entityType"][type.name] += number
        counts["collectionId"][collections[collection_id]] += number
        if type.service_type:
            counts["assetType"][type.service_type] += number
    return counts


def _by_extension(connection: Connection, ids: Select[int], most: int) -> Counter[str]:
    found = ids.limit(most).subquery()
    names: Iterable[tuple[str]] = connection.execute(select(entities.c.name).join(found, found.c.id == entities.c.id))
    endings = (name.rpartition(".") for (name,) in names)
    return Counter(f".{ending.lower()}" for stem, _, ending in endings if stem and ending.isalnum())


def _top(counts: Mapping[str, int], most: int) -> tuple[FacetCount, ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FacetCount(value, number) for value, number in ordered[: max(0, most)])
