"""How alike two texts are, in percent: the share of letters that need no edit, whatever their case.

The service documents a threshold from 60 to 100 and no measure. This is the one of the nearest documented product, in
which "Grapes" and "Graes" are alike below 90 percent: 100 · (1 - edits / length of the longer).
"""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.function import Arguments, Function


def similarity(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Return the likeness of two texts as a double from 0 to 100; null if one is null."""
    first, second = exp.Lower(this=left), exp.Lower(this=right)
    longest = exp.Greatest(this=exp.Length(this=first.copy()), expressions=[exp.Length(this=second.copy())])
    share = exp.Div(
        this=sql.cast(edits(first.copy(), second.copy()), types.DOUBLE),
        expression=sql.not_zero(longest),
        typed=False,
        safe=False,
    )
    alike = exp.Mul(
        this=sql.cast(sql.number(100), types.DOUBLE),
        expression=exp.Paren(this=exp.Sub(this=sql.number(1), expression=share)),
    )
    both_empty = sql.case([(sql.is_not_null(exp.DPipe(this=left.copy(), expression=right.copy())), sql.number(100))])
    return exp.Coalesce(this=alike, expressions=[sql.cast(both_empty, types.DOUBLE)])


def edits(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    """Return the edits between two texts; the engine's own function counts bytes, so it gets ASCII only."""
    letters = sql.vectorized("edits", first.copy(), second.copy())
    return sql.case([(_ascii(first, second), exp.Levenshtein(this=first, expression=second))], letters)


def jaro_winkler(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    """Return the likeness from 0 to 1; the engine's own function compares bytes, so it gets ASCII only."""
    letters = sql.vectorized("jaro_winkler", first.copy(), second.copy())
    return sql.case([(_ascii(first, second), sql.call("jaro_winkler_similarity", first, second))], letters)


def _ascii(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    together = exp.Paren(this=sql.binary(exp.DPipe, first.copy(), second.copy()))
    return exp.RegexpLike(this=together, expression=sql.text(r"^[\x00-\x7F]*$"))


def _compare(args: Arguments) -> exp.Expr:
    return exp.GTE(this=similarity(args[0].sql, args[1].sql), expression=sql.paren(args[2].sql))


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "fuzzyCompare",
        "string, string, number",
        types.BOOLEAN,
        _compare,
        "Tells whether two texts are alike by so many percent.",
        "comparison",
    ),
)
