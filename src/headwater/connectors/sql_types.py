"""The engine's SQL types for the types that schemas speak of, and back."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
from duckdb.sqltypes import DuckDBPyType
from sqlglot import exp

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
    Scalar,
    Struct,
)

_TO_ENGINE: Mapping[DataType, exp.DType] = {
    ANY: exp.DType.VARCHAR,
    BINARY: exp.DType.VARBINARY,
    BOOLEAN: exp.DType.BOOLEAN,
    BYTE: exp.DType.TINYINT,
    DATE: exp.DType.DATE,
    DOUBLE: exp.DType.DOUBLE,
    FLOAT: exp.DType.FLOAT,
    INTEGER: exp.DType.INT,
    LONG: exp.DType.BIGINT,
    SHORT: exp.DType.SMALLINT,
    STRING: exp.DType.VARCHAR,
    TIME: exp.DType.TIME,
    TIMESTAMP: exp.DType.TIMESTAMP,
}

_FROM_ENGINE: Mapping[str, DataType] = {
    "bigint": LONG,
    "bit": STRING,
    "blob": BINARY,
    "boolean": BOOLEAN,
    "date": DATE,
    "double": DOUBLE,
    "enum": STRING,
    "float": FLOAT,
    "hugeint": Decimal(38, 0),
    "integer": INTEGER,
    "interval": STRING,
    "json": STRING,
    "smallint": SHORT,
    "time": TIME,
    "time with time zone": STRING,
    "timestamp": TIMESTAMP,
    "timestamp with time zone": TIMESTAMP,
    "timestamp_ms": TIMESTAMP,
    "timestamp_ns": TIMESTAMP,
    "timestamp_s": TIMESTAMP,
    "tinyint": BYTE,
    "ubigint": Decimal(20, 0),
    "uhugeint": STRING,
    "uinteger": LONG,
    "usmallint": INTEGER,
    "utinyint": SHORT,
    "uuid": STRING,
    "varchar": STRING,
}


def engine_type(type_: DataType) -> exp.DataType:
    """Return the engine's SQL type that holds values of `type_`."""
    match type_:
        case Decimal(precision, scale):
            sizes = [exp.DataTypeParam(this=exp.Literal.number(size)) for size in (precision, scale)]
            return exp.DataType(this=exp.DType.DECIMAL, expressions=sizes)
        case Array(item):
            return exp.DataType(this=exp.DType.ARRAY, expressions=[engine_type(item)], nested=True)
        case Map(key, value):
            return exp.DataType(this=exp.DType.MAP, expressions=[engine_type(key), engine_type(value)], nested=True)
        case Struct(fields):
            members = [
                exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=engine_type(field))
                for name, field in fields
            ]
            return exp.DataType(this=exp.DType.STRUCT, expressions=members, nested=True)
        case Scalar():
            return exp.DataType(this=_TO_ENGINE[type_])


def type_from_engine(type_: DuckDBPyType) -> DataType:
    """Return the type of an engine column; what has no counterpart travels as string."""
    match type_.id:
        case "decimal":
            sizes = dict(type_.children)
            return Decimal(int(str(sizes["precision"])), int(str(sizes["scale"])))
        case "list" | "array":
            return Array(_parts(type_)["child"])
        case "map":
            return Map(_parts(type_)["key"], _parts(type_)["value"])
        case "struct":
            return Struct(tuple(_parts(type_).items()))
        case name:
            return _FROM_ENGINE.get(name, ANY)


def _parts(type_: DuckDBPyType) -> Mapping[str, DataType]:
    return {name: type_from_engine(child) for name, child in type_.children if isinstance(child, DuckDBPyType)}


def schema_of(relation: duckdb.DuckDBPyRelation) -> Schema:
    """Return the columns of an engine relation, without running it."""
    return Schema(
        tuple(
            Column(name, type_from_engine(type_), native_type=str(type_))
            for name, type_ in zip(relation.columns, relation.types, strict=True)
        )
    )
