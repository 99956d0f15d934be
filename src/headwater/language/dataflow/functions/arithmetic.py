"""The operators + - * / % and what they mean for numbers, decimals, texts, dates, durations and arrays.

Decimals follow Spark's rules of precision and scale. Division of whole numbers gives a double. Dividing by zero
gives null. Whole numbers wrap around where they overflow.
"""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array, DataType, Decimal
from headwater.language.dataflow.functions import kinds, sql
from headwater.language.dataflow.functions.function import Arguments, Function
from headwater.language.dataflow.functions.overflow import wide, wrapped
from headwater.language.dataflow.functions.string import concatenated
from headwater.language.dataflow.scope import Resolved

_NARROW = 18
# The precision that a narrow decimal is given for its operations to be wide.
WIDENED = _NARROW + 1
# From the first year of the calendar to the last one, and as far again.
_MOST_DAYS = 2 * 3_652_059
_DAY_MS = 86_400_000
_MS = exp.var("MILLISECOND")


def add_type(given: tuple[DataType, ...]) -> DataType | None:
    left, right = given
    if kinds.is_datetime(right) and not kinds.is_datetime(left):
        left, right = right, left
    if kinds.is_datetime(left):
        return left if kinds.accepts("integral", right) else None
    if types.STRING in given:
        return types.STRING if kinds.accepts("string", left) and kinds.accepts("string", right) else None
    if isinstance(left, Array):
        return kinds.common_type(left, right)
    return _sum_type(left, right)


def minus_type(given: tuple[DataType, ...]) -> DataType | None:
    left, right = given
    if kinds.is_datetime(left) and kinds.is_datetime(right):
        return types.LONG if types.TIMESTAMP in given else types.INTEGER
    if kinds.is_datetime(left):
        return left if kinds.accepts("integral", right) else None
    return _sum_type(left, right)


def _sum_type(left: DataType, right: DataType) -> DataType | None:
    if not (kinds.accepts("number", left) and kinds.accepts("number", right)):
        return None
    common = kinds.common_type(left, right)
    first, second = kinds.as_decimal(left), kinds.as_decimal(right)
    if not isinstance(common, Decimal) or first is None or second is None:
        return common
    scale = max(first.scale, second.scale)
    return kinds.bounded(max(first.precision - first.scale, second.precision - second.scale) + scale + 1, scale)


def multiply_type(given: tuple[DataType, ...]) -> DataType | None:
    if not all(kinds.accepts("number", type_) for type_ in given):
        return None
    common = kinds.common_type(*given)
    left, right = (kinds.as_decimal(type_) for type_ in given)
    if not isinstance(common, Decimal) or left is None or right is None:
        return common
    return kinds.bounded(left.precision + right.precision + 1, left.scale + right.scale)


def divide_type(given: tuple[DataType, ...]) -> DataType | None:
    if not all(kinds.accepts("number", type_) for type_ in given):
        return None
    common = kinds.common_type(*given)
    left, right = (kinds.as_decimal(type_) for type_ in given)
    if not isinstance(common, Decimal) or left is None or right is None:
        return types.DOUBLE
    scale = max(6, left.scale + right.precision + 1)
    return kinds.bounded(left.precision - left.scale + right.scale + scale, scale)


def mod_type(given: tuple[DataType, ...]) -> DataType | None:
    if not all(kinds.accepts("number", type_) for type_ in given):
        return None
    common = kinds.common_type(*given)
    left, right = (kinds.as_decimal(type_) for type_ in given)
    if not isinstance(common, Decimal) or left is None or right is None:
        return common
    scale = max(left.scale, right.scale)
    return kinds.bounded(min(left.precision - left.scale, right.precision - right.scale) + scale, scale)


def _operands(args: Arguments, type_: DataType | None) -> tuple[exp.Expr, exp.Expr]:
    """Return both values, widened to a result type other than decimal, whose operators keep every digit anyway."""
    if isinstance(type_, Decimal):
        # As decimals of their own, whole numbers have room for every digit of the result.
        wide = [(kinds.as_decimal(arg.type), arg) for arg in args]
        left, right = (sql.converted(arg, kind) if kind else arg.sql for kind, arg in wide)
        kind = wide[0][0]
        if kind is not None and type_.precision > _NARROW >= kind.precision:
            # The engine keeps results of two narrow decimals narrow, and fails where they are not.
            left = sql.cast(left, Decimal(WIDENED, kind.scale))
        return left, right
    if type_ is None:
        return args[0].sql, args[1].sql
    left, right = (arg.sql if isinstance(arg.sql, exp.Literal) else sql.converted(arg, type_) for arg in args)
    return left, right


