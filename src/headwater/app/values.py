"""Values as JSON: dates and timestamps in ISO 8601, decimals as exact numbers, bytes in base 64.

What no JSON number can be (NaN, the infinities) is its name as a string, as Java writes it.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import math

import msgspec

from headwater.data.types import Array, DataType, Map, Struct
from headwater.language.expression.ast import Json

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def to_json(value: object) -> bytes:
    """Return a value of `from_engine`, or JSON, as one line of JSON."""
    return _ENCODER.encode(value)


def from_engine(value: object, type_: DataType) -> object:
    """Return a value of the engine as JSON has it; a decimal stays one, so that its digits are written as they are."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return _double(value)
        case decimal.Decimal():
            return value
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(bytes(value)).decode()
        case datetime.datetime():
            return _moment(value)
        case datetime.date() | datetime.time():
            return value.isoformat()
        case list() | tuple():
            item = type_.item if isinstance(type_, Array) else type_
            return [from_engine(part, item) for part in value]
        case dict():
            return _object(value, type_)
        case _:
            return str(value)


def _object(value: dict[object, object], type_: DataType) -> dict[str, object]:
    if isinstance(type_, Struct):
        fields = dict(type_.fields)
        return {str(name): from_engine(part, fields.get(str(name), type_)) for name, part in value.items()}
    key, item = (type_.key, type_.value) if isinstance(type_, Map) else (type_, type_)
    return {_key(from_engine(name, key)): from_engine(part, item) for name, part in value.items()}


def _key(value: object) -> str:
    return value if isinstance(value, str) else to_json(value).decode()


def _double(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _moment(value: datetime.datetime) -> str:
    """Return a timestamp with no more digits of the second than it needs."""
    text = value.replace(tzinfo=None).isoformat()
    return text.rstrip("0") if "." in text else text


def name_of_type(value: Json) -> str:
    """Return the type of a value of the pipeline language."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "float"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
