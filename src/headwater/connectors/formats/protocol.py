"""What a file format must tell the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import duckdb
from sqlglot import exp

from headwater.data.schema import Schema
from headwater.language.expression.ast import Json


class Format(Protocol):
    """A frozen value: the options of one dataset (delimiter, codec, …), read from its typeProperties."""

    @property
    def name(self) -> str:
        """Dataset type: `DelimitedText`, `Parquet`, `Json` …"""

    @property
    def extension(self) -> str:
        """With the dot: `.csv`, `.parquet`."""

    def scan(self, urls: Sequence[str], schema: Schema | None) -> exp.Expression:
        """Return the engine's table function over these files.

        With a schema, its columns are given their types by name (by position where the files have no header);
        without, text formats give strings. Use in `FROM`.
        """

    def describe(self, connection: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> Schema:
        """Return the columns that the files hold. Raises ConnectorError for a file that is not of this format."""

    def copy_options(self) -> Mapping[str, Json]:
        """Return the options of `COPY … TO` that write this format, by DuckDB's names."""
