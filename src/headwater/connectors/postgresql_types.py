"""PostgreSQL's types: what they are here, and how each side of COPY carries them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
import psycopg
import pyarrow as pa
from psycopg import sql

from headwater.data.schema import Column, Schema
from headwater.data.types import (
    BINARY,
    BOOLEAN,
    DATE,
    DOUBLE,
    FLOAT,
    INTEGER,
    LONG,
    SHORT,
    STRING,
    TIME,
    TIMESTAMP,
    DataType,
    Decimal,
)

MAX_PRECISION = 38

_TYPES: Mapping[str, DataType] = {
    "bool": BOOLEAN,
    "bytea": BINARY,
    "date": DATE,
    "float4": FLOAT,
    "float8": DOUBLE,
    "int2": SHORT,
    "int4": INTEGER,
    "int8": LONG,
    "oid": LONG,
    "time": TIME,
    "timestamp": TIMESTAMP,
    "timestamptz": TIMESTAMP,
}

TEXTS: tuple[str, ...] = ("bpchar", "name", "text", "varchar")


class PgColumn(msgspec.Struct, frozen=True):
    """A column of a query's result; `kind` is PostgreSQL's short name (`int4`), `native` as DDL spells it."""

    name: str
    kind: str
    native: str
    type: DataType

    @staticmethod
    def of(connection: psycopg.Connection[tuple[object, ...]], query: sql.Composed) -> tuple[PgColumn, ...]:
        """Ask the server for the columns of a query without running it. Raises psycopg.Error."""
        cursor = connection.execute(sql.SQL("SELECT * FROM ({}) AS described LIMIT 0").format(query))
        return tuple(_column(column) for column in cursor.description or ())


def schema_of(columns: tuple[PgColumn, ...]) -> Schema:
    """Return the columns as a schema."""
    return Schema(tuple(Column(column.name, column.type, native_type=column.native) for column in columns))


def _column(column: psycopg.Column) -> PgColumn:
    known = psycopg.adapters.types.get(column.type_code)
    kind = known.name if known else str(column.type_code)
    if known and column.type_code == known.array_oid:
        return PgColumn(column.name, f"_{kind}", f"{kind}[]", STRING)
    if kind == "numeric" and column.precision is not None and column.precision <= MAX_PRECISION:
        return PgColumn(column.name, kind, column.type_display, Decimal(column.precision, max(column.scale or 0, 0)))
    return PgColumn(column.name, kind, column.type_display, _TYPES.get(kind, STRING))


def _is_whole(type_: pa.DataType) -> bool:
    return bool(pa.types.is_integer(type_))


def _is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_))


def _is_binary(type_: pa.DataType) -> bool:
    return bool(pa.types.is_binary(type_) or pa.types.is_large_binary(type_))


def _to(type_: pa.DataType, *accepted: Callable[[pa.DataType], bool]) -> Callable[[pa.DataType], pa.DataType | None]:
    return lambda found: type_ if any(accepts(found) for accepts in accepted) else None


def _numeric(found: pa.DataType) -> pa.DataType | None:
    if pa.types.is_decimal128(found):
        return found
    return pa.decimal128(20, 0) if _is_whole(found) else None


# What a batch's column is cast to so that the binary form is exactly the one that the target's type reads.
_WIRE: Mapping[str, Callable[[pa.DataType], pa.DataType | None]] = {
    "bool": _to(pa.bool_(), pa.types.is_boolean),
    "bytea": _to(pa.binary(), _is_binary),
    "date": _to(pa.date32(), pa.types.is_date),
    "float4": _to(pa.float32(), pa.types.is_float32),
    "float8": _to(pa.float64(), pa.types.is_floating),
    "int2": _to(pa.int16(), _is_whole),
    "int4": _to(pa.int32(), _is_whole),
    "int8": _to(pa.int64(), _is_whole),
    "numeric": _numeric,
    "time": _to(pa.time64("us"), pa.types.is_time),
    "timestamp": _to(pa.timestamp("us"), pa.types.is_timestamp, pa.types.is_date),
    "timestamptz": _to(pa.timestamp("us"), pa.types.is_timestamp, pa.types.is_date),
}


def wire_type(kind: str, found: pa.DataType) -> pa.DataType | None:
    """Return the Arrow type that a column is sent as in binary, or None where only text will do."""
    if kind in TEXTS:
        return pa.string() if _is_text(found) else None
    convert = _WIRE.get(kind)
    return convert(found) if convert else None
