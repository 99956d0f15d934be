r"""Dialects of delimited text that the engine has no words for, turned into plain CSV and back.

Such are rows that end with something else than a line, no quotes but escaped delimiters, and an escape that only counts
before a quote (`"C:\temp"` keeps its backslash). Plain CSV has commas, doubled double quotes and `\n`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

QUOTE = '"'
_SPECIAL = re.compile(r'[",\r\n]')


@dataclass(frozen=True, slots=True)
class Dialect:
    """How fields and rows are told apart. `row` is empty for any end of a line, `quote` and `escape` for none."""

    delimiter: str
    row: str
    quote: str
    escape: str
    quote_all: bool = False

    def decode(self, texts: Iterator[str]) -> Iterator[str]:
        """Yield the same rows as plain CSV."""
        for rows in _Reader(self).read(texts):
            yield "".join(f"{','.join(_plain(field) for field in fields)}\n" for fields in rows)

    def encode(self, texts: Iterator[str]) -> Iterator[str]:
        """Yield rows of plain CSV in the dialect."""
        end = self.row or "\n"
        for rows in _Reader(PLAIN).read(texts):
            yield "".join(self.delimiter.join(_written(field, self) for field in fields) + end for fields in rows)


PLAIN = Dialect(",", "\n", QUOTE, QUOTE)


class _Reader:
    """Takes text in pieces of any size; what may be the beginning of a mark waits for the next piece."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        escape, quote = re.escape(dialect.escape), re.escape(dialect.quote)
        ends = [re.escape(dialect.row)] if dialect.row else ["\r\n", "\n", "\r"]
        marks = sorted((dialect.delimiter, *([dialect.row] if dialect.row else [])), key=len, reverse=True)
        after = "|".join(re.escape(mark) for mark in (*marks, dialect.escape)) if not dialect.quote else ""
        escaped = [f"(?P<escaped>{escape}(?:{after}))"] if dialect.escape and after else []
        wanted = [*escaped, f"(?P<field>{re.escape(dialect.delimiter)})"] if dialect.delimiter else escaped
        self._outside = re.compile("|".join([*wanted, f"(?P<row>{'|'.join(ends)})"]))
        inside = [f"(?P<escaped>{escape}(?:{quote}|{escape}))"] if dialect.escape else []
        self._inside = re.compile("|".join([*inside, f"(?P<quote>{quote})"])) if dialect.quote else None
        self._longest = max(2, len(dialect.delimiter), len(dialect.row), 1 + len(dialect.delimiter))
        self._rest = ""
        self._parts: list[str] = []
        self._quoted = False
        self._was_quoted = False
        self._fields: list[str] = []

    def read(self, texts: Iterator[str]) -> Iterator[list[list[str]]]:
        """Yield the rows that each piece of the text completes."""
        for text in texts:
            yield self._feed(text, last=False)
        rows = self._feed("", last=True)
        if self._parts or self._fields or self._was_quoted or self._rest:
            self._parts.append(self._rest)
            rows.append(self._row())
        yield rows

    def _feed(self, text: str, last: bool) -> list[list[str]]:
        out: list[list[str]] = []
        text = self._rest + text
        here = 0
        limit = len(text) if last else len(text) - self._longest
        while here <= limit and here < len(text):
            step = self._in_quotes(text, here, limit) if self._quoted else self._in_row(text, here, limit, out)
            if step == here:
                break
            here = step
        self._rest = text[here:]
        return out

    def _in_quotes(self, text: str, here: int, limit: int) -> int:
        assert self._inside is not None, "only a dialect with quotes has fields in quotes"
        found = self._inside.search(text, here)
        if found is None or found.start() > limit:
            stop = max(here, min(limit, len(text)))
            self._parts.append(text[here:stop])
            return stop
        self._parts.append(text[here : found.start()])
        if found.lastgroup == "escaped":
            self._parts.append(found[0][len(self._dialect.escape) :])
        else:
            self._quoted = False
        return found.end()

    def _in_row(self, text: str, here: int, limit: int, out: list[list[str]]) -> int:
        quote = self._dialect.quote
        if quote and not self._parts and not self._was_quoted and text.startswith(quote, here):
            self._quoted = self._was_quoted = True
            return here + len(quote)
        found = self._outside.search(text, here)
        if found is None or found.start() > limit:
            stop = max(here, min(limit, len(text)))
            self._parts.append(text[here:stop])
            return stop
        self._parts.append(text[here : found.start()])
        if found.lastgroup == "escaped":
            self._parts.append(found[0][len(self._dialect.escape) :])
        elif found.lastgroup == "field":
            self._field()
        else:
            out.append(self._row())
        return found.end()

    def _field(self) -> None:
        self._fields.append("".join(self._parts))
        self._parts.clear()
        self._was_quoted = False

    def _row(self) -> list[str]:
        self._field()
        row, self._fields = self._fields, []
        return row


def _plain(field: str) -> str:
    return f'"{field.replace(QUOTE, QUOTE * 2)}"' if _SPECIAL.search(field) else field


def _written(field: str, dialect: Dialect) -> str:
    if not dialect.quote:
        return _escaped(field, dialect) if dialect.escape else field
    # Part of a long delimiter at a field's end would make one with what follows, so that each character counts.
    marks = {*dialect.delimiter, *dialect.row, dialect.quote, "\n", "\r"}
    if not dialect.quote_all and marks.isdisjoint(field):
        return field
    inner = field
    if dialect.escape and dialect.escape != dialect.quote:
        inner = inner.replace(dialect.escape, dialect.escape * 2)
    return (
        dialect.quote + inner.replace(dialect.quote, (dialect.escape or dialect.quote) + dialect.quote) + dialect.quote
    )


def _escaped(field: str, dialect: Dialect) -> str:
    for mark in (dialect.escape, dialect.delimiter, dialect.row):
        if mark:
            field = field.replace(mark, dialect.escape + mark)
    return field
