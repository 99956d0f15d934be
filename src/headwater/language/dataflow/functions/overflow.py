"""Whole numbers that outgrow their type wrap around, as Java's do; the engine would fail.

The operator works in a wider type, and the low bits of its result are the value: no operand is written twice, so that
long chains stay short.
"""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import DataType
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.scope import Resolved

BITS: dict[DataType, int] = {types.BYTE: 8, types.SHORT: 16, types.INTEGER: 32, types.LONG: 64}


def wrapped(node: type[exp.Binary], left: Resolved, right: Resolved, type_: DataType) -> exp.Expr:
    """Return the sum, difference or product of two whole numbers in `type_`."""
    return low_bits(node(this=wide(left, type_), expression=wide(right, type_)), type_)


def wrapped_abs(value: Resolved) -> exp.Expr:
    """Return a whole number without its sign; the least one of a type has no counterpart, and stays."""
    return low_bits(exp.Abs(this=wide(value, value.type)), value.type)


def low_bits(number: exp.Expr, type_: DataType) -> exp.Expr:
    """Return the lowest bits of a wider whole number as a signed one of `type_`."""
    bits = BITS[type_]
    low = exp.BitwiseAnd(this=sql.paren(number), expression=_constant(2**bits - 1, type_))
    flipped = sql.call("xor", low, _constant(2 ** (bits - 1), type_))
    return sql.cast(exp.Sub(this=flipped, expression=_constant(2 ** (bits - 1), type_)), type_)


def wide(value: Resolved, type_: DataType) -> exp.Expr:
    """Return a whole number in the type in which operations on `type_` do not overflow."""
    return exp.Cast(this=value.sql, to=_wider(type_))


def _wider(type_: DataType) -> exp.DataType:
    return exp.DataType(this=exp.DType.INT128 if type_ == types.LONG else exp.DType.BIGINT)


def _constant(value: int, type_: DataType) -> exp.Expr:
    return exp.Cast(this=sql.number(value), to=_wider(type_))


def saturated(value: exp.Expr, type_: DataType) -> exp.Expr:
    """Return a double or float as whole number: the nearest one of the type, and 0 for NaN, as Java's casts do."""
    kind = types.LONG if type_ == types.LONG else types.INTEGER
    limit = 2 ** (BITS[kind] - 1)
    positive = exp.GT(this=sql.paren(value.copy()), expression=sql.number(0))
    negative = exp.LT(this=sql.paren(value.copy()), expression=sql.number(0))
    # NaN counts as greater than every number.
    outside = sql.case(
        [
            (sql.call("isnan", value.copy()), sql.number(0)),
            (positive, _limit(limit - 1, kind)),
            (negative, _limit(-limit, kind)),
        ]
    )
    inside = sql.try_cast(exp.Trunc(this=value), kind)
    whole = exp.Coalesce(this=inside, expressions=[sql.cast(outside, kind)])
    return whole if kind == type_ else low_bits(sql.cast(whole, types.LONG), type_)


def _limit(value: int, type_: DataType) -> exp.Expr:
    """Return the greatest or least number of a type, read from text: an engine reads the least one's digits wider."""
    return sql.cast(sql.text(str(value)), type_)
