"""The digits of a double as Java writes them, which is how `toString` shows it: 1.0E7 from ten million on."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.string import concatenated


def java_digits(value: exp.Expr) -> exp.Expr:
    """Return the text of a double or float; plain digits from a thousandth up to ten million."""
    size = exp.Abs(this=value)
    in_range = exp.And(
        this=exp.GTE(this=size.copy(), expression=exp.Literal.number("0.001")),
        expression=exp.LT(this=size.copy(), expression=sql.number(10**7)),
    )
    plain = exp.Or(this=exp.EQ(this=size.copy(), expression=sql.number(0)), expression=exp.Paren(this=in_range))
    digits = sql.cast(size, types.STRING)
    negative = exp.LT(this=sql.paren(value.copy()), expression=sql.number(0))
    sign = sql.case([(negative, sql.text("-"))], sql.text(""))
    has_exponent = exp.RegexpLike(this=digits.copy(), expression=sql.text("e"))
    scientific = sql.case([(has_exponent, _from_exponential(digits))], _from_plain(digits.copy(), size.copy()))
    return sql.case(
        [
            (plain, sql.cast(value.copy(), types.STRING)),
            (sql.call("isnan", value.copy()), sql.text("NaN")),
            (sql.call("isfinite", value.copy()), concatenated([sign, scientific])),
            (negative.copy(), sql.text("-Infinity")),
            (sql.is_not_null(value.copy()), sql.text("Infinity")),
        ]
    )


def _from_exponential(digits: exp.Expr) -> exp.Expr:
    """1e+16 becomes 1.0E16, 1.5e-05 becomes 1.5E-5."""
    pointed = _replaced(digits, r"^(\d+)e", r"\1.0e")
    return _replaced(pointed, r"e\+?(-?)0*(\d+)$", r"E\1\2")


def _from_plain(digits: exp.Expr, size: exp.Expr) -> exp.Expr:
    """12345678.9 becomes 1.23456789E7, 0.00012 becomes 1.2E-4."""
    bare = exp.Replace(this=digits, expression=sql.text("."), replacement=sql.text(""))
    significant = _replaced(_replaced(bare, "^0+", ""), "0+$", "")
    rest = exp.Nullif(this=exp.Substring(this=significant, start=sql.number(2)), expression=sql.text(""))
    first = exp.Left(this=significant.copy(), expression=sql.number(1))
    point = exp.StrPosition(this=digits.copy(), substr=sql.text("."))
    zeros = exp.RegexpExtract(this=digits.copy(), expression=sql.text(r"^0\.(0*)"), group=sql.number(1))
    above = exp.Sub(this=point, expression=sql.number(2))
    below = exp.Sub(this=sql.number(-1), expression=exp.Length(this=zeros))
    exponent = sql.case([(exp.GTE(this=size, expression=sql.number(1)), above)], below)
    fraction = exp.Coalesce(this=rest, expressions=[sql.text("0")])
    return concatenated([first, sql.text("."), fraction, sql.text("E"), sql.cast(exponent, types.STRING)])


def _replaced(value: exp.Expr, pattern: str, replacement: str) -> exp.Expr:
    return exp.RegexpReplace(this=value, expression=sql.text(pattern), replacement=sql.text(replacement))
