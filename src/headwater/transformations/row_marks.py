"""What the functions that ask for marks get to see: `isDelete()`, `isMatch()`, `isError()`, `hasError('id')`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from headwater.data.types import BOOLEAN, STRING, Map
from headwater.language.dataflow.scope import Mark, Reference, Resolved
from headwater.transformations.stream import ACTION, ACTIONS, ASSERT, MATCH, Stream, StreamColumn

_Marked = tuple[Stream, StreamColumn]


def row_mark(name: Mark, inputs: Sequence[Stream]) -> Resolved | None:
    """Return what the rows of the inputs carry of a mark, the latest; None if they carry none."""
    marks = [(stream, mark) for stream in inputs for mark in stream.marks]
    if name in ACTIONS:
        return next((_action(marked, name) for marked in marks if marked[1].name == ACTION), None)
    if name == "match":
        return next((_match(marked) for marked in marks if marked[1].name == MATCH), None)
    failing = {mark.name: (stream, mark) for stream, mark in reversed(marks) if mark.name.startswith(ASSERT)}
    if name in ("error", "errors") and failing:
        return _error(list(failing.values())) if name == "error" else _errors(list(failing.values()))
    return None


def _action(marked: _Marked, name: str) -> Resolved:
    said = exp.Coalesce(this=_sql(marked), expressions=[exp.Literal.string("insert")])
    return Resolved(BOOLEAN, exp.EQ(this=said, expression=exp.Literal.string(name)), _references([marked]))


def _match(marked: _Marked) -> Resolved:
    return Resolved(BOOLEAN, exp.Coalesce(this=_sql(marked), expressions=[exp.false()]), _references([marked]))


def _error(failing: list[_Marked]) -> Resolved:
    tests = [exp.not_(exp.Is(this=_sql(marked), expression=exp.null())) for marked in failing]
    return Resolved(BOOLEAN, exp.paren(exp.or_(*tests)), _references(failing))


def _errors(failing: list[_Marked]) -> Resolved:
    """Return the map from the ids of failed assertions to their messages."""
    entries = [
        exp.Struct(
            expressions=[
                exp.PropertyEQ(this=exp.to_identifier("k"), expression=exp.Literal.string(_id(marked))),
                exp.PropertyEQ(this=exp.to_identifier("v"), expression=_sql(marked)),
            ]
        )
        for marked in failing
    ]
    entry = exp.to_identifier("entry")
    said = exp.StructExtract(this=entry, expression=exp.Literal.string("v"))
    failed = exp.Lambda(this=exp.not_(exp.Is(this=said, expression=exp.null())), expressions=[entry.copy()])
    kept = exp.ArrayFilter(this=exp.Array(expressions=entries), expression=failed)
    return Resolved(Map(STRING, STRING), exp.MapFromEntries(this=kept), _references(failing))


def _id(marked: _Marked) -> str:
    return marked[1].name.removeprefix(ASSERT)


def _sql(marked: _Marked) -> exp.Expr:
    stream, mark = marked
    return stream.sql(mark)


def _references(marked: list[_Marked]) -> tuple[Reference, ...]:
    return tuple(Reference(stream.name, mark.id, "DIRECT", "TRANSFORMATION") for stream, mark in marked)
