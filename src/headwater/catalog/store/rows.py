"""Rows of a statement that is asked many times in one request, as plain tuples.

A walk asks forty statements of a few rows each; most of the price of such a one is SQLAlchemy's result. The statement
itself stays SQLAlchemy's, compiled once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVarTuple

from sqlalchemy import Connection, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Columns = TypeVarTuple("Columns")


def fetch(
    connection: Connection, statement: Select[*Columns], parameters: Mapping[str, object]
) -> list[tuple[*Columns]]:
    """Return all rows. The statement is one that is kept, and its columns are of types that need no decoding."""
    compiled = _compiled(statement, connection.dialect)
    given = {**compiled.params, **parameters}
    values: Any = given  # Any: by name or in order, as the driver takes them.
    if compiled.positiontup is not None:
        values = tuple(given[name] for name in compiled.positiontup)
    driver = connection.dialect.loaded_dbapi
    cursor = connection.connection.cursor()
    try:
        cursor.execute(compiled.string, values)
        return list(cursor.fetchall())
    except driver.Error as error:
        raise DBAPIError.instance(compiled.string, values, error, driver.Error, dialect=connection.dialect) from error
    finally:
        cursor.close()


@lru_cache(maxsize=256)
def _compiled(statement: Select[*tuple[object, ...]], dialect: Dialect) -> SQLCompiler:
    compiled = statement.compile(dialect=dialect)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"{type(compiled).__name__} is no SQL")
    return compiled
