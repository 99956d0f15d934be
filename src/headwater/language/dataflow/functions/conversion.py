"""Conversions. What does not convert becomes null; nothing fails the run."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array, DataType, Decimal, Map, Struct
from headwater.language.dataflow.functions import kinds, numerals, patterns, sql
from headwater.language.dataflow.functions.digits import java_digits
from headwater.language.dataflow.functions.function import Arguments, Builder, Function, Refused
from headwater.language.dataflow.functions.json_text import json_text
from headwater.language.dataflow.functions.overflow import BITS, low_bits, saturated
from headwater.language.dataflow.functions.parts import converted_parts
from headwater.language.dataflow.functions.string import concatenated
from headwater.language.dataflow.functions.zones import from_zone
from headwater.language.dataflow.scope import Resolved

# A whole number with a fraction that is cut off, as Spark reads it.
_WHOLE = r"^\s*([+-]?\d+)(?:\.\d*)?\s*$"
_NOT_FINITE = r"(?i)^\s*([+-]?(?:nan|inf|infinity))\s*$"
_NUMBER = r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*$"
# Year, then month and day if they are there: the text is read with "-1-1" behind it.
_DATE = r"^(\d{4}-\d{1,2}-\d{1,2})(?:(?:-1){0,2}|[ T].*)$"
_MOMENT = r"^(\d{4}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d{1,9})?)?)?)Z?$"
_OFFSET = r"^\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{1,2}.*[+-]\d{2}(?::?\d{2})?$"
_TRUE, _FALSE = ("t", "true", "y", "yes", "1"), ("f", "false", "n", "no", "0")


def _extracted(value: exp.Expr, pattern: str) -> exp.Expr:
    """Return the first group of a match, or '' without one."""
    return exp.RegexpExtract(this=value, expression=sql.text(pattern), group=sql.number(1))


def convert(value: Resolved, type_: DataType) -> exp.Expr:
    """Return a value as another type, NULL where it does not convert. Raises Refused where the types never do."""
    if value.type == type_:
        return value.sql
    if value.type == types.ANY:
        return sql.cast(value.sql, type_)
    if kinds.is_integral(type_):
        return _to_integral(value, type_)
    if type_ in kinds.FLOATS or isinstance(type_, Decimal):
        return _to_fraction(value, type_)
    simple = {
        types.BOOLEAN: _to_boolean,
        types.DATE: _to_date,
        types.STRING: _to_string,
        types.TIMESTAMP: _to_timestamp,
    }
    if type_ in simple:
        return simple[type_](value)
    if (parts := converted_parts(value, type_, convert)) is not None:
        return parts
    raise _no_conversion(value, type_)


def _no_conversion(value: Resolved, type_: DataType) -> Refused:
    return Refused("LNG-029", f"{value.type} does not convert to {type_}", "Convert it in another way.", 0)


def _to_integral(value: Resolved, type_: DataType) -> exp.Expr:
    if value.type == types.STRING:
        return sql.try_cast(_extracted(value.sql, _WHOLE), type_)
    if value.type == types.BOOLEAN:
        return sql.cast(value.sql, type_)
    if value.type in (types.DATE, types.TIMESTAMP) and type_ == types.LONG:
        return sql.call("epoch_ms", sql.converted(value, types.TIMESTAMP))
    if kinds.is_integral(value.type):
        return _narrowed(value, type_)
    if kinds.is_number(value.type):
        return sql.try_cast(exp.Trunc(this=value.sql), type_)
    raise _no_conversion(value, type_)


def _narrowed(value: Resolved, type_: DataType) -> exp.Expr:
    """Return a whole number in fewer bits, wrapped around as the documentation shows: toByte(0xFF) is -1."""
    if type_ == value.type:
        return value.sql
    if BITS[type_] > BITS[value.type]:
        return sql.cast(value.sql, type_)
    return low_bits(sql.cast(value.sql, types.LONG), type_)


def _to_fraction(value: Resolved, type_: DataType) -> exp.Expr:
    if value.type == types.STRING and isinstance(type_, Decimal):
        return sql.try_cast(_extracted(value.sql, _NUMBER), type_)
    if value.type == types.STRING:
        number = sql.try_cast(_extracted(value.sql, _NUMBER), type_)
        return exp.Coalesce(this=number, expressions=[sql.try_cast(_extracted(value.sql.copy(), _NOT_FINITE), type_)])
    if value.type in kinds.FLOATS and isinstance(type_, Decimal):
        # Through its digits, so that 1.005 is that and not the double below it.
        return sql.try_cast(sql.cast(value.sql, types.STRING), type_)
    if kinds.is_number(value.type) or value.type == types.BOOLEAN:
        return sql.try_cast(value.sql, type_)
    raise _no_conversion(value, type_)


def _to_boolean(value: Resolved) -> exp.Expr:
    if kinds.is_number(value.type):
        return exp.NEQ(this=sql.paren(value.sql), expression=sql.number(0))
    if value.type != types.STRING:
        raise _no_conversion(value, types.BOOLEAN)
    word = exp.Lower(this=exp.Trim(this=value.sql))
    true = exp.In(this=word, expressions=[sql.text(text) for text in _TRUE])
    false = exp.In(this=word.copy(), expressions=[sql.text(text) for text in _FALSE])
    return sql.case([(true, exp.true()), (false, exp.false())])


def _to_date(value: Resolved) -> exp.Expr:
    if value.type == types.TIMESTAMP:
        return sql.cast(value.sql, types.DATE)
    if value.type != types.STRING:
        raise _no_conversion(value, types.DATE)
    padded = concatenated([value.sql, sql.text("-1-1")])
    return sql.try_cast(_extracted(padded, _DATE), types.DATE)


def _to_timestamp(value: Resolved) -> exp.Expr:
    if value.type == types.DATE:
        return sql.cast(value.sql, types.TIMESTAMP)
    if value.type == types.LONG:
        moment = exp.Mul(this=sql.paren(value.sql), expression=sql.number(1000))
        return sql.call("make_timestamp", moment)
    if value.type != types.STRING:
        raise _no_conversion(value, types.TIMESTAMP)
    plain = sql.try_cast(_extracted(value.sql, _MOMENT), types.TIMESTAMP)
    zoned = exp.TryCast(this=value.sql.copy(), to=exp.DataType(this=exp.DType.TIMESTAMPTZ))
    has_offset = exp.RegexpLike(this=value.sql.copy(), expression=sql.text(_OFFSET))
    return sql.case([(has_offset, exp.AtTimeZone(this=zoned, zone=sql.text("UTC")))], plain)


def _to_string(value: Resolved) -> exp.Expr:
    if value.type in kinds.FLOATS:
        return java_digits(value.sql)
    if kinds.KINDS["scalar"](value.type) and value.type != types.BINARY:
        return sql.cast(value.sql, types.STRING)
    if isinstance(value.type, Array | Map | Struct):
        return json_text(value.sql, value.type)
    cure = "Decode it, as in encode and decode, or write it with toBase64."
    raise Refused("LNG-030", f"toString of {value.type} is not supported", cure, 0)


def _formatted(value: Resolved, args: Arguments) -> exp.Expr:
    """Return a date as text, or a text as timestamp, by the Java pattern of the second argument."""
    locale = patterns.locale(args[2], 2) if len(args) > 2 else patterns.ENGLISH
    format_ = patterns.time_format(args[1], 1, locale)
    pattern = sql.text(str(sql.constant(args[1])))
    if kinds.is_datetime(value.type):
        if format_ is not None:
            return exp.TimeToStr(this=value.sql, format=sql.text(format_))
        moment = sql.converted(value, types.TIMESTAMP)
        return sql.vectorized("write_moment", moment, pattern, sql.text(patterns.spoken(locale)))
    if kinds.is_number(value.type):
        value = Resolved(types.STRING, convert(value, types.STRING))
    if value.type in (types.STRING, types.ANY):
        if format_ is not None:
            return sql.call("try_strptime", value.sql, sql.text(format_))
        given = sql.converted(value, types.STRING)
        return sql.vectorized("read_moment", given, pattern, sql.text(patterns.spoken(locale)))
    cure = "Convert without a format."
    raise Refused("LNG-032", f"A format for {value.type} is not supported", cure, 1)


def _by_pattern(args: Arguments, type_: DataType) -> exp.Expr:
    """Return a text as number by the number pattern of the second argument."""
    if args[0].type not in (types.STRING, types.ANY):
        raise Refused("LNG-029", f"A {args[0].type} has no pattern to read", "Leave the pattern out.", 1)
    locale = numerals.locale(args[2], 2) if len(args) > 2 else "en"
    pattern = numerals.number_pattern(args[1], 1, locale)
    if pattern is not None:
        digits = numerals.read_digits(args[0].sql, pattern)
    else:
        given = sql.converted(args[0], types.STRING)
        digits = sql.vectorized("read_number", given, args[1].sql, sql.text(locale))
    return convert(Resolved(types.STRING, digits), type_)


def _number_to(type_: DataType) -> Builder:
    return lambda args: _by_pattern(args, type_) if len(args) > 1 else _cut(args[0], type_)


def _cut(value: Resolved, type_: DataType) -> exp.Expr:
    """Return a number of a wider type as Spark casts it: a double to the nearest, a decimal to its lowest bits.

    `convert` gives null for what does not fit, which is how a check of types sees it.
    """
    if value.nondeterministic:
        # What follows writes a value more than once, and a random one would differ; random ones are small.
        return convert(value, type_)
    if kinds.is_integral(type_) and value.type in kinds.FLOATS:
        return saturated(value.sql, type_)
    if kinds.is_integral(type_) and isinstance(value.type, Decimal):
        whole = exp.Cast(this=exp.Trunc(this=value.sql), to=exp.DataType(this=exp.DType.INT128))
        return _narrowed(Resolved(types.LONG, low_bits(whole, types.LONG)), type_)
    if type_ == types.FLOAT and value.type == types.DOUBLE:
        return _infinite(value.sql)
    return convert(value, type_)


def _infinite(value: exp.Expr) -> exp.Expr:
    """Return a double as float, infinite where it is beyond one."""
    zero = sql.number(0)
    above = exp.GT(this=sql.paren(value.copy()), expression=zero)
    below = exp.LT(this=sql.paren(value.copy()), expression=zero.copy())
    ends = [(side, sql.cast(sql.text(end), types.FLOAT)) for side, end in ((above, "Infinity"), (below, "-Infinity"))]
    return exp.Coalesce(this=sql.try_cast(value, types.FLOAT), expressions=[sql.case(ends)])


def _string(args: Arguments) -> exp.Expr:
    if len(args) == 1:
        return convert(args[0], types.STRING)
    if args[0].type == types.STRING:
        return args[0].sql
    if not kinds.is_number(args[0].type):
        return _formatted(args[0], args)
    locale = numerals.locale(args[2], 2) if len(args) > 2 else "en"
    pattern = numerals.number_pattern(args[1], 1, locale)
    if pattern is not None and numerals.is_plain(args[0], pattern):
        plain = numerals.write_number(args[0], pattern)
        if args[0].type != types.DOUBLE:
            return plain
        # The engine writes other digits of great doubles, and no infinities.
        small = exp.LT(this=exp.Abs(this=args[0].sql.copy()), expression=sql.number(10**15))
        return sql.case([(small, plain)], _written(args, locale))
    return _written(args, locale)


def _written(args: Arguments, locale: str) -> exp.Expr:
    digits, pattern = sql.cast(args[0].sql.copy(), types.STRING), args[1].sql.copy()
    return sql.vectorized("write_number", digits, pattern, sql.text(locale))


def _date(args: Arguments) -> exp.Expr:
    if len(args) == 1:
        return convert(args[0], types.DATE)
    if kinds.is_datetime(args[0].type):
        raise Refused("LNG-029", f"A {args[0].type} has no format to read", "Leave the format out.", 1)
    return sql.cast(_formatted(args[0], args), types.DATE)


def _timestamp(args: Arguments) -> exp.Expr:
    if len(args) == 1:
        return convert(args[0], types.TIMESTAMP)
    if kinds.is_datetime(args[0].type):
        raise Refused("LNG-029", f"A {args[0].type} has no format to read", "Leave the format out.", 1)
    moment = _formatted(args[0], args[:2])
    return from_zone(moment, args, 2) if len(args) > 2 else moment


def decimal_type(args: Arguments) -> DataType:
    """Return the type of `toDecimal(value, precision, scale)`: (10,2) unless it says otherwise."""
    if len(args) == 1:
        return Decimal(10, 2)
    sizes = [sql.constant(arg) for arg in args[1:3]]
    precision, scale = sizes[0], sizes[1] if len(sizes) > 1 else 0
    if not (
        isinstance(precision, int)
        and isinstance(scale, int)
        and 0 <= scale <= precision <= kinds.MAX_PRECISION
        and precision > 0
    ):
        cure = "Write constants: a precision up to 38 and a scale up to the precision."
        raise Refused("LNG-031", "Precision and scale do not make a decimal", cure, 1)
    return Decimal(precision, scale)


def _decimal(args: Arguments) -> exp.Expr:
    if len(args) > 3:
        return _by_pattern((args[0], *args[3:]), decimal_type(args))
    return convert(args[0], decimal_type(args))


def _reads_as(type_: DataType) -> Builder:
    """Tells whether a text converts; by its pattern if there is one."""

    def build(args: Arguments) -> exp.Expr:
        if len(args) == 1:
            return sql.is_not_null(convert(args[0], type_))
        if not kinds.is_datetime(type_):
            return sql.is_not_null(_by_pattern(args, type_))
        return sql.is_not_null(_formatted(args[0], args[:2]))

    return build


def _ascii(args: Arguments) -> exp.Expr:
    return sql.call("ascii", args[0].sql)


def _char(args: Arguments) -> exp.Expr:
    """Codes from 256 on begin anew at 0; a negative one has no character."""
    code = _cut(args[0], types.LONG)
    negative = exp.LT(this=sql.paren(code.copy()), expression=sql.number(0))
    folded = exp.Mod(this=sql.paren(code), expression=sql.number(256))
    return sql.case([(negative, sql.text(""))], exp.Chr(expressions=[sql.cast(folded, types.INTEGER)]))


def _of_number(name: str, type_: DataType) -> Function:
    doc = f"The value as {type_}; null if it does not convert."
    return Function(name, "scalar, [string], [string]", type_, _number_to(type_), doc, "conversion")


def _check(name: str, type_: DataType, parameters: str = "string, [string]") -> Function:
    doc = f"Tells whether a text converts to {type_}."
    return Function(name, parameters, types.BOOLEAN, _reads_as(type_), doc, "conversion")


_DATE_PATTERN = "scalar, [string], [string]"

FUNCTIONS: tuple[Function, ...] = (
    Function("ascii", "string", types.INTEGER, _ascii, "Code of the first character.", "conversion"),
    Function("char", "number", types.STRING, _char, "The character of a code.", "conversion"),
    _check("isBoolean", types.BOOLEAN, "string"),
    _check("isByte", types.BYTE),
    _check("isDate", types.DATE),
    _check("isDecimal", Decimal(38, 18)),
    _check("isDouble", types.DOUBLE),
    _check("isFloat", types.FLOAT),
    _check("isInteger", types.INTEGER),
    _check("isLong", types.LONG),
    _check("isShort", types.SHORT),
    _check("isTimestamp", types.TIMESTAMP, "string, [string], [string]"),
    Function(
        "toBoolean",
        "scalar",
        types.BOOLEAN,
        lambda args: convert(args[0], types.BOOLEAN),
        "The truth value of a word.",
        "conversion",
    ),
    _of_number("toByte", types.BYTE),
    Function(
        "toDate", _DATE_PATTERN, types.DATE, _date, "The value as date; null if it does not convert.", "conversion"
    ),
    Function(
        "toDecimal",
        "scalar, [integral], [integral], [string], [string]",
        Decimal(10, 2),
        _decimal,
        "The value as decimal, (10,2) unless told; null if it does not convert.",
        "conversion",
        result_of_values=decimal_type,
    ),
    _of_number("toDouble", types.DOUBLE),
    _of_number("toFloat", types.FLOAT),
    _of_number("toInteger", types.INTEGER),
    _of_number("toLong", types.LONG),
    _of_number("toShort", types.SHORT),
    Function(
        "toString",
        "any, [string], [string]",
        types.STRING,
        _string,
        "The value as text; a date by a pattern.",
        "conversion",
    ),
    Function(
        "toTimestamp",
        _DATE_PATTERN,
        types.TIMESTAMP,
        _timestamp,
        "The value as timestamp; null if it does not convert.",
        "conversion",
    ),
)
