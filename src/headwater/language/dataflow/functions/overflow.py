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
    return low_bits(node(this=_wide(left, type_), expression=_wide(right, type_)), type_)


def wrapped_abs(value: Resolved) -> exp.Expr:
    """Return a whole number without its sign; the least one of a type has no counterpart, and stays."""
    return low_bits(exp.Abs(this=_wide(value, value.type)), value.type)


def low_bits(wide: exp.Expr, type_: DataType) -> exp.Expr:
    """Return the lowest bits of a wider whole number as a signed one of `type_`."""
    bits = BITS[type_]
    low = exp.BitwiseAnd(this=sql.paren(wide), expression=_constant(2**bits - 1, type_))
    flipped = sql.call("xor", low, _constant(2 ** (bits - 1), type_))
    return sql.cast(exp.Sub(this=flipped, expression=_constant(2 ** (bits - 1), type_)), type_)


def _wide(value: Resolved, type_: DataType) -> exp.Expr:
    return exp.Cast(this=value.sql, to=_wider(type_))


def _wider(type_: DataType) -> exp.DataType:
    return exp.DataType(this=exp.DType.INT128 if type_ == types.LONG else exp.DType.BIGINT)


def _constant(value: int, type_: DataType) -> exp.Expr:
    return exp.Cast(this=sql.number(value), to=_wider(type_))
