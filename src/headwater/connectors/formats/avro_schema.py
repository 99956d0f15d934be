"""Avro's types and Arrow's, each way. Separate from `avro.py`, because it is a language of its own, and pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pyarrow as pa

from headwater.connectors.formats.malformed import malformed
from headwater.errors import ConnectorError, Fault

# A schema of Avro is JSON: a name, an object or, for a union, an array.
AvroType: TypeAlias = Any
# What the library decodes is of any type that JSON, dates and decimals have.
Fit: TypeAlias = Callable[[Any], Any]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

_FROM: Mapping[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "bytes": pa.binary(),
    "double": pa.float64(),
    "enum": pa.string(),
    "fixed": pa.binary(),
    "float": pa.float32(),
    "int": pa.int32(),
    "long": pa.int64(),
    "null": pa.string(),
    "string": pa.string(),
}
_LOGICAL: Mapping[str, pa.DataType] = {
    "date": pa.date32(),
    "local-timestamp-micros": pa.timestamp("us"),
    "local-timestamp-millis": pa.timestamp("us"),
    "time-micros": pa.time64("us"),
    "time-millis": pa.time64("us"),
    "timestamp-micros": pa.timestamp("us"),
    "timestamp-millis": pa.timestamp("us"),
    "uuid": pa.string(),
}
_TO: tuple[tuple[Callable[[pa.DataType], bool], AvroType], ...] = (
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_int64, "long"),
    (pa.types.is_uint32, "long"),
    (pa.types.is_integer, "int"),
    (pa.types.is_float64, "double"),
    (pa.types.is_floating, "float"),
    (pa.types.is_date, {"type": "int", "logicalType": "date"}),
    (pa.types.is_time, {"type": "long", "logicalType": "time-micros"}),
    (pa.types.is_binary, "bytes"),
    (pa.types.is_large_binary, "bytes"),
    (pa.types.is_string, "string"),
    (pa.types.is_large_string, "string"),
    (pa.types.is_null, "null"),
)


def arrow_of_avro(schema: AvroType, what: str) -> pa.Schema:
    """Return the columns of a file's schema. Raises ConnectorError for one without, or a union of several types."""
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise malformed(what, "Avro", "its rows are not records")
    known: dict[str, AvroType] = {}
    return pa.schema([pa.field(f["name"], _arrow(f["type"], known, what)) for f in _fields(schema, known)])


def _fields(record: Mapping[str, AvroType], known: dict[str, AvroType]) -> list[Mapping[str, AvroType]]:
    known[record["name"]] = record
    return list(record["fields"])


def _arrow(type_: AvroType, known: dict[str, AvroType], what: str) -> pa.DataType:
    if isinstance(type_, list):
        some = [one for one in type_ if one != "null"]
        if sorted(map(str, some)) in (["int", "long"], ["double", "float"]):
            # The wider one holds them both, as Spark reads them.
            return pa.int64() if "long" in some else pa.float64()
        if len(some) > 1:
            raise malformed(what, "Avro", f"a column may hold any of {some}; columns have one type")
        return _arrow(some[0], known, what) if some else pa.string()
    if isinstance(type_, str):
        if type_ in _FROM:
            return _FROM[type_]
        if type_ not in known:
            raise malformed(what, "Avro", f"type '{type_}' is not declared, or holds itself")
        return _arrow(known[type_], {k: v for k, v in known.items() if k != type_}, what)
    return _complex(type_, known, what)


def _complex(type_: Mapping[str, AvroType], known: dict[str, AvroType], what: str) -> pa.DataType:
    kind, logical = type_["type"], str(type_.get("logicalType"))
    if logical == "decimal":
        return pa.decimal128(type_["precision"], type_.get("scale", 0))
    if logical in _LOGICAL:
        return _LOGICAL[logical]
    if kind == "array":
        return pa.list_(_arrow(type_["items"], known, what))
    if kind == "map":
        return pa.map_(pa.string(), _arrow(type_["values"], known, what))
    if kind == "record":
        # A record inside itself has no end of columns: its own name is not known within it.
        inner = [(f["name"], _arrow(f["type"], known, what)) for f in type_["fields"]]
        known[type_["name"]] = type_
        return pa.struct(inner)
    if "name" in type_:
        known[type_["name"]] = type_
    return _arrow(kind, known, what)


def fit_of(type_: pa.DataType) -> Fit | None:
    """Return what makes a decoded value fit for Arrow: text of what is no text, pairs of maps; None if it does."""
    if pa.types.is_string(type_):
        return lambda value: value if value is None or isinstance(value, str) else str(value)
    if pa.types.is_map(type_):
        item = fit_of(type_.item_type) or _same
        return lambda value: None if value is None else [(key, item(one)) for key, one in value.items()]
    if pa.types.is_list(type_) and (each := fit_of(type_.value_type)):
        return lambda value: None if value is None else [each(one) for one in value]
    if pa.types.is_struct(type_):
        fits = {field.name: fit for field in type_ if (fit := fit_of(field.type))}
        if fits:
            return lambda value: (
                None if value is None else value | {name: fit(value[name]) for name, fit in fits.items()}
            )
    return None


def _same(value: Any) -> Any:
    return value


def avro_of_arrow(schema: pa.Schema, what: str) -> AvroType:
    """Return the record that holds these columns, each of which may be null.

    Raises ConnectorError for a name that Avro does not take, or a type that it does not have.
    """
    bad = [field.name for field in schema if not _NAME.match(field.name)]
    if bad:
        names = ", ".join(f"'{name}'" for name in bad)
        cure = "Map them to names of letters, digits and '_' that do not begin with a digit."
        raise ConnectorError(Fault("CON-021", f"Avro: {what} cannot have columns called {names}", cure=cure))
    return _record("row", [(field.name, field.type) for field in schema], what)


def _record(path: str, fields: list[tuple[str, pa.DataType]], what: str) -> AvroType:
    members = []
    for name, type_ in fields:
        if not _NAME.match(name):
            cure = "Rename it in the mapping or before the sink."
            raise ConnectorError(Fault("CON-021", f"Avro: {what} cannot have a field called '{name}'", cure=cure))
        members.append({"name": name, "type": ["null", _avro(type_, f"{path}_{name}", what)], "default": None})
    return {"type": "record", "name": path, "fields": members}


def _avro(type_: pa.DataType, path: str, what: str) -> AvroType:
    if pa.types.is_decimal(type_):
        return {"type": "bytes", "logicalType": "decimal", "precision": type_.precision, "scale": type_.scale}
    if pa.types.is_timestamp(type_):
        return {"type": "long", "logicalType": "timestamp-micros"}
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return {"type": "array", "items": ["null", _avro(type_.value_type, f"{path}_item", what)]}
    if pa.types.is_map(type_):
        if not pa.types.is_string(type_.key_type):
            cure = "Make the keys of the map strings."
            raise ConnectorError(Fault("CON-021", f"Avro: {what} has a map whose keys are {type_.key_type}", cure=cure))
        return {"type": "map", "values": ["null", _avro(type_.item_type, f"{path}_value", what)]}
    if pa.types.is_struct(type_):
        return _record(path, [(field.name, field.type) for field in type_], what)
    for is_kind, avro in _TO:
        if is_kind(type_) and not pa.types.is_uint64(type_):
            return avro
    raise ConnectorError(Fault("CON-021", f"Avro: {what} cannot hold {type_}", cure="Map the column as a string."))
