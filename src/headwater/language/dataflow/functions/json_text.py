"""Values as JSON text: members that are null are left out, at any depth; a null stays null."""

from __future__ import annotations

from sqlglot import exp

from headwater.data.types import STRING, Array, DataType, Map, Struct
from headwater.language.dataflow.functions import sql


def json_text(value: exp.Expr, type_: DataType) -> exp.Expr:
    """Return a value as JSON text; null for null."""
    text = sql.cast(sql.call("to_json", _shown(value, type_)), STRING)
    return sql.case([(sql.is_not_null(value.copy()), text)])


def _shown(value: exp.Expr, type_: DataType, depth: int = 0) -> exp.Expr:
    """Return a value whose JSON has no null members."""
    match type_:
        case Struct(fields):
            members: list[exp.Expr] = []
            for name, inner in fields:
                part = exp.StructExtract(this=value.copy(), expression=sql.text(name))
                members += [sql.text(name), _shown(part, inner, depth)]
            written = sql.call("json_object", *members)
            return sql.call("json_merge_patch", sql.text("{}"), written)
        case Array(item) if _has_members(item):
            name = f"item{depth}"
            return exp.Transform(this=value.copy(), expression=sql.function([name], _inner(name, item, depth)))
        case Map(_, item) if _has_members(item):
            name = f"item{depth}"
            values = exp.Transform(
                this=sql.call("map_values", value.copy()), expression=sql.function([name], _inner(name, item, depth))
            )
            return exp.Anonymous(this="map", expressions=[sql.call("map_keys", value.copy()), values])
        case _:
            return value.copy()


def _inner(name: str, type_: DataType, depth: int) -> exp.Expr:
    return sql.call("to_json", _shown(sql.variable(name), type_, depth + 1))


def _has_members(type_: DataType) -> bool:
    match type_:
        case Struct():
            return True
        case Array(item) | Map(_, item):
            return _has_members(item)
        case _:
            return False
