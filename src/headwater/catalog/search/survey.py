"""How many hits there are and how they divide: one statement, so that full text is asked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Integer, Select, Text, cast, func, literal, select, union_all

from headwater.catalog.collections import collection_names
from headwater.catalog.search.facets import ANNOTATED, SELECTS, by_type, counts_of, top
from headwater.catalog.search.keywords import Found
from headwater.catalog.search.scope import Scope, keys_of
from headwater.catalog.search.shapes import FacetCount, FacetRequest
from headwater.catalog.store.full_text import full_text
from headwater.catalog.store.schema import annotation_index, documents
from headwater.catalog.types import TypeSet

TYPED = "type"
"""What stands for the facets that are made of types and collections."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to how many hits a search does what costs time for each of them."""

    ranked: int = 2_000
    named: int = 1_000
    """Of more than are ranked, so many that are found in their names are."""
    faceted: int = 5_000
    counted: int = 20_000
    """The number of more is told from how far these reach."""
    gathered: int = 20_000
    """Of so many that a filter lets through, the keys are gathered first; of more, hits are looked at one by one."""


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Survey:
    count: int
    approximate: bool
    """True if the count or a facet was told from the first hits."""
    facets: dict[str, tuple[FacetCount, ...]]


@dataclass(frozen=True, slots=True)
class Census:
    """The hits as they were counted: all of them up to a limit, the first ones by group."""

    number: int
    last: int
    """The key of the last one that was counted."""
    groups: Mapping[str, Sequence[tuple[str, int, int]]]


def survey_of(
    connection: Connection,
    found: Found,
    scope: Scope,
    asked: Sequence[FacetRequest],
    limits: Limits,
    exact: int,
    types: TypeSet,
) -> Survey:
    """Count the hits, exactly up to `exact`, and by each facet that was asked."""
    standing = scope.standing if found.is_everything or scope.is_empty else None
    groups = {facet.facet if facet.facet in SELECTS else TYPED for facet in asked}
    if standing is not None:
        groups.discard(TYPED)
        count, estimated = sum(number for *_, number in standing), False
    if standing is None or (standing and groups):
        keys = keys_of(full_text(connection), found, scope)
        if standing is not None and ANNOTATED.issuperset(groups):
            # Of everything, what people said something of is a small part, and all that these facets count.
            keys = keys.where(documents.c.id.in_(select(annotation_index.c.entity_id)))
        census = _census(connection, keys, sorted(groups), limits.faceted, exact, types)
    else:
        census = Census(0, 0, {})
    total = _estimate(connection, census, exact)
    if standing is None:
        count, estimated = total, total != census.number
        standing = [(int(type_id), place, number) for type_id, place, number in census.groups.get(TYPED, ())]
    counts = counts_of(census.groups, standing, types, collection_names(connection) if standing else {})
    # The first hits stand for all of them.
    scale = max(1.0, total / limits.faceted)
    facets = {
        facet.facet: top(counts[facet.facet], facet, scale if groups & {TYPED, facet.facet} else 1.0) for facet in asked
    }
    return Survey(count, estimated or (bool(groups) and total > limits.faceted), facets)


def _census(
    connection: Connection, keys: Select[int], groups: Sequence[str], most: int, exact: int, types: TypeSet
) -> Census:
    """Count the hits: by group the first `most` of them, in all those up to one more than `exact`."""
    found: dict[str, list[tuple[str, int, int]]] = {group: [] for group in groups}
    if not full_text(connection).in_order:
        # There is no way to tell from the first ones how many there are.
        every = keys.cte("hits")
        first = select(every.c.id).limit(most).cte("first_hits")
        number, _ = _grouped(connection, every, first, found, types)
        return Census(number, 0, found)
    number, last = 0, 0
    if groups:
        first = keys.order_by(keys.selected_columns[0]).limit(most).cte("first_hits")
        number, last = _grouped(connection, first, first, found, types)
    if number == most or not groups:
        rest = keys.where(keys.selected_columns[0] > last).order_by(keys.selected_columns[0])
        others = rest.limit(max(0, exact + 1 - number)).subquery()
        more, end = connection.execute(select(func.count(), func.max(others.c.id))).one()
        number, last = number + int(more), int(end or last)
    return Census(number, last, found)


def _grouped(
    connection: Connection, every: CTE, first: CTE, found: dict[str, list[tuple[str, int, int]]], types: TypeSet
) -> tuple[int, int]:
    """Fill the groups from the first hits. Returns how many every hit is, and the highest key of them."""
    parts = [_part("", cast(func.max(every.c.id), Text), func.count(every.c.id))]
    for group in found:
        counted = (by_type(first) if group == TYPED else SELECTS[group](first, types)).subquery()
        parts.append(_part(group, *counted.c))
    rows = connection.execute(union_all(*parts)).all()
    for group, value, second, number in rows[1:]:
        found[group].append((value, second, number))
    return int(rows[0][3]), int(rows[0][1] or 0)


def _part(group: str, value: ColumnElement[object], *numbers: ColumnElement[Any]) -> Select[str, str, int, int]:
    second = numbers[0] if len(numbers) == 2 else literal(0)
    return select(literal(group), cast(value, Text), cast(second, Integer), cast(numbers[-1], Integer))


def _estimate(connection: Connection, census: Census, exact: int) -> int:
    """Return the number of hits; those beyond `exact` are taken to lie as close as the first ones."""
    if not full_text(connection).in_order or census.number <= exact:
        return census.number
    whole = connection.execute(select(func.max(documents.c.id))).scalar_one()
    return max(census.number, round(census.number * int(whole) / max(1, census.last)))
