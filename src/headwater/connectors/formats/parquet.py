"""Parquet: columns with types of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from headwater.connectors.formats.options import option_text
from headwater.connectors.formats.table_functions import describe_scan, table_function
from headwater.connectors.sql_types import engine_type
from headwater.data.schema import Schema
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json

CODECS: Mapping[str, str] = {
    "brotli": "brotli",
    "gzip": "gzip",
    "lz4": "lz4_raw",
    "none": "uncompressed",
    "snappy": "snappy",
    "zstd": "zstd",
}


@dataclass(frozen=True, slots=True)
class Parquet:
    """`codec` is the engine's name of the compression that is written; reading takes any."""

    codec: str = "snappy"

    @property
    def name(self) -> str:
        return "Parquet"

    @property
    def extension(self) -> str:
        return ".parquet"

    @property
    def has_names(self) -> bool:
        return True

    def plain(self) -> tuple[Parquet, None]:
        return self, None

    def scan(self, urls: Sequence[str], schema: Schema | None) -> exp.Expression:
        function = table_function("read_parquet", urls, {})
        if schema is None:
            return function
        columns = [
            exp.cast(exp.column(column.name, quoted=True), engine_type(column.type)).as_(column.name, quoted=True)
            for column in schema
        ]
        return exp.select(*columns).from_(function).subquery()

    def describe(self, connection: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> Schema:
        return describe_scan(connection, self.scan(urls, None), "The Parquet file", urls)

    def copy_options(self) -> Mapping[str, Json]:
        return {"FORMAT": "parquet", "COMPRESSION": self.codec}


def parquet_from_properties(properties: Mapping[str, Json]) -> Parquet:
    """Return the options of a Parquet dataset. Raises ConnectorError for a codec that is not built (lzo)."""
    name = option_text(properties, "compressionCodec", "snappy", "Parquet").lower()
    if name not in CODECS:
        raise ConnectorError(
            Fault("CON-021", f"Parquet: compression '{name}' is not built", cure=f"Use one of {', '.join(CODECS)}.")
        )
    return Parquet(CODECS[name])
