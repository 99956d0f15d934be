"""A value as text, the way .NET writes it: what interpolation, concat, join and string give."""

from __future__ import annotations

import json
from decimal import Decimal

from headwater.language.expression.ast import Json

_WITHOUT_EXPONENT = range(-5, 15)


def text_from(value: Json) -> str:
    """Return `True` for true, nothing for null, compact JSON for arrays and objects."""
    match value:
        case None:
            return ""
        case bool():
            return "True" if value else "False"
        case int():
            return str(value)
        case float():
            return number_text(value)
        case str():
            return value
        case _:
            return json_text(value)


def json_text(value: Json) -> str:
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def number_text(value: float) -> str:
    """Return the shortest text that reads back as the same finite double: `2.5`, `10`, `1E+16`, `1E-06`."""
    number = Decimal(repr(value)).normalize()
    if not number or number.adjusted() in _WITHOUT_EXPONENT:
        return f"{number:f}"
    sign, digits, _ = number.as_tuple()
    figures = "".join(map(str, digits))
    mantissa = figures[0] + ("." + figures[1:] if len(figures) > 1 else "")
    return f"{'-' if sign else ''}{mantissa}E{number.adjusted():+03d}"
