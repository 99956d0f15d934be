"""Turning a value of one type into another, as Copy does: which pairs there are, and the SQL that does it.

Every conversion comes strict, which fails at a value that does not fit, and lenient, which gives null instead. They
agree on every other value, so that the lenient one finds what the strict one failed at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from headwater.connectors.sql_types import engine_type
from headwater.data.types import (
    ANY,
    BINARY,
    BOOLEAN,
    BYTE,
    DATE,
    DOUBLE,
    FLOAT,
    INTEGER,
    LONG,
    SHORT,
    STRING,
    TIME,
    TIMESTAMP,
    Array,
    DataType,
    Decimal,
    Map,
    Struct,
)
from headwater.run.copy.date_formats import engine_format
from headwater.run.copy.options import Conversions

_FAMILIES: Mapping[DataType, str] = {
    ANY: "text",
    BINARY: "bytes",
    BOOLEAN: "boolean",
    BYTE: "whole",
    DATE: "moment",
    DOUBLE: "real",
    FLOAT: "real",
    INTEGER: "whole",
    LONG: "whole",
    SHORT: "whole",
    STRING: "text",
    TIME: "time",
    TIMESTAMP: "moment",
}

_NUMBERS = frozenset({"boolean", "decimal", "real", "text", "whole"})

ALLOWED: Mapping[str, frozenset[str]] = {
    "boolean": _NUMBERS,
    "bytes": frozenset({"bytes", "text"}),
    "complex": frozenset({"text"}),
    "decimal": _NUMBERS,
    "moment": frozenset({"moment", "text"}),
    "real": _NUMBERS,
    "text": frozenset({"boolean", "bytes", "decimal", "moment", "real", "text", "time", "whole"}),
    "time": frozenset({"text", "time"}),
    "whole": _NUMBERS,
}


@dataclass(frozen=True, slots=True)
class Converted:
    """A value in another type; `lenient` is null exactly where `strict` fails or gives null."""

    strict: exp.Expr
    lenient: exp.Expr


def convert(
    value: Converted, found: DataType, wanted: DataType, rules: Conversions, format_: str | None
) -> Converted | None:
    """Return the value as `wanted`, or None if Copy has no such conversion. `format_` is .NET's, for dates."""
    if found == wanted or {found, wanted} == {ANY, STRING}:
        return value
    pair = (family(found), family(wanted))
    if pair[1] not in ALLOWED[pair[0]]:
        return None
    how = _CONVERSIONS.get(pair, _cast)
    request = _Request(wanted, rules, format_ or rules.date_time_format)
    return Converted(how(value.strict, request, False), how(value.lenient, request, True))


def family(type_: DataType) -> str:
    """Return the row of the conversion matrix that a type belongs to."""
    if isinstance(type_, Array | Map | Struct):
        return "complex"
    return "decimal" if isinstance(type_, Decimal) else _FAMILIES[type_]


def as_text(value: exp.Expr, type_: DataType) -> exp.Expr:
    """Return how a value is written into a text file, where that is not how the engine writes it."""
    if type_ == BOOLEAN:
        return _boolean_text(value)
    return _json(value) if family(type_) == "complex" else value


@dataclass(frozen=True, slots=True)
class _Request:
    wanted: DataType
    rules: Conversions
    format: str | None


def _cast_to(value: exp.Expr, type_: exp.DataType, lenient: bool) -> exp.Expr:
    return exp.TryCast(this=value.copy(), to=type_) if lenient else exp.Cast(this=value.copy(), to=type_)


def _cast(value: exp.Expr, request: _Request, lenient: bool) -> exp.Expr:
    return _cast_to(value, engine_type(request.wanted), lenient)


def _unless(condition: exp.Expr, why: str, otherwise: exp.Expr, lenient: bool) -> exp.Expr:
    refused = exp.null() if lenient else exp.Anonymous(this="error", expressions=[exp.Literal.string(why)])
    return exp.Case(ifs=[exp.If(this=condition, true=refused)], default=otherwise)


