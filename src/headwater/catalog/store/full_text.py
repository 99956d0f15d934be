"""Full text: how each database keeps the words of an asset, and how it is asked for them.

Both keep them in step inside the transaction of the write: SQLite's index follows `documents` by triggers, PostgreSQL
has a vector as one more column, made here, so that both cut texts into the same words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Protocol

from sqlalchemy import Column, Connection, MetaData, Table, bindparam, cast, func, literal_column
from sqlalchemy import column as named_column
from sqlalchemy import table as named_table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog.store.matches import Joined, Match, Within, Words
from headwater.catalog.store.schema import documents

WORDS = ("id", "name", "words", "path", "description", "labels", "columns")
Document = tuple[int, str, str, str, str, str, str]
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
    def rank(self, match: Match) -> ColumnElement[float]:
        """Return how good a hit is, in ascending order the best one first."""
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

    def rank(self, match: Match) -> ColumnElement[float]:  # noqa: ARG002 (the index knows what it was asked)
        # One weight a column of the index: name, words, path, description, columns, labels.
        return literal_column("bm25(documents_index, 10.0, 6.0, 2.0, 2.0, 3.0, 0.5)")


class TsVector:
    """PostgreSQL: a column of the table. A word has the weight of where it stands.

    There are fewer weights than columns, so a label's words are kept twice, once with a mark.
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

    def rank(self, match: Match) -> ColumnElement[float]:
        weights: ColumnElement[object] = literal_column("CAST('{0.1, 0.2, 0.2, 1.0}' AS REAL[])")
        return -func.ts_rank(weights, self.search, self._asked(match))

    def _asked(self, match: Match) -> ColumnElement[object]:
        return cast(bindparam(None, _tsquery(match, None), unique=True), TSQUERY)


# Column → weight of its words. Columns of tables and labels share one; only labels can be asked for alone.
WEIGHTS: Mapping[str, str] = MappingProxyType(
    {"columns": "D", "description": "C", "labels": "D", "name": "A", "path": "B", "words": "A"}
)
LABEL = "label="
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
        for mark in ("", LABEL) if name == "labels" else ("",):
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
    mark = LABEL if columns == {"labels"} else ""
    weights = "" if columns == WEIGHTS.keys() else "".join(sorted({WEIGHTS[column] for column in columns}))
    ends = [""] * (len(words) - 1) + ["*" if match.prefix else ""]
    asked = (f"'{mark}{word[:500]}':{end}{weights}" for word, end in zip(words, ends, strict=True))
    return f"({' <-> '.join(asked)})"


DATABASES: Mapping[str, FullText] = MappingProxyType({"postgresql": TsVector(), "sqlite": Fts5()})


def full_text(connection: Connection) -> FullText:
    """Return the full text of this database."""
    return DATABASES[connection.dialect.name]
