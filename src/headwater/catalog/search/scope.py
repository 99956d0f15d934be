"""Which assets count, and the statements of their keys."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, select, true
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog.collections import collection_names
from headwater.catalog.search.filters import condition, is_by_type
from headwater.catalog.search.keywords import Found
from headwater.catalog.store.full_text import FullText
from headwater.catalog.store.matches import Match
from headwater.catalog.store.schema import collections as collection_table
from headwater.catalog.store.schema import documents, entities
from headwater.catalog.types import TypeSet


@dataclass(frozen=True, slots=True)
class Scope:
    """Which entities count: filter and permission. `open` if every one does.

    `by_type` if the type and the collection of an entity are enough to tell.
    """

    where: ColumnElement[bool]
    open: bool
    by_type: bool


def scope_of(connection: Connection, filter: object, collections: frozenset[str] | None, types: TypeSet) -> Scope:
    """Return the scope of a filter in these collections (None: all). Raises Invalid for a filter that is none."""
    where = condition(filter, types)
    if collections is not None and collections.issuperset(collection_names(connection).values()):
        collections = None
    if collections is not None:
        allowed = select(collection_table.c.id).where(collection_table.c.name.in_(sorted(collections)))
        where = where & entities.c.collection_id.in_(allowed)
    return Scope(where, open=filter in (None, {}) and collections is None, by_type=is_by_type(filter))


def keys_of(index: FullText, found: Found, scope: Scope) -> Select[int]:
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


def ranked(index: FullText, match: Match, scope: Scope, most: int | None, last: int | None) -> Select[int, float, int]:
    """Return the statement of keys and ranks, best first: of the first `most` hits, of those up to the key `last`.

    Its third column is the highest key of all these.
    """
    query = select(index.key.label("id"), *index.traits(match)).where(index.matching(match)).order_by(index.key)
    if not scope.open:
        query = query.join(entities, entities.c.id == index.key).where(scope.where)
    if last is not None:
        query = query.where(index.key <= last)
    hits = query.limit(most).subquery()
    rank = index.rank(match, hits).label("rank")
    return select(hits.c.id, rank, func.max(hits.c.id).over()).order_by(rank, hits.c.id)
