"""Surrogate key: a column that counts the rows, in no particular order unless a sort comes before.

It takes the place of a column of its name, as every new column does.
"""

from __future__ import annotations

from sqlglot import exp

from headwater.data.types import LONG
from headwater.transformations.arguments import number
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.relation import all_marks, all_passed, made, output, with_new
from headwater.transformations.source import declared_columns


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    declared = declared_columns(given, given.statement.clause("output"))
    if len(declared) != 1 or declared.columns[0].type != LONG:
        raise given.refuse("LNG-064", "'keyGenerate' makes one long column", cure="Write output(key as long).")
    name = declared.columns[0].name
    start, step = number(given, "startAt"), number(given, "stepValue")
    count = exp.Sub(this=exp.Window(this=exp.RowNumber()), expression=exp.Literal.number(1))
    value = exp.Add(
        this=exp.Mul(this=exp.paren(count), expression=_whole(1 if step is None else step)),
        expression=_whole(1 if start is None else start),
    )
    result = output(
        given.statement.name,
        with_new(all_passed(stream), made(name, LONG, (), value)),
        exp.Select().from_(stream.table(), copy=False),
        is_open=stream.is_open,
        is_repeatable=False,
        marks=all_marks(stream),
    )
    return Outcome(outputs=(result,))


def _whole(value: int) -> exp.Expr:
    return exp.Literal.number(value) if value >= 0 else exp.paren(exp.Neg(this=exp.Literal.number(-value)))


KEY_GENERATE = Transformation(
    verb="keyGenerate",
    compile=_compile,
    options={"startAt": None, "stepValue": None},
    clauses=frozenset({"output"}),
    is_expensive=True,
    keeps_rows=True,
)
