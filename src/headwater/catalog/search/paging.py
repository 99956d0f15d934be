"""Pages of a search, each of which goes on where the one before ended, whatever was written in between.

A token holds the place of the last hit: the values that it is ordered by, and its key. What is added later has a
higher key, so that no page repeats or misses what was there at the first one. Offsets are served too, and shift.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Select, Text, and_, false, or_, select
from sqlalchemy.sql.elements import ColumnElement

from headwater import typed
from headwater.catalog.search.keywords import Query
from headwater.catalog.search.scope import Scope, keys_of, ranked
from headwater.catalog.search.shapes import SearchRequest
from headwater.catalog.store.full_text import full_text
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.matches import Match, Within
from headwater.catalog.store.schema import documents, entities
from headwater.errors import Fault, Invalid, Place

NAMES = "name words"
HIGHEST = 2**62
"""Above all keys and times."""
Way = Literal["named", "newest", "ordered", "ranked"]
Orders = Sequence[tuple[ColumnElement[object], bool]]
"""Columns to order by, and whether downwards."""
Ranked = list[tuple[int, float]]
"""Keys and scores, best first."""


class Cursor(msgspec.Struct, frozen=True):
    """Where a page ended. `keys` are the values of its last hit's place; `last` is the highest key that was ranked."""

    search: str
    way: Way
    keys: tuple[int | float | str, ...]
    last: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Which hits are asked for: so many, after the cursor or else from the offset on."""

    limit: int
    offset: int
    after: Cursor | None
    search: str
    """What the cursors of this search are signed with."""

    def cut(self, found: Ranked) -> tuple[Ranked, bool]:
        """Return the hits of the page and whether there are more, from what begins where the page does."""
        return found[: self.limit], len(found) > self.limit


def page_of(request: SearchRequest) -> Page:
    """Return the page that is asked for. Raises Invalid for a token that is none, or of another search."""
    asked = (request.keywords, request.filter, request.orderby, request.asset_types)
    search = hashlib.sha256(msgspec.json.encode(asked, order="sorted")).hexdigest()[:16]
    return Page(request.limit, request.offset, _cursor(request.after, search), search)


def token(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode()


def _cursor(text: str | None, search: str) -> Cursor | None:
    if not text:
        return None
    try:
        cursor = typed.decode(base64.b64decode(text, altchars=b"-_", validate=True), Cursor)
    except (binascii.Error, ValueError, RecursionError, msgspec.DecodeError) as error:
        raise _refused("is none of ours") from error
    if cursor.search != search:
        raise _refused("is of another search")
    if not _fits(cursor.last, int):
        raise _refused("is none of ours")
    return cursor


def _refused(why: str) -> Invalid:
    cure = "Send the last page's token with the same keywords, filter and order."
    return Invalid(Fault("CAT-029", f"The continuation token {why}", Place(path="continuationToken"), cure))


def ordered(
    connection: Connection, query: Query, scope: Scope, page: Page, orders: Orders
) -> tuple[Ranked, Cursor | None]:
    """Return a page in the order of columns."""
    hits = keys_of(full_text(connection), query.found, scope).subquery()
    columns = [column for column, _ in orders]
    chosen = select(entities.c.id, *columns).join(hits, hits.c.id == entities.c.id)
    if page.after is not None:
        _expect(page.after, "ordered", *(str if isinstance(column.type, Text) else int for column in columns), int)
        chosen = chosen.where(_behind([*orders, (entities.c.id, False)], page.after.keys))
    sorting = (column.desc() if down else column.asc() for column, down in orders)
    chosen = chosen.order_by(*sorting, entities.c.id)
    rows = connection.execute(_cut(chosen, page)).all()
    kept = rows[: page.limit]
    more = len(rows) > page.limit and kept
    cursor = Cursor(page.search, "ordered", (*kept[-1][1:], kept[-1][0])) if more else None
    return [(row[0], 1.0) for row in kept], cursor


def _behind(orders: Orders, keys: Sequence[int | float | str]) -> ColumnElement[bool]:
    """Return the condition of what comes after these values."""
    found: ColumnElement[bool] = false()
    for number, ((column, down), key) in enumerate(zip(orders, keys, strict=True)):
        same = (before == value for (before, _), value in zip(orders[:number], keys[:number], strict=True))
        found = or_(found, and_(*same, column < key if down else column > key))
    return found


def newest(connection: Connection, query: Query, scope: Scope, page: Page) -> tuple[Ranked, Cursor | None]:
    """Return a page of what no word was asked of: the last made first."""
    ids = keys_of(full_text(connection), query.found, scope).order_by(documents.c.id.desc())
    if page.after is not None:
        _expect(page.after, "newest", int)
        ids = ids.where(documents.c.id < page.after.keys[0])
    found, more = page.cut([(id, 1.0) for (id,) in connection.execute(_cut(ids, page))])
    return found, Cursor(page.search, "newest", (found[-1][0],)) if more and found else None


def best(
    connection: Connection, query: Query, match: Match, scope: Scope, page: Page, *, few: bool, most: int
) -> tuple[Ranked, Cursor | None]:
    """Return a page of what was asked by words: best first, if there are few; of many, the first `most` are ranked.

    Those are what is found in their names; the others follow as they lie.
    """
    if page.after is not None:
        way, last = page.after.way, page.after.last
        if way not in {"named", "ranked"}:
            raise _refused("is of another search")
    else:
        way, last = "ranked" if few else "named", None
    within = match if way == "ranked" else Within(NAMES, match)
    statement = ranked(full_text(connection), within, scope, most if last is None else None, last)
    # From the start on, so many are enough to tell the page and whether there are more; fewer are all that there are.
    enough = page.offset + page.limit + 1 if page.after is None else None
    rows = connection.execute(statement.limit(enough)).all()
    found = [(id, -rank) for id, rank, _ in rows]
    last = (rows[0][2] if rows else 0) if last is None else last
    if way == "ranked":
        return _from_ranked(found, page, last)
    return _from_named(connection, query, scope, found, page, last)


def _from_ranked(found: Ranked, page: Page, last: int) -> tuple[Ranked, Cursor | None]:
    start = page.offset
    if page.after is not None:
        _expect(page.after, "ranked", float, int)
        start = _place(found, page.after.keys)
    hits, more = page.cut(found[start:])
    return hits, _after_ranked(page, "ranked", hits[-1], last) if more and hits else None


def _from_named(
    connection: Connection, query: Query, scope: Scope, found: Ranked, page: Page, last: int
) -> tuple[Ranked, Cursor | None]:
    start, skipped, lowest = page.offset, max(0, page.offset - len(found)), 0
    if page.after is not None and len(page.after.keys) == 2:
        _expect(page.after, "named", float, int)
        start, skipped = _place(found, page.after.keys), 0
    elif page.after is not None:
        _expect(page.after, "named", int)
        start, skipped, lowest = len(found), 0, int(page.after.keys[0])
    hits = found[start : start + page.limit + 1]
    others: Ranked = []
    if len(hits) <= page.limit:
        index, named = full_text(connection), listed()
        ids = keys_of(index, query.found, scope).where(index.key > lowest)
        ids = ids.where(index.key.not_in(select(integer(named)))).order_by(index.key)
        wanted = ids.limit(page.limit - len(hits) + 1).offset(skipped)
        others = [(id, 0.0) for (id,) in connection.execute(wanted, {"wanted": packed(id for id, _ in found)})]
    kept, more = page.cut([*hits, *others])
    if not more or not kept:
        return kept, None
    if len(kept) <= len(hits):
        return kept, _after_ranked(page, "named", kept[-1], last)
    return kept, Cursor(page.search, "named", (kept[-1][0],), last)


def _after_ranked(page: Page, way: Way, hit: tuple[int, float], last: int) -> Cursor:
    return Cursor(page.search, way, (-hit[1], hit[0]), last)


def _place(found: Ranked, keys: Sequence[int | float | str]) -> int:
    """Return how many of the hits come up to the place of these keys."""
    rank, id = float(keys[0]), int(keys[1])
    return sum((-score, key) <= (rank, id) for key, score in found)


def _expect(cursor: Cursor, way: Way, *kinds: type[int | float | str]) -> None:
    """Raise Invalid for a token whose keys are not of these kinds: anybody can make one up."""
    if cursor.way != way or len(cursor.keys) != len(kinds):
        raise _refused("is of another search")
    if not all(_fits(key, kind) for key, kind in zip(cursor.keys, kinds, strict=True)):
        raise _refused("is none of ours")


def _fits(key: float | str, kind: type[int | float | str]) -> bool:
    if isinstance(key, str):
        return kind is str and "\0" not in key
    return kind is float or (kind is int and isinstance(key, int) and 0 <= key < HIGHEST)


def _cut(statement: Select[*tuple[Any, ...]], page: Page) -> Select[*tuple[Any, ...]]:
    """Ask for one more than the page has, to see whether there are more."""
    # Any: the columns of the statement, whichever they are.
    return statement.limit(page.limit + 1).offset(0 if page.after else page.offset)
