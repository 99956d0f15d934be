"""Full text: how each database keeps the words of an asset, and how it is asked for them.

Both keep them in step inside the transaction of the write: SQLite's index follows `documents` by triggers, PostgreSQL
has a vector as one more column, made here, so that both cut texts into the same words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy import (
    Column,
    Connection,
    Double,
    FromClause,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
)
from sqlalchemy import column as named_column
from sqlalchemy import table as named_table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog.store.matches import Joined, Match, Within, Words, has_choice, sought
from headwater.catalog.store.schema import documents

WORDS = (
    "id",
    "name",
    "words",
    "path",
    "description",
    "labels",
    "columns",
    "classifications",
    "terms",
    "contacts",
    "tags",
)
Document = tuple[int, str, str, str, str, str, str, str, str, str, str]
"""The values of WORDS."""


class FullText(Protocol):
    """How a database keeps and finds words. A statement of hits selects from the table of `key`."""

    @property
    def table(self) -> Table: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def key(self) -> ColumnElement[int]: ...
    @property
    def in_order(self) -> bool:
        """Tell whether hits come in the order of their keys, so that the first ones can be had alone."""
        ...

    def row(self, document: Document) -> tuple[object, ...]:
        """Return the values of `columns`."""
        ...

    def matching(self, match: Match) -> ColumnElement[bool]: ...
    def among(self, keys: Select[int]) -> ColumnElement[bool]:
        """Return the condition that a hit is one of these few, looked at hit by hit."""
        ...

    def traits(self, match: Match) -> Sequence[ColumnElement[Any]]:
        """Return what a hit is ranked by. A statement selects them from the hits, and `rank` is told of that one."""
        # Any: each has its own type.
        ...

    def rank(self, match: Match, hits: FromClause) -> ColumnElement[float]:
        """Return how good a hit is, in ascending order the best one first.

        Whole numbers are words of the query that it has, what lies between is where and how often it has them. It
        depends on the asset and the query alone, so that pages stay as they are while others come and go.
        """
        ...


class Fts5:
    """SQLite: an index beside the table. It reads a match as that is printed."""

    table = documents
    columns = WORDS
    key: ColumnElement[int] = named_table("documents_index", named_column("rowid")).c.rowid
    in_order = True

    def row(self, document: Document) -> tuple[object, ...]:
        return document

    def matching(self, match: Match) -> ColumnElement[bool]:
        return sql("documents_index MATCH :match").bindparams(match=str(match))  # type: ignore[return-value]  # A text is a condition.

    def among(self, keys: Select[int]) -> ColumnElement[bool]:
        # With a plus, or else the index would be asked anew for each of the keys.
        return literal_column("+documents_index.rowid", Integer).in_(keys)

    def traits(self, match: Match) -> Sequence[ColumnElement[Any]]:
        # Not bm25(): it counts every asset that has a word, however few are asked for; with a word that half of a
        # million have, that took longer than all the rest of a search.
        found: list[ColumnElement[Any]] = [literal_column("length(documents_index.name)", Integer).label("name_length")]
        for name in _places(match):
            marked = f"highlight(documents_index, {INDEXED.index(name)}, char(1), '')"
            number = f"length({marked}) - length(documents_index.{name})"
            found.append(literal_column(number, Integer).label(f"number_{name}"))
            if has_choice(match):
                found.append(literal_column(marked, Text).label(f"marked_{name}"))
        return found

    def rank(self, match: Match, hits: FromClause) -> ColumnElement[float]:
        weight: ColumnElement[float] = literal(0.0)
        for name in _places(match):
            weight = weight + hits.c[f"number_{name}"] * literal(IMPORTANCE[name])
        # Every further word tells less than the one before, and one in a short name more than one in a long name.
        strength = weight / (weight + literal(0.3) + hits.c.name_length * literal(0.03))
        return -(self._words_found(match, hits) + strength)

    def _words_found(self, match: Match, hits: FromClause) -> ColumnElement[float]:
        firsts = dict.fromkeys(word for words in sought(match) for word in words.words.casefold().split()[:1])
        if not has_choice(match):
            return literal(float(len(firsts)))
        whole: ColumnElement[str] = literal("")
        for name in _places(match):
            whole = whole.concat(hits.c[f"marked_{name}"])
        found: ColumnElement[float] = literal(0.0)
        for word in firsts:
            found = found + (func.instr(func.lower(whole), literal(chr(1) + word)) > 0)
        return found


def _places(match: Match) -> Sequence[str]:
    """Return the columns in which the words may be found, in the order of the index."""
    if isinstance(match, Within):
        return [name for name in _places(match.match) if name in match.columns.split()]
    asked = [frozenset(words.columns.split()) or frozenset(INDEXED) for words in sought(match)]
    return [name for name in INDEXED if any(name in columns for columns in asked)]


# What a word counts by where it stands, in the order of SQLite's index.
IMPORTANCE: Mapping[str, float] = MappingProxyType(
    {
        "name": 10.0,
        "words": 6.0,
        "path": 2.0,
        "description": 2.0,
        "columns": 3.0,
        "labels": 0.5,
        "classifications": 3.0,
        "terms": 3.0,
        "contacts": 1.0,
        "tags": 3.0,
    }
)
INDEXED = tuple(IMPORTANCE)


class TsVector:
    """PostgreSQL: a column of the table. A word has the weight of where it stands.

    There are fewer weights than columns, so the words of some are kept twice, once with a mark.
    """

    table = Table("documents", MetaData(), *(Column(c.name, c.type) for c in documents.c), Column("search", TSVECTOR))
    columns = (*WORDS, "search")
    key: ColumnElement[int] = documents.c.id
    in_order = False
    search: ColumnElement[object] = literal_column("documents.search", TSVECTOR)

    def row(self, document: Document) -> tuple[object, ...]:
        return (*document, _vector(document))

    def matching(self, match: Match) -> ColumnElement[bool]:
        return self.search.op("@@")(self._asked(match))

    def among(self, keys: Select[int]) -> ColumnElement[bool]:
        return self.key.in_(keys)

    def traits(self, match: Match) -> Sequence[ColumnElement[Any]]:
        weights: ColumnElement[object] = literal_column("CAST('{0.1, 0.2, 0.2, 1.0}' AS REAL[])")
        whole = " ".join(words.words for words in sought(match)).casefold()
        named_so = cast(func.lower(documents.c.name) == whole, Integer)
        weight = func.ts_rank(weights, self.search, self._asked(match)) + named_so
        strength = weight / (weight + 0.3)
        if not has_choice(match):
            return [strength.label("strength")]
        found: ColumnElement[int] = literal(0)
        for words in sought(match):
            found = found + cast(self.search.op("@@")(self._asked(words)), Integer)
        return [strength.label("strength"), found.label("found")]

    def rank(self, match: Match, hits: FromClause) -> ColumnElement[float]:
        found = hits.c.found if has_choice(match) else literal(len(list(sought(match))))
        return -(found + cast(hits.c.strength, Double))

    def _asked(self, match: Match) -> ColumnElement[object]:
        return cast(bindparam(None, _tsquery(match, None), unique=True), TSQUERY)


# Column → weight of its words.
WEIGHTS: Mapping[str, str] = MappingProxyType(
    {
        "classifications": "D",
        "columns": "D",
        "contacts": "D",
        "description": "C",
        "labels": "D",
        "name": "A",
        "path": "B",
        "tags": "D",
        "terms": "D",
        "words": "A",
    }
)
# Columns that can be asked for alone and share a weight with others.
MARKS: Mapping[str, str] = MappingProxyType(
    {
        "classifications": "classification=",
        "contacts": "contact=",
        "labels": "label=",
        "tags": "tag=",
        "terms": "term=",
    }
)
# No word holds such a sign, so nothing has it.
NOTHING = "'='"
MOST = 16_383
"""The last position that PostgreSQL keeps."""
_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> Iterator[str]:
    """Yield the words of a text without case and accents."""
    plain = unicodedata.normalize("NFD", text.casefold())
    yield from _WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))


def _vector(document: Document) -> str:
    """Return the vector as PostgreSQL reads it; between columns is a gap, so that no phrase reaches over it."""
    lexemes: list[str] = []
    at = 0
    for name, text in zip(WORDS[1:], document[1:], strict=True):
        for mark in ("", MARKS[name]) if name in MARKS else ("",):
            for word in folded(str(text)):
                at = min(at + 1, MOST)
                lexemes.append(f"'{mark}{word[:500]}':{at}{WEIGHTS[name]}")
            at = min(at + 1, MOST)
    return " ".join(lexemes)


def _tsquery(match: Match, columns: frozenset[str] | None) -> str:
    if isinstance(match, Within):
        asked = frozenset(match.columns.split())
        return _tsquery(match.match, asked if columns is None else asked & columns)
    if isinstance(match, Joined):
        operator = {"AND": "&", "NOT": "& !", "OR": "|"}[match.operator]
        return f"({_tsquery(match.left, columns)} {operator} {_tsquery(match.right, columns)})"
    asked = frozenset(match.columns.split()) or frozenset(WEIGHTS)
    return _lexemes(match, asked if columns is None else asked & columns)


def _lexemes(match: Words, columns: frozenset[str]) -> str:
    words = list(folded(match.words))
    if not words or not columns:
        return NOTHING
    mark = MARKS.get(min(columns), "") if len(columns) == 1 else ""
    weights = "" if columns == WEIGHTS.keys() else "".join(sorted({WEIGHTS[column] for column in columns}))
    ends = [""] * (len(words) - 1) + ["*" if match.prefix else ""]
    asked = (f"'{mark}{word[:500]}':{end}{weights}" for word, end in zip(words, ends, strict=True))
    return f"({' <-> '.join(asked)})"


DATABASES: Mapping[str, FullText] = MappingProxyType({"postgresql": TsVector(), "sqlite": Fts5()})


def full_text(connection: Connection) -> FullText:
    """Return the full text of this database."""
    return DATABASES[connection.dialect.name]
