"""Marks: what transformations leave on a row beside its columns, for the sink and for functions such as `isError()`.

A mark is a column that no name reaches. It passes through what keeps rows as they are, and ends where rows are made
anew (an aggregate, a pivot).

    row action      alterRow: insert, update, upsert or delete
    row match       lookup: whether there was a match
    assert <id>     assert: the message of a row that fails it, else null
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.data.types import BOOLEAN, STRING
from headwater.transformations.protocol import OutputColumn
from headwater.transformations.relation import made
from headwater.transformations.scope import Found
from headwater.transformations.stream import ACTION, ASSERT, MATCH, Stream


def action_mark(value: exp.Expr, origins: Iterable[Origin]) -> OutputColumn:
    """Return the mark that says what a sink does with the row."""
    return made(ACTION, STRING, origins, value)


def match_mark(value: exp.Expr, origins: Iterable[Origin]) -> OutputColumn:
    """Return the mark that says whether a lookup found a row."""
    return made(MATCH, BOOLEAN, origins, value)


def assert_mark(id_: str, failed: exp.Expr, message: exp.Expr, origins: Iterable[Origin]) -> OutputColumn:
    """Return the mark of an assertion; `message` is never null."""
    value = exp.Case(ifs=[exp.If(this=failed, true=message)])
    return made(ASSERT + id_, STRING, origins, value)


def action_of(stream: Stream) -> Found | None:
    """Return the latest action of the rows, if they carry one; null then stands for an insert."""
    return next((Found(stream, mark) for mark in stream.marks if mark.name == ACTION), None)


def asserts_of(stream: Stream) -> dict[str, Found]:
    """Return what the rows carry of assertions by id."""
    return {
        mark.name.removeprefix(ASSERT): Found(stream, mark)
        for mark in reversed(stream.marks)
        if mark.name.startswith(ASSERT)
    }
