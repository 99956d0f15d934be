"""Sets of whole numbers as bits: an array of longs, bit n being bit n % 64 of word n / 64."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array
from headwater.language.dataflow.functions import kinds, sql
from headwater.language.dataflow.functions.function import Arguments, Function, Refused

_L = Array(types.LONG)
_WORD = 64


def _longs(args: Arguments, index: int) -> exp.Expr:
    given = args[index].type
    if isinstance(given, Array) and kinds.accepts("integral", given.item):
        return sql.converted(args[index], _L)
    raise Refused("LNG-029", f"A bit set is of whole numbers, not of {given}", "Write [1, 2].", index)


def _to_bit_set(args: Arguments) -> exp.Expr:
    return sql.vectorized("set_bits", sql.cast(exp.Array(expressions=[]), _L), _longs(args, 0))


def _set_bits(args: Arguments) -> exp.Expr:
    return sql.vectorized("set_bits", _longs(args, 0), _longs(args, 1))


def _is_bit_set(args: Arguments) -> exp.Expr:
    """A bit behind the last word is not set."""
    bit = sql.cast(args[1].sql, types.LONG)
    place = sql.binary(exp.Add, exp.IntDiv(this=bit, expression=sql.number(_WORD)), sql.number(1))
    word = sql.call("list_extract", _longs(args, 0), place)
    shift = exp.Mod(this=bit.copy(), expression=sql.number(_WORD))
    shifted = exp.BitwiseRightShift(this=sql.paren(word), expression=exp.Paren(this=shift))
    low = exp.BitwiseAnd(this=exp.Paren(this=shifted), expression=sql.number(1))
    set_ = exp.EQ(this=exp.Paren(this=low), expression=sql.number(1))
    inside = exp.And(
        this=sql.binary(exp.GTE, bit.copy(), sql.number(0)),
        expression=exp.LTE(this=exp.Paren(this=place.copy()), expression=exp.ArraySize(this=args[0].sql.copy())),
    )
    return sql.case([(exp.Paren(this=inside), set_), (sql.is_null(args[0].sql.copy()), exp.Null())], exp.false())


FUNCTIONS: tuple[Function, ...] = (
    Function("isBitSet", "array, integral", types.BOOLEAN, _is_bit_set, "Tells whether a bit is set.", "conversion"),
    Function("setBitSet", "array, array", _L, _set_bits, "A bit set with more bits set.", "conversion"),
    Function("toBitSet", "array", _L, _to_bit_set, "The bit set of an array of whole numbers.", "conversion"),
)
