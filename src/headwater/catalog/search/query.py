"""Runs searches. Ranking reads every hit, so it is done where hits are few enough to be quick.

Where there are more, those that are found in their names come first, ranked; the others follow as they lie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, literal_column, select, true
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog.collections import collection_names
from headwater.catalog.reading import Row, rows_by_id
from headwater.catalog.search.facets import facets_of
from headwater.catalog.search.filters import condition
from headwater.catalog.search.highlights import marked
from headwater.catalog.search.keywords import Found, Query, Term, begins, parse
from headwater.catalog.search.shapes import Hit, SearchRequest, SearchResult
from headwater.catalog.store import Store
from headwater.catalog.store.full_text import FullText, full_text
from headwater.catalog.store.matches import Match, Within
from headwater.catalog.store.schema import collections as collection_table
from headwater.catalog.store.schema import documents, entities
from headwater.catalog.type_definitions import Types
from headwater.catalog.types import TypeSet
from headwater.catalog.writing.documents import columns_of
from headwater.errors import Fault, Invalid, Place

MAX_LIMIT, MAX_OFFSET = 1000, 100_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to how many hits a search does what costs time for each of them."""

    ranked: int = 2_000
    faceted: int = 5_000
    counted: int = 20_000
    """The number of more is told from how far these reach."""


LIMITS = Limits()
NAMES = "name words"
_ORDERS: Mapping[str, ColumnElement[object]] = {
    "createTime": entities.c.created_at,
    "name": entities.c.name,
    "qualifiedName": entities.c.qualified_name,
    "updateTime": entities.c.updated_at,
}


@dataclass(frozen=True, slots=True)
class Page:
    limit: int
    offset: int
    ranked: int
    """Up to so many hits are ranked; of more, those found in their names."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which entities count: filter and permission. `open` if every one does."""

    where: ColumnElement[bool]
    open: bool


class Search:
    """Searches in the collections that the caller may read; the caller says which."""

    def __init__(self, store: Store, types: Types, limits: Limits = LIMITS) -> None:
        self._store = store
        self._types = types
        self._limits = limits

    def query(self, request: SearchRequest, *, collections: frozenset[str] | None = None) -> SearchResult:
        """Search in these collections (None: all). Raises Invalid where the request cannot be read."""
        _check_page(request.limit, request.offset)
        query = parse(request.keywords)
        order = _order(request.orderby)
        with self._store.read() as connection:
            types = self._types.at(connection)
            scope = _scope(connection, request.filter, collections, types)
            ids = _ids(full_text(connection), query.found, scope)
            count = _count(connection, ids, max(self._limits.counted, request.limit + request.offset))
            page = Page(request.limit, request.offset, self._limits.ranked)
            ranked = _page(connection, query, scope, count, page, order)
            facets = facets_of(connection, request.facets, ids, self._limits.faceted, types)
            hits = self._hits(connection, ranked, query.terms, types)
        most = self._limits.ranked if query.found.match or request.facets else self._limits.counted
        approximate = count > most
        return SearchResult(count, approximate, hits, facets)

    def suggest(
        self,
        keywords: str,
        *,
        limit: int = 5,
        filter: object = None,
        collections: frozenset[str] | None = None,
    ) -> tuple[Hit, ...]:
        """Assets that have all the words, the last one as a beginning. Raises Invalid."""
        _check_page(limit, 0)
        query = begins(keywords)
        with self._store.read() as connection:
            types = self._types.at(connection)
            scope = _scope(connection, filter, collections, types)
            count = _first(connection, _ids(full_text(connection), query.found, scope), self._limits.ranked + 1)[0]
            ranked = _page(connection, query, scope, count, Page(limit, 0, self._limits.ranked), None)
            return self._hits(connection, ranked, query.terms, types)

    def autocomplete(
        self, keywords: str, *, limit: int = 25, collections: frozenset[str] | None = None
    ) -> tuple[str, ...]:
        """Words that complete the last keyword, the most frequent first. Raises Invalid."""
        hits = self.suggest(keywords, limit=200, collections=collections)
        beginning = (re.findall(r"[^\W_]+", keywords) or [""])[-1].casefold()
        counts: dict[str, int] = {}
        for hit in hits:
            for word in re.findall(r"[^\W_]+", " ".join((hit.name, hit.description, *hit.columns)).casefold()):
                if word.startswith(beginning):
                    counts[word] = counts.get(word, 0) + 1
        return tuple(sorted(counts, key=lambda word: (-counts[word], word))[:limit])

    def _hits(
        self, connection: Connection, ranked: Sequence[tuple[int, float]], terms: Sequence[Term], types: TypeSet
    ) -> tuple[Hit, ...]:
        rows = rows_by_id(connection, [id for id, _ in ranked])
        names = collection_names(connection)
        columns = columns_of(connection, rows, types) if terms and rows else {}
        return tuple(
            _hit(rows[id], score, terms, columns.get(id, ()), types, names) for id, score in ranked if id in rows
        )


def _check_page(limit: int, offset: int) -> None:
    if not 0 <= limit <= MAX_LIMIT or not 0 <= offset <= MAX_OFFSET:
        cure = f"Use a limit of 0 to {MAX_LIMIT} and an offset of 0 to {MAX_OFFSET}."
        raise Invalid(Fault("CAT-029", f"limit {limit}, offset {offset} is no page", Place(path="limit"), cure))