def _types(args: Arguments) -> tuple[DataType, ...]:
    return tuple(arg.type for arg in args)


def _number(node: type[exp.Binary], args: Arguments, type_: DataType | None) -> exp.Expr:
    if type_ is not None and kinds.is_integral(type_):
        return wrapped(node, args[0], args[1], type_)
    if isinstance(type_, Decimal) and not _fits(node, args):
        return in_digits({exp.Add: "+", exp.Mul: "*", exp.Sub: "-"}[node], args, type_)
    value = sql.binary(node, *_operands(args, type_))
    return sql.cast(value, type_) if isinstance(type_, Decimal) else value


def _decimals(args: Arguments) -> tuple[Decimal, Decimal]:
    """Return the decimals that hold two operands; a null takes the type of the other on."""
    left, right = (kinds.as_decimal(arg.type) for arg in args)
    return left or right or Decimal(), right or left or Decimal()


def _fits(node: type[exp.Expr], args: Arguments) -> bool:
    """Return whether the engine's own decimals have room for every result of an operation."""
    left, right = _decimals(args)
    if node is exp.Mul:
        return left.precision + right.precision < kinds.MAX_PRECISION
    whole = max(left.precision - left.scale, right.precision - right.scale)
    return whole + max(left.scale, right.scale) + (node is not exp.Mod) <= kinds.MAX_PRECISION


def in_digits(operator: str, args: Arguments, type_: Decimal) -> exp.Expr:
    """Return the result of an operation on decimals for which no engine's number has room on the way."""
    left, right = (sql.cast(arg.sql, types.STRING) for arg in args)
    how = sql.text(f"{operator} {type_.precision} {type_.scale}")
    return sql.cast(sql.vectorized("decimal_operation", left, right, how), type_)


def _add(args: Arguments) -> exp.Expr:
    left, right = args
    type_ = add_type(_types(args))
    if type_ == types.STRING:
        return concatenated([sql.converted(arg, types.STRING) if arg.type == types.ANY else arg.sql for arg in args])
    if isinstance(type_, Array):
        return sql.call("list_concat", sql.converted(left, type_), sql.converted(right, type_))
    if kinds.is_datetime(right.type):
        left, right = right, left
    if kinds.is_datetime(left.type):
        return shifted(left, right.sql)
    return _number(exp.Add, args, type_)


def _minus(args: Arguments) -> exp.Expr:
    left, right = args
    type_ = minus_type(_types(args))
    if type_ == types.LONG and kinds.is_datetime(left.type):
        moments = [sql.call("epoch_ms", sql.converted(arg, types.TIMESTAMP)) for arg in args]
        return sql.binary(exp.Sub, moments[0], moments[1])
    if left.type == types.DATE and right.type == types.DATE:
        return sql.cast(sql.binary(exp.Sub, left.sql, right.sql), types.INTEGER)
    if kinds.is_datetime(left.type):
        return shifted(left, exp.Neg(this=sql.paren(right.sql)))
    return _number(exp.Sub, args, type_)


def shifted(moment: Resolved, amount: exp.Expr) -> exp.Expr:
    """Return a date moved by days, or a timestamp moved by milliseconds; null where no calendar reaches."""
    most = _MOST_DAYS * (1 if moment.type == types.DATE else _DAY_MS)
    moved = _moved(moment, amount)
    days = sql.constant(Resolved(types.LONG, amount))
    if isinstance(days, int) and abs(days) <= most:
        return moved
    near = exp.Between(this=sql.paren(amount.copy()), low=sql.number(-most), high=sql.number(most))
    return sql.case([(near, moved)])


def _moved(moment: Resolved, amount: exp.Expr) -> exp.Expr:
    if moment.type == types.DATE:
        return sql.cast(exp.DateAdd(this=sql.paren(moment.sql), expression=amount, unit=exp.var("DAY")), types.DATE)
    return exp.TimestampAdd(this=sql.paren(moment.sql), expression=amount, unit=_MS.copy())


def _multiply(args: Arguments) -> exp.Expr:
    return _number(exp.Mul, args, multiply_type(_types(args)))


def _divide(args: Arguments) -> exp.Expr:
    type_ = divide_type(_types(args))
    if isinstance(type_, Decimal):
        left, right = _decimals(args)
        if not _divides(left, right, type_):
            return in_digits("/", args, type_)
        return quotient(args[0].sql, left, args[1].sql, right, type_)
    left_sql, right_sql = (sql.converted(arg, types.DOUBLE) for arg in args)
    return exp.Div(this=sql.paren(left_sql), expression=sql.not_zero(sql.paren(right_sql)), typed=False, safe=False)


