"""Building the engine's table functions (`read_csv(…)`) as trees, so that no text is ever pasted into SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.sql_types import engine_type, schema_of
from headwater.data.schema import Schema
from headwater.errors import Place

_GLOB = str.maketrans({"*": "[*]", "?": "[?]", "[": "[[]"})


def table_function(name: str, urls: Sequence[str], options: Mapping[str, exp.Expression]) -> exp.Expression:
    """Return `name([urls], option = value, …)`; the engine takes each URL literally, not as a pattern."""
    files = exp.Array(expressions=[exp.Literal.string(url.translate(_GLOB)) for url in urls])
    # Else a folder `key=value` anywhere above a file would add a column to it.
    literal = {"hive_partitioning": exp.false()} if name.startswith("read_") else {}
    named = [exp.EQ(this=exp.to_identifier(key), expression=value) for key, value in {**literal, **options}.items()]
    return exp.Anonymous(this=name, expressions=[files, *named])


def text(value: str) -> exp.Expression:
    return exp.Literal.string(value)


def flag(value: bool) -> exp.Expression:
    return exp.true() if value else exp.false()


def names(schema: Schema) -> exp.Expression:
    """Return the list of column names."""
    return exp.Array(expressions=[text(name) for name in schema.names])


def types(schema: Schema) -> exp.Expression:
    """Return the struct that gives each column its type by name."""
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=text(column.name), expression=text(engine_type(column.type).sql("duckdb")))
            for column in schema
        ]
    )


def describe_scan(
    connection: duckdb.DuckDBPyConnection, scan: exp.Expression, what: str, urls: Sequence[str]
) -> Schema:
    """Return the columns of a scan. Raises ConnectorError about `what` if the engine cannot read it."""
    with faults_as(DUCKDB, what, Place(file=urls[0] if len(urls) == 1 else None)):
        return schema_of(connection.sql(exp.select("*").from_(scan).sql("duckdb")))