def _scope(connection: Connection, filter: object, collections: frozenset[str] | None, types: TypeSet) -> Scope:
    where = condition(filter, types)
    if collections is not None and collections.issuperset(collection_names(connection).values()):
        collections = None
    if collections is not None:
        allowed = select(collection_table.c.id).where(collection_table.c.name.in_(sorted(collections)))
        where = where & entities.c.collection_id.in_(allowed)
    return Scope(where, open=filter in (None, {}) and collections is None)


def _order(orderby: Sequence[Mapping[str, str]]) -> list[ColumnElement[object]] | None:
    order: list[ColumnElement[object]] = []
    for item in orderby:
        for field, direction in item.items():
            if field not in _ORDERS or direction.lower() not in {"asc", "desc"}:
                cure = f"Order by {', '.join(sorted(_ORDERS))}, asc or desc."
                raise Invalid(Fault("CAT-029", f"'{field} {direction}' is no order", Place(path="orderby"), cure))
            order.append(_ORDERS[field].desc() if direction.lower() == "desc" else _ORDERS[field].asc())
    return order or None


def _ids(index: FullText, found: Found, scope: Scope) -> Select[int]:
    """Return the statement of all hits' keys."""
    if found.inverted:
        query = select(documents.c.id.label("id"))
        if found.match is not None:
            query = query.where(documents.c.id.not_in(select(index.key).where(index.matching(found.match))))
        key: ColumnElement[int] = documents.c.id
    elif found.match is None:
        return select(documents.c.id.label("id")).where(~true())
    else:
        query = select(index.key.label("id")).where(index.matching(found.match))
        key = index.key
    return query if scope.open else query.join(entities, entities.c.id == key).where(scope.where)


def _first(connection: Connection, ids: Select[int], most: int) -> tuple[int, int]:
    """Return how many hits there are, at most so many, and the key of the last one of these."""
    first = ids.limit(most).subquery()
    number, last = connection.execute(select(func.count(), func.max(first.c.id))).one()
    return int(number), int(last or 0)


def _count(connection: Connection, ids: Select[int], exact: int) -> int:
    """Return the number of hits: counted up to `exact`, more of them taken to lie as close as the first ones."""
    if not full_text(connection).in_order:
        return int(connection.execute(select(func.count()).select_from(ids.subquery())).scalar_one())
    number, last = _first(connection, ids, exact + 1)
    if number <= exact:
        return number
    whole = connection.execute(select(func.max(documents.c.id))).scalar_one()
    return max(number, round(number * int(whole) / max(1, last)))


def _page(
    connection: Connection,
    query: Query,
    scope: Scope,
    count: int,
    page: Page,
    order: list[ColumnElement[object]] | None,
) -> list[tuple[int, float]]:
    """Return (key, score) of the hits of a page, best first."""
    limit, offset = page.limit, page.offset
    if not limit or not count:
        return []
    index = full_text(connection)
    ids = _ids(index, query.found, scope)
    if order is not None:
        hits = ids.subquery()
        chosen = select(entities.c.id).join(hits, hits.c.id == entities.c.id).order_by(*order, entities.c.id)
        return [(id, 1.0) for (id,) in connection.execute(chosen.limit(limit).offset(offset))]
    if query.found.inverted or query.found.match is None:
        newest = ids.order_by(documents.c.id.desc())
        return [(id, 1.0) for (id,) in connection.execute(newest.limit(limit).offset(offset))]
    ranked = _ranked(index, query.found.match, scope)
    if count <= page.ranked:
        best = ranked.order_by(literal_column("rank"), index.key).limit(limit).offset(offset)
        return [(id, -rank) for id, rank in connection.execute(best)]
    named = _ranked_by_name(connection, index, query.found.match, scope, page.ranked)
    found = named[offset : offset + limit]
    if len(found) < limit:
        others = ids.where(index.key.not_in([id for id, _ in named])).order_by(index.key)
        rest = connection.execute(others.limit(limit - len(found)).offset(max(0, offset - len(named))))
        found += [(id, 0.0) for (id,) in rest]
    return found


def _ranked(index: FullText, match: Match, scope: Scope) -> Select[int, float]:
    query = select(index.key.label("id"), index.rank(match).label("rank")).where(index.matching(match))
    return query if scope.open else query.join(entities, entities.c.id == index.key).where(scope.where)


def _ranked_by_name(
    connection: Connection, index: FullText, match: Match, scope: Scope, most: int
) -> list[tuple[int, float]]:
    """Return the hits whose names match, best first; the first that lie there if these too are many."""
    first = _ranked(index, Within(NAMES, match), scope).limit(most).subquery()
    ordered = select(first.c.id, first.c.rank).order_by(first.c.rank, first.c.id).limit(MAX_LIMIT)
    return [(id, -rank) for id, rank in connection.execute(ordered).all()]


def _hit(
    row: Row,
    score: float,
    terms: Sequence[Term],
    columns: Sequence[str],
    types: TypeSet,
    collections: Mapping[int, str],
) -> Hit:
    type = types.entities_by_id[row["type_id"]]
    attributes = row["attributes"]
    description = str(attributes.get("userDescription") or attributes.get("description") or "")
    texts = {"name": row["name"], "qualifiedName": row["qualified_name"], "description": description}
    highlights: dict[str, tuple[str, ...]] = {
        field: (found,) for field, value in texts.items() if (found := marked(value, terms))
    }
    return Hit(
        guid=row["guid"],
        name=row["name"],
        qualified_name=row["qualified_name"],
        type_name=type.name,
        asset_type=(type.service_type,) if type.service_type else (),
        description=description,
        collection=collections[row["collection_id"]],
        updated_at=row["updated_at"],
        score=score,
        highlights=highlights,
        columns=tuple(name for name in columns if marked(name, terms)),
        attributes=attributes,
    )
