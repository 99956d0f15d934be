"""Running one statement on an engine connection to its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
from sqlglot import exp


def run_statement(
    connection: duckdb.DuckDBPyConnection, statement: str | exp.Expr, parameters: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    """Run a statement and return all its rows: the engine refuses the next one while rows are left unread."""
    text = statement if isinstance(statement, str) else statement.sql("duckdb")
    return connection.execute(text, list(parameters)).fetchall()


def count_of(rows: Sequence[tuple[object, ...]]) -> int:
    """Return the row count that a COPY or INSERT answers with."""
    return rows[0][0] if rows and isinstance(rows[0][0], int) else 0