def _whole_from_text(value: exp.Expr, request: _Request, lenient: bool) -> exp.Expr:
    # The engine would round "12.5" to 13; the original refuses it. So text with a point is made text that fails.
    fraction = exp.Anonymous(this="contains", expressions=[value.copy(), exp.Literal.string(".")])
    whole = exp.Case(ifs=[exp.If(this=fraction, true=exp.Literal.string("fraction"))], default=value.copy())
    return _cast_to(whole, engine_type(request.wanted), lenient)


def _whole_from_fraction(value: exp.Expr, request: _Request, lenient: bool) -> exp.Expr:
    cut = exp.Anonymous(this="trunc", expressions=[value.copy()])
    whole = _cast_to(cut, engine_type(request.wanted), lenient)
    if request.rules.allow_truncation:
        return whole
    return _unless(value.copy().neq(cut.copy()), "truncated", whole, lenient)


def _moment_from_text(value: exp.Expr, request: _Request, lenient: bool) -> exp.Expr:
    if request.format is not None:
        function = "try_strptime" if lenient else "strptime"
        pattern = exp.Literal.string(engine_format(request.format))
        parsed = exp.Anonymous(this=function, expressions=[value.copy(), pattern])
        return exp.Cast(this=parsed, to=engine_type(request.wanted))
    if request.wanted != TIMESTAMP:
        return _cast(value, request, lenient)
    # A plain cast drops an offset that the text may have; a time with zone heeds it but takes four times as long.
    plus = exp.Anonymous(this="contains", expressions=[value.copy(), exp.Literal.string("+")])
    minus = exp.Like(this=value.copy(), expression=exp.Literal.string("%:%-%"))
    short = exp.Anonymous(this="strlen", expressions=[value.copy()]) <= 19
    zoned = _cast_to(value, exp.DataType(this=exp.DType.TIMESTAMPTZ), lenient)
    in_utc = exp.cast(exp.cast(zoned, exp.DType.TIMESTAMP), exp.DType.VARCHAR)
    plain = exp.Case(
        ifs=[exp.If(this=exp.and_(short, exp.not_(plus), exp.not_(minus)), true=value.copy())], default=in_utc
    )
    return _cast_to(plain, engine_type(TIMESTAMP), lenient)


def _text_from_moment(value: exp.Expr, request: _Request, lenient: bool) -> exp.Expr:
    if request.format is None:
        return _cast(value, request, lenient)
    pattern = exp.Literal.string(engine_format(request.format))
    return exp.Anonymous(this="strftime", expressions=[value.copy(), pattern])


def _bytes_from_text(value: exp.Expr, request: _Request, lenient: bool) -> exp.Expr:  # noqa: ARG001 one shape for all
    return exp.Anonymous(this="encode", expressions=[value.copy()])


def _text_from_boolean(value: exp.Expr, request: _Request, lenient: bool) -> exp.Expr:  # noqa: ARG001 as above
    return _boolean_text(value)


def _text_from_complex(value: exp.Expr, request: _Request, lenient: bool) -> exp.Expr:  # noqa: ARG001 as above
    return _json(value)


def _boolean_text(value: exp.Expr) -> exp.Expr:
    return exp.Case(
        ifs=[
            exp.If(this=value.copy(), true=exp.Literal.string("True")),
            exp.If(this=exp.not_(value.copy()), true=exp.Literal.string("False")),
        ]
    )


def _json(value: exp.Expr) -> exp.Expr:
    return exp.cast(exp.Anonymous(this="to_json", expressions=[value.copy()]), exp.DType.VARCHAR)


_CONVERSIONS: Mapping[tuple[str, str], Callable[[exp.Expr, _Request, bool], exp.Expr]] = {
    ("boolean", "text"): _text_from_boolean,
    ("complex", "text"): _text_from_complex,
    ("decimal", "whole"): _whole_from_fraction,
    ("moment", "text"): _text_from_moment,
    ("real", "whole"): _whole_from_fraction,
    ("text", "bytes"): _bytes_from_text,
    ("text", "moment"): _moment_from_text,
    ("text", "whole"): _whole_from_text,
}