def _divides(left: Decimal, right: Decimal, type_: Decimal) -> bool:
    """Return whether both sides of `quotient` and what it makes of them have at most 38 digits."""
    more = max(0, type_.scale - left.scale + right.scale)
    top = left.precision + left.scale + more
    return max(top, right.precision + right.scale, type_.scale + 1) < kinds.MAX_PRECISION


def quotient(dividend: exp.Expr, left: Decimal, divisor: exp.Expr, right: Decimal, type_: Decimal) -> exp.Expr:
    """Return the exact quotient of two decimals, rounded half up to the scale of `type_`.

    Engines divide decimals as doubles, so both sides become whole numbers, which divide exactly.
    """
    top = _unscaled(dividend, left.scale, max(0, type_.scale - left.scale + right.scale))
    bottom = sql.not_zero(_unscaled(divisor, right.scale, 0))
    doubled = exp.Mul(this=exp.Abs(this=top), expression=sql.number(2))
    numerator = exp.Add(this=doubled, expression=exp.Abs(this=bottom))
    denominator = exp.Mul(this=exp.Abs(this=bottom.copy()), expression=sql.number(2))
    size = exp.IntDiv(this=sql.paren(numerator), expression=sql.paren(denominator))
    sign = exp.Mul(this=exp.Sign(this=top.copy()), expression=exp.Sign(this=bottom.copy()))
    whole = sql.cast(exp.Mul(this=sql.paren(size), expression=sql.paren(sign)), Decimal(38, 0))
    unit = sql.cast(sql.text("0." + "0" * (type_.scale - 1) + "1"), Decimal(type_.scale, type_.scale))
    return sql.cast(exp.Mul(this=whole, expression=unit), type_)


def _unscaled(value: exp.Expr, scale: int, more: int) -> exp.Expr:
    """Return a decimal times ten to its scale and `more`, as a 128-bit whole number."""
    factor = sql.cast(sql.number(10 ** (scale + more)), Decimal(38, 0))
    huge = exp.DataType(this=exp.DType.INT128)
    return exp.Cast(this=exp.Mul(this=sql.paren(value), expression=factor), to=huge)


def _mod(args: Arguments) -> exp.Expr:
    type_ = mod_type(_types(args))
    if isinstance(type_, Decimal):
        return sql.cast(_rest(args), type_) if _fits(exp.Mod, args) else in_digits("%", args, type_)
    if type_ is None or not kinds.is_integral(type_) or sql.constant(args[1]) not in (None, 0, -1):
        return _rest(args)
    # The least whole number divided by -1 does not fit its own type, where the engine fails.
    return sql.cast(exp.Mod(this=wide(args[0], type_), expression=sql.not_zero(wide(args[1], type_))), type_)


def _rest(args: Arguments) -> exp.Expr:
    left, right = _operands(args, mod_type(_types(args)))
    return exp.Mod(this=sql.paren(left), expression=sql.not_zero(sql.paren(right)))


def _positive_mod(args: Arguments) -> exp.Expr:
    """Returns the remainder, moved by the divisor once where it is negative, as Spark's pmod."""
    type_ = mod_type(_types(args))
    if isinstance(type_, Decimal) and not _fits(exp.Mod, args):
        return in_digits("pmod", args, type_)
    rest = Resolved(type_ or types.DOUBLE, _mod(args))
    moved = _number(exp.Add, (rest, args[1]), add_type((rest.type, args[1].type)))
    again = _mod((Resolved(add_type((rest.type, args[1].type)) or rest.type, moved), args[1]))
    negative = exp.LT(this=sql.paren(rest.sql.copy()), expression=sql.number(0))
    value = sql.case([(negative, again)], rest.sql.copy())
    return sql.try_cast(value, type_) if isinstance(type_, Decimal) else value


FUNCTIONS: tuple[Function, ...] = (
    Function("add", "any, any", add_type, _add, "Adds numbers, joins texts, moves a date or timestamp.", "math"),
    Function("divide", "number, number", divide_type, _divide, "Divides; null for a divisor of zero.", "math"),
    Function("minus", "any, any", minus_type, _minus, "Subtracts numbers, days, durations or timestamps.", "math"),
    Function("mod", "number, number", mod_type, _mod, "Remainder, with the sign of the dividend.", "math"),
    Function("multiply", "number, number", multiply_type, _multiply, "Multiplies.", "math"),
    Function("pMod", "number, number", mod_type, _positive_mod, "Remainder that is not negative.", "math"),
)
