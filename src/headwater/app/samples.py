"""The scope of a data flow expression that is tried out: one row of columns and the parameters, from JSON."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array, DataType, Map, Struct
from headwater.errors import Fault, LanguageError
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.kinds import common_of
from headwater.language.dataflow.parser import parse_type_text
from headwater.language.dataflow.scope import ColumnScope, Resolved, ScopeColumn, nearest
from headwater.language.expression.ast import Json

_STREAM = "row"
_INTEGER = 2**31


def scope_of(context: Mapping[str, Json]) -> ColumnScope:
    """Return the scope that a context describes. Raises LanguageError for what it cannot be."""
    given = {name.lower(): value for name, value in context.items()}
    for name in context:
        if name.lower() not in ("columns", "parameters"):
            raise unknown(name, ("columns", "parameters"))
    columns = [_column(name, _resolved(name, value)) for name, value in _object(given, "columns").items()]
    parameters = {name.lstrip("$"): _resolved(name, value) for name, value in _object(given, "parameters").items()}
    return ColumnScope(tuple(columns), parameters)


def wrong(message: str, cure: str) -> LanguageError:
    """Return the error of a context that cannot be understood."""
    return LanguageError(Fault("LNG-039", message, cure=cure))


def unknown(name: str, known: tuple[str, ...]) -> LanguageError:
    """Return the error of a context that has a part of an unknown name."""
    return wrong(f"A context has no '{name}'", nearest(name, known))


def _object(given: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    value = given.get(name, {})
    if not isinstance(value, dict):
        raise wrong(f"'{name}' of the context is not an object", 'Write {"name": value, …}.')
    return value


def _column(name: str, value: Resolved) -> ScopeColumn:
    stream, at, column = name.rpartition("@")
    return ScopeColumn(stream if at else _STREAM, column, value.type, value.sql)


def _resolved(name: str, given: Json) -> Resolved:
    if isinstance(given, dict) and "type" in given and set(given) <= {"type", "value"}:
        type_ = _type(name, given["type"])
        return Resolved(type_, _typed(name, given.get("value"), type_))
    type_ = _type_of(name, given)
    return Resolved(type_, _typed(name, given, type_))


def _type(name: str, text: Json) -> DataType:
    type_, faults = parse_type_text(str(text))
    if type_ is None:
        raise wrong(f"The type '{text}' of '{name}' cannot be read: {faults[0].message}", faults[0].cure)
    return type_


def _type_of(name: str, value: Json) -> DataType:
    """Return the type that a JSON value has without being told."""
    match value:
        case None:
            return types.ANY
        case bool():
            return types.BOOLEAN
        case int():
            return types.INTEGER if -_INTEGER <= value < _INTEGER else types.LONG
        case float():
            return types.DOUBLE
        case str():
            return types.STRING
        case list():
            item = common_of(tuple(_type_of(name, part) for part in value))
            if item is None:
                raise wrong(f"The items of '{name}' have no type in common", "Make them all of one type.")
            return Array(item)
        case _:
            return Struct(tuple((field, _type_of(name, part)) for field, part in value.items()))


def _typed(name: str, value: Json, type_: DataType) -> exp.Expr:
    """Return a JSON value as SQL of a type. Raises LanguageError where it is of another shape."""
    if value is None:
        return sql.typed_null(type_)
    match type_:
        case Array(item) if isinstance(value, list):
            return sql.cast(exp.Array(expressions=[_typed(name, part, item) for part in value]), type_)
        case Map(key, item) if isinstance(value, dict):
            keys = exp.Array(expressions=[_typed(name, part, key) for part in value])
            parts = exp.Array(expressions=[_typed(name, part, item) for part in value.values()])
            return sql.cast(exp.Map(keys=keys, values=parts), type_)
        case Struct(fields) if isinstance(value, dict):
            members = [
                exp.PropertyEQ(
                    this=exp.to_identifier(field, quoted=True), expression=_typed(name, value.get(field), part)
                )
                for field, part in fields
            ]
            return sql.cast(exp.Struct(expressions=members), type_)
        case Array() | Map() | Struct():
            raise wrong(f"The value of '{name}' is not of type {type_}", "Write an array for t[], an object else.")
        case types.BINARY:
            return sql.call("unhex", sql.text(_bytes(name, value).hex()))
        case types.STRING if isinstance(value, str):
            return sql.text(value)
        case _ if isinstance(value, bool | int | float | str):
            return sql.cast(sql.text(str(value).lower() if isinstance(value, bool) else str(value)), type_)
        case _:
            raise wrong(f"The value of '{name}' is not of type {type_}", "Write a single value.")


def _bytes(name: str, value: Json) -> bytes:
    try:
        return base64.b64decode(str(value), validate=True)
    except binascii.Error as error:
        raise wrong(f"The value of '{name}' is not in base 64", "Bytes are written in base 64.") from error
