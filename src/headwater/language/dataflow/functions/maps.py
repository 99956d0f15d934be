"""Functions of maps."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array, DataType, Map
from headwater.language.dataflow.functions import kinds, sql
from headwater.language.dataflow.functions.array import item_type
from headwater.language.dataflow.functions.array import literal as array_literal
from headwater.language.dataflow.functions.function import Arguments, Function


def _associate_type(given: tuple[DataType, ...]) -> DataType | None:
    key, value = kinds.common_of(given[::2]), kinds.common_of(given[1::2])
    return Map(key, value) if len(given) % 2 == 0 and key is not None and value is not None else None


def _associate(args: Arguments) -> exp.Expr:
    return exp.Map(keys=array_literal(args[::2]), values=array_literal(args[1::2]))


def _key_values_type(given: tuple[DataType, ...]) -> DataType | None:
    return Map(item_type(given[0]), item_type(given[1]))


def _key_values(args: Arguments) -> exp.Expr:
    return exp.Map(keys=args[0].sql, values=args[1].sql)


def _values(args: Arguments) -> exp.Expr:
    return sql.call("map_values", args[0].sql)


def _part(index: int) -> exp.Expr:
    return exp.StructExtract(this=sql.variable("entry"), expression=sql.text(("key", "value")[index]))


def _entries(value: exp.Expr, body: exp.Expr) -> exp.Expr:
    return exp.Transform(this=sql.call("map_entries", value), expression=sql.function(["entry"], body))


def _applied(function: exp.Expr) -> exp.Expr:
    """Return the body of a lambda over key and value, with the parts of an entry in their place."""
    names = [parameter.name for parameter in function.expressions]
    body: exp.Expr = function.this.copy()
    if isinstance(body, exp.Identifier):
        return _part(names.index(body.name))
    for node in tuple(body.find_all(exp.Identifier)):
        if node.name in names:
            node.replace(_part(names.index(node.name)))
    return body


def _map_association(args: Arguments) -> exp.Expr:
    return _entries(args[0].sql, _applied(args[1].sql))


def _reassociate(args: Arguments) -> exp.Expr:
    values = _entries(args[0].sql.copy(), _applied(args[1].sql))
    return exp.Map(keys=sql.call("map_keys", args[0].sql), values=values)


def _reassociate_type(given: tuple[DataType, ...]) -> DataType | None:
    return Map(given[0].key, given[1]) if isinstance(given[0], Map) else None


def _of_entry(given: tuple[DataType, ...]) -> dict[str, DataType]:
    if isinstance(given[0], Map):
        return {"key": given[0].key, "value": given[0].value}
    return {"key": types.ANY, "value": types.ANY}


def _values_type(given: tuple[DataType, ...]) -> DataType | None:
    return Array(given[0].value) if isinstance(given[0], Map) else None


def _last_of(given: tuple[DataType, ...]) -> DataType | None:
    return Array(given[-1])


FUNCTIONS: tuple[Function, ...] = (
    Function("associate", "any, any, [any...]", _associate_type, _associate, "A map of keys and values.", "map"),
    Function(
        "keyValues",
        "array, array",
        _key_values_type,
        _key_values,
        "A map of an array of keys and one of values.",
        "map",
    ),
    Function(
        "mapAssociation",
        "map, lambda",
        _last_of,
        _map_association,
        "The value for each entry.",
        "map",
        lambdas={1: _of_entry},
    ),
    Function(
        "reassociate",
        "map, lambda",
        _reassociate_type,
        _reassociate,
        "A map with a new value for each key.",
        "map",
        lambdas={1: _of_entry},
    ),
    Function("values", "map", _values_type, _values, "The values of a map.", "map"),
)
