"""Conversion of values that have parts: arrays item by item, maps entry by entry, structures member by member.

Members go by their names; one that the value lacks is null.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from headwater.data.types import Array, DataType, Map, Struct
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.scope import Resolved

Convert = Callable[[Resolved, DataType], exp.Expr]


def converted_parts(value: Resolved, type_: DataType, convert: Convert, depth: int = 0) -> exp.Expr | None:
    """Return a value as another type with parts; None where the one is not shaped like the other."""
    match value.type, type_:
        case Array(item), Array(wanted):
            return _each(value.sql, item, wanted, convert, depth)
        case Map(key, item), Map(wanted_key, wanted):
            keys = _each(sql.call("map_keys", value.sql.copy()), key, wanted_key, convert, depth)
            values = _each(sql.call("map_values", value.sql.copy()), item, wanted, convert, depth)
            made = exp.Anonymous(this="map", expressions=[keys, values])
            return sql.case([(sql.is_not_null(value.sql.copy()), made)])
        case Struct(fields), Struct(wanted_fields) if {n for n, _ in fields} & {n for n, _ in wanted_fields}:
            return _members(value.sql, dict(fields), wanted_fields, convert, depth)
        case _:
            return None


def _each(items: exp.Expr, item: DataType, wanted: DataType, convert: Convert, depth: int) -> exp.Expr:
    if item == wanted:
        return items
    name = f"part{depth}"
    return exp.Transform(
        this=items, expression=sql.function([name], _part(sql.variable(name), item, wanted, convert, depth))
    )


def _members(
    value: exp.Expr, fields: dict[str, DataType], wanted: tuple[tuple[str, DataType], ...], convert: Convert, depth: int
) -> exp.Expr:
    members = []
    for name, type_ in wanted:
        part = exp.StructExtract(this=value.copy(), expression=sql.text(name))
        there = name in fields
        tree = _part(part, fields[name], type_, convert, depth) if there else sql.typed_null(type_)
        members.append(exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=tree))
    return sql.case([(sql.is_not_null(value.copy()), exp.Struct(expressions=members))])


def _part(value: exp.Expr, type_: DataType, wanted: DataType, convert: Convert, depth: int) -> exp.Expr:
    resolved = Resolved(type_, value)
    if isinstance(wanted, Array | Map | Struct) and type_ != wanted:
        inner = converted_parts(resolved, wanted, convert, depth + 1)
        if inner is not None:
            return inner
    return convert(resolved, wanted)
