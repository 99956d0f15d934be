"""Paths into documents (`$['a'].b[0]`), as Copy's mapping of hierarchical data writes them."""

from __future__ import annotations

import re

from sqlglot import exp

from headwater.data.types import Array, DataType, Map, Struct

_SEGMENT = re.compile(r"\[\s*'((?:[^']|'')*)'\s*\]|\[\s*(\d+|\*)\s*\]|\.?([^.\[\]$]+)")

Step = str | int


def steps_of(path: str) -> tuple[Step, ...]:
    """Return the names and indexes of a path; a trailing `[*]` is left out."""
    steps: list[Step] = []
    for name, index, bare in _SEGMENT.findall(path.removeprefix("$")):
        if index == "*":
            continue
        steps.append(int(index) if index else (name.replace("''", "'") or bare))
    return tuple(steps)


def follow(value: exp.Expr, type_: DataType, steps: tuple[Step, ...]) -> tuple[exp.Expr, DataType] | None:
    """Return what lies at the end of the steps and its type, or None if they lead nowhere."""
    for step in steps:
        match type_:
            case Struct(fields) if isinstance(step, str) and step in dict(fields):
                type_ = dict(fields)[step]
                value = exp.Anonymous(this="struct_extract", expressions=[value, exp.Literal.string(step)])
            case Map(_, item) if isinstance(step, str):
                type_ = item
                value = exp.Anonymous(this="map_extract_value", expressions=[value, exp.Literal.string(step)])
            case Array(item) if isinstance(step, int):
                type_ = item
                value = exp.Anonymous(this="list_extract", expressions=[value, exp.Literal.number(step + 1)])
            case _:
                return None
    return value, type_
