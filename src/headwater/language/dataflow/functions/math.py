"""Functions of numbers. Outside their domain they give null, as Spark's do where it does not give NaN."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import DataType, Decimal
from headwater.language.dataflow.functions import kinds, sql
from headwater.language.dataflow.functions.function import Arguments, Builder, Function, Refused
from headwater.language.dataflow.functions.overflow import saturated, wrapped, wrapped_abs
from headwater.language.dataflow.functions.vectorized.numbers import ROUNDINGS
from headwater.language.dataflow.scope import Resolved

_HALF_UP = 5


def _double(value: Resolved) -> exp.Expr:
    return sql.converted(value, types.DOUBLE)


def _unary(node: type[exp.Func]) -> Builder:
    return lambda args: node(this=_double(args[0]))


def _same(given: tuple[DataType, ...]) -> DataType | None:
    return given[0] if given[0] != types.ANY else types.DOUBLE


def _abs(args: Arguments) -> exp.Expr:
    if kinds.is_integral(args[0].type):
        return wrapped_abs(args[0])
    return exp.Abs(this=args[0].sql)


def _negate(args: Arguments) -> exp.Expr:
    if sql.constant(args[0]) is None and kinds.is_integral(args[0].type):
        return wrapped(exp.Sub, Resolved(args[0].type, sql.number(0)), args[0], args[0].type)
    return exp.Neg(this=sql.paren(args[0].sql))


def _inverse(node: type[exp.Func]) -> Builder:
    """Arc sine and arc cosine are defined from -1 to 1; elsewhere they are no number."""

    def build(args: Arguments) -> exp.Expr:
        value = _double(args[0])
        inside = exp.LTE(this=exp.Abs(this=value.copy()), expression=sql.number(1))
        return _defined(inside, node(this=value), value)

    return build


def _defined(inside: exp.Expr, value: exp.Expr, argument: exp.Expr) -> exp.Expr:
    """Return a value where its function is defined, NaN elsewhere, null for null."""
    nan = sql.cast(sql.text("NaN"), types.DOUBLE)
    return sql.case([(inside, value), (sql.is_not_null(argument.copy()), nan)])


def _atan2(args: Arguments) -> exp.Expr:
    return exp.Atan2(this=_double(args[0]), expression=_double(args[1]))


def _whole_type(given: tuple[DataType, ...]) -> DataType | None:
    type_ = given[0]
    if isinstance(type_, Decimal):
        return kinds.bounded(type_.precision - type_.scale + 1, 0)
    return type_ if kinds.is_integral(type_) else types.LONG


def _whole(node: type[exp.Func]) -> Builder:
    def build(args: Arguments) -> exp.Expr:
        type_ = _whole_type((args[0].type,))
        if kinds.is_integral(args[0].type):
            return args[0].sql
        if args[0].type in kinds.FLOATS and not args[0].nondeterministic:
            return saturated(_double(Resolved(args[0].type, node(this=args[0].sql))), types.LONG)
        return sql.cast(node(this=args[0].sql), type_ or types.LONG)

    return build


def _factorial(args: Arguments) -> exp.Expr:
    value = _double(args[0])
    inside = exp.Between(this=sql.paren(value.copy()), low=sql.number(0), high=sql.number(20))
    whole = sql.converted(args[0], types.INTEGER)
    return sql.case([(inside, sql.cast(sql.call("factorial", whole), types.LONG))])


def _positive(value: exp.Expr, result: exp.Expr) -> exp.Expr:
    return sql.case([(exp.GT(this=sql.paren(value), expression=sql.number(0)), result)])


def _log(args: Arguments) -> exp.Expr:
    value = _double(args[0])
    natural = _positive(value.copy(), exp.Ln(this=value))
    if len(args) == 1:
        return natural
    base = _double(args[1])
    bottom = sql.not_zero(_positive(base.copy(), exp.Ln(this=base)))
    return exp.Div(this=sql.paren(natural), expression=bottom, typed=False, safe=False)


def _log10(args: Arguments) -> exp.Expr:
    value = _double(args[0])
    return _positive(value.copy(), exp.Log(this=sql.number(10), expression=value))


def _power(args: Arguments) -> exp.Expr:
    return exp.Pow(this=_double(args[0]), expression=_double(args[1]))


def _sqrt(args: Arguments) -> exp.Expr:
    value = _double(args[0])
    inside = exp.GTE(this=sql.paren(value.copy()), expression=sql.number(0))
    return _defined(inside, exp.Sqrt(this=value), value)


def _round(args: Arguments) -> exp.Expr:
    """Rounds the digits that are shown, half away from zero, so that 1.005 becomes 1.01 as in Java."""
    if len(args) > 2 and sql.constant(args[2]) != _HALF_UP:
        return _round_by_option(args)
    places = sql.constant(args[1]) if len(args) > 1 else 0
    if not isinstance(places, int) or not _keeps_room(args[0].type, places):
        return _in_digits(args[0], args[1], sql.number(_HALF_UP))
    scale = sql.number(places)
    value = args[0].sql
    if kinds.is_integral(args[0].type):
        # In a wider type, as the nearest ten of the greatest number is beyond it.
        return sql.cast(exp.Round(this=sql.cast(value, Decimal(38, 0)), decimals=scale), types.DOUBLE)
    if isinstance(args[0].type, Decimal):
        return sql.cast(exp.Round(this=value, decimals=scale), types.DOUBLE)
    shown = sql.try_cast(sql.cast(value, types.STRING), Decimal(38, 18))
    exact = sql.cast(exp.Round(this=shown, decimals=scale), types.DOUBLE)
    return exp.Coalesce(this=exact, expressions=[exp.Round(this=_double(args[0]).copy(), decimals=scale.copy())])


def _round_by_option(args: Arguments) -> exp.Expr:
    """Options from 1 are up, down, ceiling, floor, half up, half down, half even and not at all, as in Java."""
    option = sql.constant(args[2])
    if option is not None and option not in ROUNDINGS:
        raise Refused("LNG-031", f"There is no rounding option {option}", "Write a number from 1 to 8.", 2)
    return _in_digits(args[0], args[1], args[2].sql)


def _keeps_room(type_: DataType, places: int) -> bool:
    """Return whether the engine rounds to a number of digits: tens that are next to 38 digits may have 39."""
    if isinstance(type_, Decimal) and places < 0 and type_.precision - type_.scale == kinds.MAX_PRECISION:
        return False
    return abs(places) <= kinds.MAX_PRECISION


def _in_digits(value: Resolved, places: Resolved, mode: exp.Expr) -> exp.Expr:
    digits = sql.cast(value.sql, types.STRING)
    return sql.vectorized("round_digits", digits, sql.cast(places.sql, types.LONG), sql.cast(mode, types.LONG))


def _bitwise(node: type[exp.Binary]) -> Builder:
    return lambda args: sql.binary(node, args[0].sql, args[1].sql)


def _bitwise_xor(args: Arguments) -> exp.Expr:
    if args[0].type == types.BOOLEAN:
        return sql.binary(exp.NEQ, args[0].sql, args[1].sql)
    return exp.BitwiseXor(this=args[0].sql, expression=args[1].sql)


def _xor_type(given: tuple[DataType, ...]) -> DataType | None:
    if types.BOOLEAN in given:
        return types.BOOLEAN if all(kinds.accepts("boolean", type_) for type_ in given) else None
    return _bits_type(given)


def _bits_type(given: tuple[DataType, ...]) -> DataType | None:
    return kinds.common_type(*given) if all(kinds.accepts("integral", type_) for type_ in given) else None


def _bitwise_not(args: Arguments) -> exp.Expr:
    return exp.BitwiseNot(this=sql.paren(args[0].sql))


_D = types.DOUBLE

FUNCTIONS: tuple[Function, ...] = (
    Function("abs", "number", _same, _abs, "Absolute value.", "math"),
    Function("acos", "number", _D, _inverse(exp.Acos), "Arc cosine.", "math"),
    Function("asin", "number", _D, _inverse(exp.Asin), "Arc sine.", "math"),
    Function("atan", "number", _D, _unary(exp.Atan), "Arc tangent.", "math"),
    Function("atan2", "number, number", _D, _atan2, "Angle of a point to the x axis.", "math"),
    Function("bitwiseAnd", "integral, integral", _bits_type, _bitwise(exp.BitwiseAnd), "Bitwise and.", "math"),
    Function("bitwiseNot", "integral", _same, _bitwise_not, "Bitwise complement; the operator ~.", "math"),
    Function("bitwiseOr", "integral, integral", _bits_type, _bitwise(exp.BitwiseOr), "Bitwise or.", "math"),
    Function("bitwiseXor", "any, any", _xor_type, _bitwise_xor, "Bitwise or logical exclusive or.", "math"),
    Function("cbrt", "number", _D, _unary(exp.Cbrt), "Cube root.", "math"),
    Function("ceil", "number", _whole_type, _whole(exp.Ceil), "The least whole number that is not less.", "math"),
    Function("cos", "number", _D, _unary(exp.Cos), "Cosine.", "math"),
    Function("cosh", "number", _D, _unary(exp.Cosh), "Hyperbolic cosine.", "math"),
    Function("degrees", "number", _D, _unary(exp.Degrees), "Radians to degrees.", "math"),
    Function("factorial", "number", types.LONG, _factorial, "Factorial, null outside 0 to 20.", "math"),
    Function("floor", "number", _whole_type, _whole(exp.Floor), "The greatest whole number that is not more.", "math"),
    Function("log", "number, [number]", _D, _log, "Logarithm, natural unless a base is given.", "math"),
    Function("log10", "number", _D, _log10, "Logarithm to the base 10.", "math"),
    Function("negate", "number", _same, _negate, "The number with the other sign.", "math"),
    Function("power", "number, number", _D, _power, "Raises a number to a power.", "math"),
    Function("radians", "number", _D, _unary(exp.Radians), "Degrees to radians.", "math"),
    Function("round", "number, [integral], [integral]", _D, _round, "Rounds half up to a number of digits.", "math"),
    Function("sin", "number", _D, _unary(exp.Sin), "Sine.", "math"),
    Function("sinh", "number", _D, _unary(exp.Sinh), "Hyperbolic sine.", "math"),
    Function("sqrt", "number", _D, _sqrt, "Square root, null for a negative number.", "math"),
    Function("tan", "number", _D, _unary(exp.Tan), "Tangent.", "math"),
    Function("tanh", "number", _D, _unary(exp.Tanh), "Hyperbolic tangent.", "math"),
)
