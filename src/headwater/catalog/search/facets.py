"""Facets: how the hits divide by type, source, collection, file extension, and by what is said of them.

Each is a select of values with their numbers over the first hits; `survey` runs all of them in one statement, so that
the hits are found once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import FromClause, Select, case, func, literal, select
from sqlalchemy.sql.elements import ColumnElement

from headwater import typed
from headwater.catalog.search.categories import by_category
from headwater.catalog.search.object_types import GLOSSARY_TYPES, object_type
from headwater.catalog.search.shapes import FacetCount, FacetRequest
from headwater.catalog.store.json_values import json_value
from headwater.catalog.store.schema import (
    CLASSIFICATION,
    COLUMN_CLASSIFICATION,
    EXPERT,
    LABEL,
    OWNER,
    TERM,
    annotation_index,
    entities,
)
from headwater.catalog.types import EntityType, TypeSet
from headwater.errors import Fault, Invalid, Place

MAX_VALUES = 1000
Counts = Mapping[str, int]
Grouped = Select[object, object, int]
"""Value, a second key or nothing, and the number of hits."""


def _by_kind(*kinds: int) -> Callable[[FromClause, TypeSet], Grouped]:
    """Return the select of hits by the values of these kinds; a hit with a value of two kinds counts once."""

    def build(first: FromClause, _: TypeSet) -> Grouped:
        table = annotation_index.c
        number = func.count() if len(kinds) == 1 else func.count(table.entity_id.distinct())
        query = select(table.value, literal(0), number).join(first, first.c.id == table.entity_id)
        return query.where(table.kind.in_(kinds)).group_by(table.value)

    return build


def _by_term(first: FromClause, _: TypeSet) -> Grouped:
    # Terms of one name in two glossaries are one value, as the filter by name finds both.
    table, term = annotation_index.c, entities.alias("term")
    query = select(term.c.name, literal(0), func.count(table.entity_id.distinct()))
    query = query.join_from(first, annotation_index, first.c.id == table.entity_id)
    query = query.join(term, term.c.guid == table.value)
    return query.where(table.kind == TERM).group_by(term.c.name)


def _by_contact_type(first: FromClause, _: TypeSet) -> Grouped:
    table = annotation_index.c
    name = case((table.kind == OWNER, "Owner"), else_="Expert")
    query = select(name, literal(0), func.count(table.entity_id.distinct()))
    query = query.join(first, first.c.id == table.entity_id)
    return query.where(table.kind.in_((OWNER, EXPERT))).group_by(table.kind)


def _by_category(first: FromClause, types: TypeSet) -> Grouped:
    table = annotation_index.c
    known = by_category(types.classifications)
    names = [name for listed in known.values() for name in listed]
    chosen = case(*((table.value.in_(listed), of) for of, listed in known.items()), else_="") if known else literal("")
    query = select(chosen, literal(0), func.count(table.entity_id.distinct()))
    query = query.join(first, first.c.id == table.entity_id)
    return query.where(table.kind.in_((CLASSIFICATION, COLUMN_CLASSIFICATION)), table.value.in_(names)).group_by(chosen)


def _by_name(first: FromClause, _: TypeSet) -> Grouped:
    return select(entities.c.name, literal(0), literal(1)).join(first, first.c.id == entities.c.id)


def _of_terms(attribute: str) -> Callable[[FromClause, TypeSet], Grouped]:
    def build(first: FromClause, types: TypeSet) -> Grouped:
        held: ColumnElement[object] = json_value(entities.c.attributes, attribute, "").label("held")
        query = select(held, literal(0), func.count()).join(first, first.c.id == entities.c.id)
        return query.where(entities.c.type_id.in_(sorted(types.subtype_ids("AtlasGlossaryTerm")))).group_by("held")

    return build


def by_type(first: FromClause) -> Grouped:
    """Return the select of hits by type and collection, which several facets are made of."""
    keys = (entities.c.type_id, entities.c.collection_id)
    return select(*keys, func.count()).join(first, first.c.id == entities.c.id).group_by(*keys)


SELECTS: Mapping[str, Callable[[FromClause, TypeSet], Grouped]] = MappingProxyType(
    {
        "classification": _by_kind(CLASSIFICATION, COLUMN_CLASSIFICATION),
        "classificationCategory": _by_category,
        "contactId": _by_kind(OWNER, EXPERT),
        "contactType": _by_contact_type,
        "fileExtension": _by_name,
        "label": _by_kind(LABEL),
        "term": _by_term,
        "termStatus": _of_terms("status"),
        "termTemplate": _of_terms("templateName"),
    }
)

ANNOTATED = frozenset({"classification", "classificationCategory", "contactId", "contactType", "label", "term"})
"""Facets that count only assets of which people said something."""


def _asset_type(type: EntityType) -> str | None:
    return type.service_type or None


def _entity_type(type: EntityType) -> str | None:
    return type.name


def _glossary_type(type: EntityType) -> str | None:
    return type.name if type.name in GLOSSARY_TYPES else None


# Facet → what it calls a type.
OF_TYPES: Mapping[str, Callable[[EntityType], str | None]] = MappingProxyType(
    {
        "assetType": _asset_type,
        "entityType": _entity_type,
        "glossaryType": _glossary_type,
        "objectType": object_type,
    }
)
COLLECTION = "collectionId"
KNOWN = tuple(sorted((*SELECTS, *OF_TYPES, COLLECTION)))


def checked(asked: Sequence[FacetRequest]) -> None:
    """Raise Invalid for a facet that is not known, or of more values than are counted."""
    for facet in asked:
        if facet.facet not in KNOWN:
            cure = f"Known are {', '.join(KNOWN)}."
            raise Invalid(Fault("CAT-029", f"'{facet.facet}' is no facet", Place(path="facets"), cure))
        if not 0 <= facet.count <= MAX_VALUES:
            cure = f"Ask for 0 to {MAX_VALUES} values of a facet."
            raise Invalid(Fault("CAT-029", f"'{facet.facet}' cannot have {facet.count}", Place(path="facets"), cure))


def counts_of(
    found: Mapping[str, Sequence[tuple[object, object, int]]],
    kinds: Sequence[tuple[int, int, int]],
    types: TypeSet,
    collections: Mapping[int, str],
) -> dict[str, Counter[str]]:
    """Return facet → value → number, from the rows of the selects; `kinds` are those of `by_type`."""
    counts: dict[str, Counter[str]] = {facet: Counter() for facet in KNOWN}
    for type_id, collection_id, number in kinds:
        counts[COLLECTION][collections[collection_id]] += number
        for facet, call in OF_TYPES.items():
            if called := call(types.entities_by_id[type_id]):
                counts[facet][called] += number
    for facet in SELECTS.keys() & found.keys():
        for value, _, number in found[facet]:
            for shown in SEVERAL.get(facet, _itself)(str(value or "")):
                counts[facet][shown] += number
    return counts


def _itself(value: str) -> Sequence[str]:
    return [value] if value else []


def _extension(name: str) -> Sequence[str]:
    stem, _, ending = name.rpartition(".")
    return [f".{ending.lower()}"] if stem and ending.isalnum() else []


def _items(text: str) -> Sequence[str]:
    """Return the items of a JSON list."""
    return typed.decode(text, list[str]) if text else []


# Facet → the values that one value of its select stands for.
SEVERAL: Mapping[str, Callable[[str], Sequence[str]]] = MappingProxyType(
    {"fileExtension": _extension, "termTemplate": _items}
)


def top(counts: Counts, asked: FacetRequest, scale: float) -> tuple[FacetCount, ...]:
    """Return the values that were asked for, in their order; `scale` is how many hits each counted one stands for."""
    ordered = sorted(counts.items(), key=lambda item: item[0], reverse=asked.sort.value == "desc")
    if asked.sort.count or not asked.sort.value:
        ordered.sort(key=lambda item: item[1], reverse=asked.sort.count != "asc")
    return tuple(FacetCount(value, max(1, round(number * scale))) for value, number in ordered[: asked.count])
