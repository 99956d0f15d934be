"""Turns a column into a declared type by the language's own conversion: null for what does not fit."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from headwater.data.schema import Column
from headwater.data.types import DATE, DOUBLE, INTEGER, LONG, SHORT, STRING, DataType, Decimal
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


_PLAIN_NUMBER = r"^-?[0-9]+[.]?[0-9]*$"


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

    A number or date that is written as the engine writes it is converted by the engine, several times as fast.
    """
    if type_ != STRING or wanted.native_type is not None:
        return careful
    read = sql.try_cast(value.copy(), wanted.type)
    if wanted.type in (DATE, INTEGER, LONG, SHORT):
        plain: exp.Expr = exp.EQ(this=exp.cast(read.copy(), exp.DType.VARCHAR), expression=value.copy())
    elif wanted.type == DOUBLE:
        plain = exp.RegexpLike(this=value.copy(), expression=exp.Literal.string(_PLAIN_NUMBER))
    else:
        return careful
    return exp.Case(ifs=[exp.If(this=plain, true=read)], default=careful)


def _with_parts(value: Resolved, type_: DataType) -> Resolved | None:
    """Return a value with parts as another type of the same shape; None where the shapes differ."""
    try:
        tree = convert(value, type_)
    except Refused:
        return None
    references = tuple(replace(r, subtype="TRANSFORMATION") if r.subtype == "IDENTITY" else r for r in value.references)
    return replace(value, type=type_, sql=tree, references=references)
