"""Gives the vectorized functions to a Spark session: the same Python functions that DuckDB calls, Arrow in and out."""

from __future__ import annotations

import warnings

from pyspark.sql import SparkSession
from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf

from headwater.language.dataflow.functions.vectorized.batches import over_batches
from headwater.language.dataflow.functions.vectorized.registry import VECTORIZED

_TYPES: dict[str, str] = {
    "BIGINT": "bigint",
    "BIGINT[]": "array<bigint>",
    "BLOB": "binary",
    "BOOLEAN": "boolean",
    "DOUBLE": "double",
    "INTEGER[]": "array<int>",
    "TIMESTAMP": "timestamp_ntz",
    "VARCHAR": "string",
    "VARCHAR[]": "array<string>",
}


def register(session: SparkSession) -> None:
    """Give a session every vectorized function under the name by which queries call it."""
    with warnings.catch_warnings():
        # The driver would rather see annotations, which functions made for a number of arguments have not, and an older
        # pandas, which nothing here uses.
        warnings.simplefilter("ignore")
        for function in VECTORIZED.values():
            made = arrow_udf(over_batches(function), _TYPES[function.result], ArrowUDFType.SCALAR)
            session.udf.register(function.sql_name, made)
