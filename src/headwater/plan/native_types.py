"""Types as stores, formats and Copy's mappings spell them, and the types that they come to. Data, sorted by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
    DataType,
    Decimal,
)
from headwater.definition.dataset import SchemaColumn

Sized = Callable[[int | None, int | None], DataType]


def _decimal(precision: int, scale: int) -> Sized:
    def sized(given_precision: int | None, given_scale: int | None) -> DataType:
        if given_precision is None:
            return Decimal(precision, scale)
        return Decimal(min(given_precision, 38), given_scale or 0)

    return sized


# Copy's interim types, which its mappings name; .NET's, so a Byte has no sign and a Decimal 28 digits or more.
INTERIM: Mapping[str, DataType | Sized] = {
    "boolean": BOOLEAN,
    "byte": SHORT,
    "byte[]": BINARY,
    "date": DATE,
    "datetime": TIMESTAMP,
    "datetimeoffset": TIMESTAMP,
    "decimal": _decimal(38, 18),
    "double": DOUBLE,
    "guid": STRING,
    "int16": SHORT,
    "int32": INTEGER,
    "int64": LONG,
    "sbyte": BYTE,
    "single": FLOAT,
    "string": STRING,
    "timespan": TIME,
    "uint16": INTEGER,
    "uint32": LONG,
    "uint64": Decimal(20, 0),
}

_MYSQL: Mapping[str, DataType | Sized] = {
    "bigint": LONG,
    "binary": BINARY,
    "bit": BOOLEAN,
    "blob": BINARY,
    "char": STRING,
    "date": DATE,
    "datetime": TIMESTAMP,
    "decimal": _decimal(10, 0),
    "double": DOUBLE,
    "enum": STRING,
    "float": FLOAT,
    "int": INTEGER,
    "json": STRING,
    "longblob": BINARY,
    "longtext": STRING,
    "mediumint": INTEGER,
    "mediumtext": STRING,
    "smallint": SHORT,
    "text": STRING,
    "time": TIME,
    "timestamp": TIMESTAMP,
    "tinyint": BYTE,
    "varbinary": BINARY,
    "varchar": STRING,
    "year": SHORT,
}

_PARQUET: Mapping[str, DataType | Sized] = {
    "boolean": BOOLEAN,
    "byte_array": BINARY,
    "date": DATE,
    "decimal": _decimal(38, 18),
    "double": DOUBLE,
    "enum": STRING,
    "fixed_len_byte_array": BINARY,
    "float": FLOAT,
    "int32": INTEGER,
    "int64": LONG,
    "int96": TIMESTAMP,
    "int_16": SHORT,
    "int_32": INTEGER,
    "int_64": LONG,
    "int_8": BYTE,
    "json": STRING,
    "string": STRING,
    "time_micros": TIME,
    "time_millis": TIME,
    "timestamp_micros": TIMESTAMP,
    "timestamp_millis": TIMESTAMP,
    "uint_16": INTEGER,
    "uint_32": LONG,
    "uint_64": Decimal(20, 0),
    "uint_8": SHORT,
    "utf8": STRING,
}

_POSTGRESQL: Mapping[str, DataType | Sized] = {
    "bigint": LONG,
    "boolean": BOOLEAN,
    "bpchar": STRING,
    "bytea": BINARY,
    "character": STRING,
    "character varying": STRING,
    "date": DATE,
    "double precision": DOUBLE,
    "float4": FLOAT,
    "float8": DOUBLE,
    "int2": SHORT,
    "int4": INTEGER,
    "int8": LONG,
    "integer": INTEGER,
    "json": STRING,
    "jsonb": STRING,
    "numeric": _decimal(38, 18),
    "real": FLOAT,
    "smallint": SHORT,
    "text": STRING,
    "time without time zone": TIME,
    "timestamp with time zone": TIMESTAMP,
    "timestamp without time zone": TIMESTAMP,
    "uuid": STRING,
    "varchar": STRING,
}

_SQL_SERVER: Mapping[str, DataType | Sized] = {
    "bigint": LONG,
    "binary": BINARY,
    "bit": BOOLEAN,
    "char": STRING,
    "date": DATE,
    "datetime": TIMESTAMP,
    "datetime2": TIMESTAMP,
    "datetimeoffset": TIMESTAMP,
    "decimal": _decimal(18, 0),
    "float": DOUBLE,
    "image": BINARY,
    "int": INTEGER,
    "money": Decimal(19, 4),
    "nchar": STRING,
    "ntext": STRING,
    "numeric": _decimal(18, 0),
    "nvarchar": STRING,
    "real": FLOAT,
    "rowversion": BINARY,
    "smalldatetime": TIMESTAMP,
    "smallint": SHORT,
    "smallmoney": Decimal(10, 4),
    "sysname": STRING,
    "text": STRING,
    "time": TIME,
    "timestamp": BINARY,
    "tinyint": SHORT,
    "uniqueidentifier": STRING,
    "varbinary": BINARY,
    "varchar": STRING,
    "xml": STRING,
}

_NATIVE: Mapping[str, Mapping[str, DataType | Sized]] = {
    "AmazonRdsForSqlServerTable": _SQL_SERVER,
    "AzureMySqlTable": _MYSQL,
    "AzurePostgreSqlTable": _POSTGRESQL,
    "AzureSqlDWTable": _SQL_SERVER,
    "AzureSqlMITable": _SQL_SERVER,
    "AzureSqlTable": _SQL_SERVER,
    "MySqlTable": _MYSQL,
    "Parquet": _PARQUET,
    "PostgreSqlTable": _POSTGRESQL,
    "PostgreSqlV2Table": _POSTGRESQL,
    "SqlServerTable": _SQL_SERVER,
}


def mapping_type(name: str, precision: int | None, scale: int | None) -> DataType | None:
    """Return the type that a mapping names: an interim type, or SQL Server's as older mappings have it; else None."""
    return _typed(INTERIM, name, precision, scale) or _typed(_SQL_SERVER, name, precision, scale)


def schema_from_dataset(dataset_type: str, columns: tuple[SchemaColumn, ...]) -> Schema:
    """Return a dataset's stored schema. A type that its store does not know by this name is `any`."""
    names = _NATIVE.get(dataset_type, {})
    return Schema(
        tuple(
            Column(
                column.name,
                _typed(names, column.type, column.precision, column.scale)
                or _typed(INTERIM, column.type, column.precision, column.scale)
                or ANY,
                native_type=column.type,
            )
            for column in columns
        )
    )


def _typed(
    names: Mapping[str, DataType | Sized], name: str | None, precision: int | None, scale: int | None
) -> DataType | None:
    found = names.get((name or "").lower())
    return found(precision, scale) if callable(found) else found
