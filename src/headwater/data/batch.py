"""Types and schemas as Arrow has them: what record batches between stores and engines are made of.

Separate from `types` and `schema`, because pyarrow takes half a second to import and reading definitions needs none.
"""

from __future__ import annotations

import pyarrow as pa

from headwater.data.schema import Column, Schema
from headwater.data.types import (
    ANY,
    BINARY,
    BOOLEAN,
    BYTE,
    DATE,
    DOUBLE,
    FLOAT,
    INTEGER,
    LONG,
    SHORT,
    STRING,
    TIME,
    TIMESTAMP,
    Array,
    DataType,
    Decimal,
    Map,
    Struct,
)

_ARROW: dict[DataType, pa.DataType] = {
    ANY: pa.string(),
    BINARY: pa.binary(),
    BOOLEAN: pa.bool_(),
    BYTE: pa.int8(),
    DATE: pa.date32(),
    DOUBLE: pa.float64(),
    FLOAT: pa.float32(),
    INTEGER: pa.int32(),
    LONG: pa.int64(),
    SHORT: pa.int16(),
    STRING: pa.string(),
    TIME: pa.time64("us"),
    TIMESTAMP: pa.timestamp("us"),
}

_FROM_ARROW: tuple[tuple[str, DataType], ...] = (
    ("is_string", STRING),
    ("is_large_string", STRING),
    ("is_string_view", STRING),
    ("is_boolean", BOOLEAN),
    ("is_int8", BYTE),
    ("is_uint8", SHORT),
    ("is_int16", SHORT),
    ("is_uint16", INTEGER),
    ("is_int32", INTEGER),
    ("is_uint32", LONG),
    ("is_int64", LONG),
    ("is_float16", FLOAT),
    ("is_float32", FLOAT),
    ("is_float64", DOUBLE),
    ("is_date", DATE),
    ("is_timestamp", TIMESTAMP),
    ("is_time", TIME),
    ("is_binary", BINARY),
    ("is_large_binary", BINARY),
    ("is_fixed_size_binary", BINARY),
)


def arrow_type(type_: DataType) -> pa.DataType:
    """Return the Arrow type that carries `type_`; `any` travels as string."""
    match type_:
        case Decimal(precision, scale):
            return pa.decimal128(precision, scale)
        case Array(item):
            return pa.list_(arrow_type(item))
        case Map(key, value):
            return pa.map_(arrow_type(key), arrow_type(value))
        case Struct(fields):
            return pa.struct([(name, arrow_type(field)) for name, field in fields])
        case _:
            return _ARROW[type_]


def type_from_arrow(arrow: pa.DataType) -> DataType:
    """Return the data flow type of an Arrow type; what has no counterpart is `any`."""
    if pa.types.is_decimal(arrow):
        return Decimal(arrow.precision, arrow.scale)
    if pa.types.is_uint64(arrow):
        return Decimal(20, 0)
    if pa.types.is_map(arrow):
        return Map(type_from_arrow(arrow.key_type), type_from_arrow(arrow.item_type))
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow) or pa.types.is_fixed_size_list(arrow):
        return Array(type_from_arrow(arrow.value_type))
    if pa.types.is_struct(arrow):
        return Struct(tuple((field.name, type_from_arrow(field.type)) for field in arrow))
    for predicate, type_ in _FROM_ARROW:
        if getattr(pa.types, predicate)(arrow):
            return type_
    return ANY


def arrow_schema(schema: Schema) -> pa.Schema:
    """Return the Arrow schema of the same columns."""
    return pa.schema([pa.field(c.name, arrow_type(c.type), c.nullable) for c in schema])


def schema_from_arrow(schema: pa.Schema) -> Schema:
    """Return the columns of an Arrow schema; `native_type` is Arrow's spelling."""
    return Schema(tuple(Column(f.name, type_from_arrow(f.type), f.nullable, str(f.type)) for f in schema))
