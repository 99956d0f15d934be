"""Comparisons and logic. `==` with null is null; `===` treats null as a value; `<=>` ignores case."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import DataType, Decimal
from headwater.language.dataflow.functions import kinds, sql
from headwater.language.dataflow.functions.function import Arguments, Builder, Function

_B = types.BOOLEAN


def _boolean(given: tuple[DataType, ...]) -> DataType | None:
    return _B if kinds.common_of(given) is not None else None


def in_common(args: Arguments) -> list[exp.Expr]:
    """Return the values, each cast to the type they have in common where it differs in more than width."""
    common = kinds.common_of(tuple(arg.type for arg in args))
    if isinstance(common, Decimal) and not _has_room(args):
        return [sql.try_cast(arg.sql, common) for arg in args]
    if common is None or all(kinds.is_number(arg.type) for arg in args):
        return [arg.sql for arg in args]
    return [arg.sql if arg.type == types.ANY else sql.converted(arg, common) for arg in args]


def _has_room(args: Arguments) -> bool:
    """Return whether one decimal holds every digit of all; the engine makes no narrower one by itself."""
    sizes = [size for arg in args if (size := kinds.as_decimal(arg.type))]
    whole = max(size.precision - size.scale for size in sizes)
    return whole + max(size.scale for size in sizes) <= kinds.MAX_PRECISION


def _compared(node: type[exp.Binary]) -> Builder:
    return lambda args: sql.binary(node, *in_common(args))


def _equals_ignore_case(args: Arguments) -> exp.Expr:
    return exp.EQ(this=exp.Lower(this=args[0].sql), expression=exp.Lower(this=args[1].sql))


def _between(args: Arguments) -> exp.Expr:
    value, low, high = (sql.paren(part) for part in in_common(args))
    return exp.Between(this=value, low=low, high=high)


def _compare(args: Arguments) -> exp.Expr:
    return compared(*in_common(args))


def compared(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    """Return -1, 0 or 1, or NULL if one is NULL."""
    left, right = sql.paren(one), sql.paren(other)
    return sql.case(
        [
            (exp.LT(this=left.copy(), expression=right.copy()), sql.number(-1)),
            (exp.EQ(this=left.copy(), expression=right.copy()), sql.number(0)),
            (exp.GT(this=left.copy(), expression=right.copy()), sql.number(1)),
        ]
    )


def _logical(node: type[exp.Binary]) -> Builder:
    return lambda args: sql.binary(node, args[0].sql, args[1].sql)


def _not(args: Arguments) -> exp.Expr:
    return exp.Not(this=sql.paren(args[0].sql))


def _xor(args: Arguments) -> exp.Expr:
    return sql.binary(exp.NEQ, args[0].sql, args[1].sql)


def _is_null(args: Arguments) -> exp.Expr:
    return sql.is_null(args[0].sql)


def _is_nan(args: Arguments) -> exp.Expr:
    """Tell whether a value is NaN; null is not, as in Spark."""
    nan = sql.call("isnan", sql.converted(args[0], types.DOUBLE))
    return exp.Coalesce(this=nan, expressions=[exp.false()])


_PAIR = "any, any"

FUNCTIONS: tuple[Function, ...] = (
    Function("and", "boolean, boolean", _B, _logical(exp.And), "True if both are.", "logical"),
    Function("between", "any, any, any", _boolean, _between, "Tells whether a value lies in a range.", "comparison"),
    Function(
        "compare",
        _PAIR,
        lambda given: types.INTEGER if kinds.common_of(given) is not None else None,
        _compare,
        "Below zero, zero or above zero as the first is less, equal or greater.",
        "comparison",
    ),
    Function("equals", _PAIR, _boolean, _compared(exp.EQ), "True if equal, null if one is null.", "comparison"),
    Function("equalsIgnoreCase", "string, string", _B, _equals_ignore_case, "Equal but for case.", "comparison"),
    Function("greater", _PAIR, _boolean, _compared(exp.GT), "True if the first is greater.", "comparison"),
    Function("greaterOrEqual", _PAIR, _boolean, _compared(exp.GTE), "True if the first is not less.", "comparison"),
    Function("isNan", "number", _B, _is_nan, "Tells whether a number is NaN.", "comparison"),
    Function("isNull", "any", _B, _is_null, "Tells whether a value is null.", "comparison"),
    Function("lesser", _PAIR, _boolean, _compared(exp.LT), "True if the first is less.", "comparison"),
    Function("lesserOrEqual", _PAIR, _boolean, _compared(exp.LTE), "True if the first is not greater.", "comparison"),
    Function("not", "boolean", _B, _not, "The opposite.", "logical"),
    Function("notEquals", _PAIR, _boolean, _compared(exp.NEQ), "True if not equal, null if one is null.", "comparison"),
    Function(
        "nullSafeEquals", _PAIR, _boolean, _compared(exp.NullSafeEQ), "The operator ===: nulls are equal.", "comparison"
    ),
    Function("or", "boolean, boolean", _B, _logical(exp.Or), "True if one is.", "logical"),
    Function("xor", "boolean, boolean", _B, _xor, "True if exactly one is.", "logical"),
)
