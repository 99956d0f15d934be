"""Values for the parameters of a flow that nobody calls: their defaults, else one made for the type."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.data.types import Array, DataType, Decimal, Map, Scalar, Struct
from headwater.errors import Place
from headwater.language.dataflow.ast import Literal, Script
from headwater.language.source import Source

_TEXTS = {
    "any": "'rehearsed'",
    "binary": "toBinary('rehearsed')",
    "boolean": "true()",
    "byte": "toByte(1)",
    "date": "toDate('2024-01-01')",
    "double": "1.0",
    "float": "1.0f",
    "integer": "1",
    "long": "1L",
    "short": "toShort(1)",
    "string": "'rehearsed'",
    "timestamp": "toTimestamp('2024-01-01 00:00:00')",
}


def parameter_values(script: Script, place: Place) -> dict[str, Source]:
    """Return a data flow expression for each parameter that has no default."""
    return {
        declared.name: Source(_text(declared.type), Place(place.file, f"parameters.{declared.name}"))
        for declared in script.parameters
        if declared.default is None
    }


def text_values(script: Script, given: Mapping[str, Source]) -> dict[str, str]:
    """Return the values of the parameters that are texts, as far as they are written down."""
    texts = {name: source.text[1:-1] for name, source in given.items() if source.text[:1] in ("'", '"')}
    for declared in script.parameters:
        if isinstance(declared.default, Literal) and isinstance(declared.default.value, str):
            texts.setdefault(declared.name, declared.default.value)
    return texts


def quoted(text: str) -> str:
    """Return a text as a literal of the language."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _text(type_: DataType) -> str:
    match type_:
        case Array(item):
            return f"[{_text(item)}]"
        case Decimal(precision, scale):
            return f"toDecimal(1, {precision}, {scale})"
        case Map(key, value):
            return f"[{_text(key)} -> {_text(value)}]"
        case Struct(fields):
            return "@(" + ", ".join(f"{name} = {_text(field)}" for name, field in fields) + ")"
        case Scalar(name):
            return _TEXTS.get(name, "null()")
