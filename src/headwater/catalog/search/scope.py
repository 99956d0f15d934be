"""Which assets count, and the statements of their keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import Connection, Select, func, literal, select, true
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import replacement_traverse

from headwater.catalog.collections import collection_names
from headwater.catalog.search.filters import condition, is_by_type, narrows
from headwater.catalog.search.keywords import Found
from headwater.catalog.store.full_text import FullText
from headwater.catalog.store.matches import Match
from headwater.catalog.store.schema import collections as collection_table
from headwater.catalog.store.schema import documents, entities, type_counts
from headwater.catalog.types import TypeSet

Columns = TypeVarTuple("Columns")
Standing = Sequence[tuple[int, int, int]]
"""Keys of type and collection, number of entities, as every write keeps them."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which entities count: filter and permission. `open` if every one does, `wide` if many do.

    `standing` are their numbers, if the type and the collection of an entity are enough to tell.
    """

    where: ColumnElement[bool]
    open: bool
    wide: bool
    standing: Standing | None

    @property
    def is_empty(self) -> bool:
        return not self.open and self.standing is not None and not self.standing


def scope_of(
    connection: Connection, filter: object, collections: frozenset[str] | None, types: TypeSet, *, many: int
) -> Scope:
    """Return the scope of a filter in these collections (None: all). Raises Invalid for a filter that is none.

    It is wide if more than `many` count, or if there is no telling beforehand.
    """
    where = condition(filter, types)
    if collections is not None and collections.issuperset(collection_names(connection).values()):
        collections = None
    if collections is not None:
        allowed = select(collection_table.c.id).where(collection_table.c.name.in_(sorted(collections)))
        where = where & entities.c.collection_id.in_(allowed)
    standing = _standing(connection, where, types) if is_by_type(filter) else None
    if standing is not None:
        wide = sum(number for *_, number in standing) > many
    else:
        wide = not narrows(filter, lambda leaf: _number(connection, condition(leaf, types), many + 1) <= many)
    return Scope(where, open=filter in (None, {}) and collections is None, wide=wide, standing=standing)


def _number(connection: Connection, where: ColumnElement[bool], most: int) -> int:
    """Return how many entities there are, of those that are deleted too, or `most`."""
    found = select(entities.c.id).where(where).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(found)).scalar_one())


def _standing(connection: Connection, where: ColumnElement[bool], types: TypeSet) -> Standing:
    table = type_counts.c
    kept = {entities.c.type_id: table.type_id, entities.c.collection_id: table.collection_id}
    there = replacement_traverse(where, {}, lambda element, **_: kept.get(element))
    parts = [type.id for type in types.entities.values() if type.is_part]
    query = select(table.type_id, table.collection_id, table.entities).where(there, table.type_id.not_in(parts))
    return [(type_id, place, int(number)) for type_id, place, number in connection.execute(query) if number]


def keys_of(index: FullText, found: Found, scope: Scope) -> Select[int]:
    """Return the statement of all hits' keys."""
    if found.inverted:
        query = select(documents.c.id.label("id"))
        if found.match is not None:
            query = query.where(documents.c.id.not_in(select(index.key).where(index.matching(found.match))))
        return query if scope.open else query.where(_counts(documents.c.id, scope))
    if found.match is None:
        return select(documents.c.id.label("id")).where(~true())
    return _within(index, select(index.key.label("id")).where(index.matching(found.match)), scope)


def _within(index: FullText, hits: Select[*Columns], scope: Scope) -> Select[*Columns]:
    """Return those of the hits that count. The index is read first, so that they come in the order of their keys."""
    if scope.open:
        return hits
    if scope.wide:
        return hits.where(_counts(index.key, scope))
    return hits.where(index.among(select(entities.c.id).where(scope.where)))


def _counts(key: ColumnElement[int], scope: Scope) -> ColumnElement[bool]:
    if not scope.wide:
        return key.in_(select(entities.c.id).where(scope.where))
    return select(literal(1)).where(entities.c.id == key, scope.where).correlate_except(entities).exists()


def ranked(index: FullText, match: Match, scope: Scope, most: int | None, last: int | None) -> Select[int, float, int]:
    """Return the statement of keys and ranks, best first: of the first `most` hits, of those up to the key `last`.

    Its third column is the highest key of all these.
    """
    every = select(index.key.label("id"), *index.traits(match)).where(index.matching(match))
    query = _within(index, every, scope).order_by(index.key)
    if last is not None:
        query = query.where(index.key <= last)
    hits = query.limit(most).subquery()
    rank = index.rank(match, hits).label("rank")
    return select(hits.c.id, rank, func.max(hits.c.id).over()).order_by(rank, hits.c.id)
