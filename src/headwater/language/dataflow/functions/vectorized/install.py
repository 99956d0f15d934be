"""Gives the vectorized functions to a DuckDB connection."""

from __future__ import annotations

import duckdb
from duckdb.func import FunctionNullHandling, PythonUDFType

from headwater.language.dataflow.functions.vectorized.batches import over_batches
from headwater.language.dataflow.functions.vectorized.registry import SEQUENCE, VECTORIZED


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Register every function, and the sequence of `nextSequence()`, with a connection that has none of them yet."""
    for function in VECTORIZED.values():
        connection.create_function(
            function.sql_name,
            over_batches(function),
            list(function.parameters),
            function.result,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )
    connection.execute(f"CREATE TEMP SEQUENCE {SEQUENCE} MINVALUE 0 START 0").fetchall()
