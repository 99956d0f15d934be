"""A type as the engine reads JSON into it: `{"a": ["VARCHAR"]}`."""

from __future__ import annotations

import json

from sqlglot import exp

from headwater.data.types import Array, DataType, Struct
from headwater.language.dataflow.functions import sql
from headwater.language.expression.ast import Json


def json_shape(type_: DataType) -> str:
    """Return the shape of a type as JSON."""
    return json.dumps(_shape(type_))


def read_json(value: exp.Expr, type_: DataType) -> exp.Expr:
    """Return a JSON text as a value of a type; what does not fit is null."""
    return exp.Anonymous(this="from_json", expressions=[value, sql.text(json_shape(type_))])


def _shape(type_: DataType) -> Json:
    match type_:
        case Struct(fields):
            return {name: _shape(inner) for name, inner in fields}
        case Array(item):
            return [_shape(item)]
        case _:
            return sql.data_type(type_).sql("duckdb")
