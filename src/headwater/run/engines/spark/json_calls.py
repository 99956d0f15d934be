"""How Spark spells DuckDB's functions of JSON: values are read as variants, which convert leaf by leaf."""

from __future__ import annotations

import json
from collections.abc import Callable

import sqlglot
from sqlglot import exp

from headwater.language.expression.ast import Json
from headwater.run.engines.spark.trees import call, text

Args = list[exp.Expr]
_ENDS = r"^\[|\]\z"


def _parsed(value: exp.Expr) -> exp.Expr:
    return call("try_parse_json", value)


def _valid(args: Args) -> exp.Expr:
    return exp.Paren(this=exp.Not(this=exp.Is(this=_parsed(args[0]), expression=exp.Null())))


def _kind(args: Args) -> exp.Expr:
    """Return ARRAY for a list and nothing else, which is all that is asked."""
    listed = call("startswith", call("schema_of_variant", _parsed(args[0])), text("ARRAY"))
    return exp.Case(ifs=[exp.If(this=listed, true=text("ARRAY"))])


def _part(args: Args) -> exp.Expr:
    part = call("try_variant_get", _parsed(args[0]), args[1], text("variant"))
    return call("to_json", part)


def _read(args: Args) -> exp.Expr:
    return call("try_variant_get", _parsed(args[0]), text("$"), text(_type(json.loads(args[1].name))))


def _type(structure: Json) -> str:
    """Return the type that a structure of DuckDB's stands for."""
    if isinstance(structure, dict):
        members = (f"{exp.to_identifier(name, quoted=True).sql('spark')}: {_type(m)}" for name, m in structure.items())
        return f"STRUCT<{', '.join(members)}>"
    if isinstance(structure, list):
        return f"ARRAY<{_type(structure[0])}>"
    kind = sqlglot.parse_one(str(structure), into=exp.DataType, dialect="duckdb")
    if kind.this == exp.DType.TIMESTAMP:
        kind.set("this", exp.DType.TIMESTAMPNTZ)
    return kind.sql("spark")


def _written(args: Args) -> exp.Expr:
    """Return a value as JSON without null members; parts of one are written with the whole."""
    (value,) = args
    inside = value.parent.find_ancestor(exp.Anonymous) if value.parent is not None else None
    while inside is not None:
        if inside.name.lower() == "to_json":
            return value
        inside = inside.find_ancestor(exp.Anonymous)
    # Spark writes lists, maps and structures only, so every value is written as the item of a list.
    return call("regexp_replace", call("to_json", call("array", value)), text(_ENDS), text(""))


JSON_CALLS: dict[str, Callable[[Args], exp.Expr]] = {
    "from_json": _read,
    "json_extract": _part,
    "json_merge_patch": lambda args: args[1],
    "json_object": lambda args: call("named_struct", *args),
    "json_type": _kind,
    "json_valid": _valid,
    "map": lambda args: call("map_from_arrays", *args),
    "to_json": _written,
}
