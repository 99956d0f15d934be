"""Turns a column into a declared type by the language's own conversion: null for what does not fit."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from headwater.data.schema import Column
from headwater.data.types import DATE, DOUBLE, FLOAT, INTEGER, LONG, SHORT, STRING, TIMESTAMP, DataType, Decimal
from headwater.language.dataflow.ast import Call, Expr, Literal
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.conversion import convert
from headwater.language.dataflow.functions.function import Refused
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.expression import resolve_value
from headwater.transformations.protocol import Given
from headwater.transformations.scope import StreamScope

# Of what has parts there is no function.
_FUNCTIONS = {
    "binary": "toBinary",
    "boolean": "toBoolean",
    "byte": "toByte",
    "date": "toDate",
    "decimal": "toDecimal",
    "double": "toDouble",
    "float": "toFloat",
    "integer": "toInteger",
    "long": "toLong",
    "short": "toShort",
    "string": "toString",
    "timestamp": "toTimestamp",
}


# Types of which a text is plain if the value that it is read as is written like it.
_WRITTEN_ALIKE = (DATE, INTEGER, LONG, SHORT, TIMESTAMP)


def conversion(given: Given, scope: StreamScope, value: Expr, wanted: Column) -> Resolved | None:
    """Return an expression as the type of `wanted`, whose `native_type` is the format; None if no function does it."""
    type_ = wanted.type
    extra: tuple[Expr, ...] = ()
    if isinstance(type_, Decimal):
        extra = (Literal(type_.precision, INTEGER), Literal(type_.scale, INTEGER))
    elif wanted.native_type:
        extra = (Literal(wanted.native_type, STRING),)
    function = _FUNCTIONS.get(str(type_).partition("(")[0])
    if function is None:
        return _with_parts(resolve_value(given, scope, value), type_)
    return resolve_value(given, scope, Call(function, (value, *extra), span=value.span))


def quickly(value: exp.Expr, type_: DataType, wanted: Column, careful: exp.Expr) -> exp.Expr:
    """Return `careful`, the conversion of a text, behind a test for plain texts that need no care.

    A text that is written as the engine itself writes or reads the value is converted several times as fast.
    """
    if type_ != STRING or wanted.native_type is not None:
        return careful
    read = sql.try_cast(value.copy(), wanted.type)
    if wanted.type in _WRITTEN_ALIKE:
        plain: exp.Expr = exp.EQ(this=sql.cast(read.copy(), STRING), expression=value.copy())
    elif wanted.type in (DOUBLE, FLOAT) or isinstance(wanted.type, Decimal):
        plain = _is_plain_number(value)
    else:
        return careful
    return sql.case([(plain, read)], careful)


def _is_plain_number(text: exp.Expr) -> exp.Expr:
    """Return a test that no text passes which engines read in ways of their own: 1_000, 0x1p3, 1d, nan."""
    digit = exp.Right(this=text.copy(), expression=sql.number(1))
    ends_so = exp.Between(this=digit, low=sql.text("0"), high=sql.text("9"))
    strange = [exp.Contains(this=text.copy(), expression=sql.text(sign)) for sign in "_xX"]
    return exp.and_(ends_so, *(exp.Not(this=one) for one in strange), copy=False)


def _with_parts(value: Resolved, type_: DataType) -> Resolved | None:
    """Return a value with parts as another type of the same shape; None where the shapes differ."""
    try:
        tree = convert(value, type_)
    except Refused:
        return None
    references = tuple(replace(r, subtype="TRANSFORMATION") if r.subtype == "IDENTITY" else r for r in value.references)
    return replace(value, type=type_, sql=tree, references=references)
