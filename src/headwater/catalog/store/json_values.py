"""A value inside a JSON column, as something that can be compared."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Numeric, Text, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Value(FunctionElement[Any]):  # Any: each kind below has its own type.
    """`json_extract` of SQLite, which gives the value in its own type."""

    inherit_cache = True


class _Number(_Value):
    name = "json_number"
    inherit_cache = True
    type = Numeric(asdecimal=False)


class _Truth(_Value):
    name = "json_truth"
    inherit_cache = True
    type = Boolean()


class _Words(_Value):
    name = "json_text"
    inherit_cache = True
    type = Text()


def json_value(column: ColumnElement[object], key: str, like: object) -> ColumnElement[object]:
    """Return the value of a key, to be compared with a value like this one; NULL where it is of another kind."""
    # The key is a bound value, quoted as JSON paths are, so that no name can reach the statement.
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    kind = _Truth if isinstance(like, bool) else _Number if isinstance(like, int | float) else _Words
    return kind(column, literal(f'$."{escaped}"', Text), literal(key, Text))


@compiles(_Value, "sqlite")
def _of_sqlite(element: _Value, compiler: SQLCompiler, **options: object) -> str:
    column, path = (compiler.process(clause, **options) for clause in list(element.clauses)[:2])
    return f"json_extract({column}, {path})"


@compiles(_Words, "postgresql")
def _words(element: _Words, compiler: SQLCompiler, **options: object) -> str:
    column, key = (compiler.process(clause, **options) for clause in list(element.clauses)[::2])
    return f"(CAST({column} AS JSONB) ->> {key})"


@compiles(_Number, "postgresql")
def _number(element: _Number, compiler: SQLCompiler, **options: object) -> str:
    return _typed(element, compiler, "number", "NUMERIC", options)


@compiles(_Truth, "postgresql")
def _truth(element: _Truth, compiler: SQLCompiler, **options: object) -> str:
    return _typed(element, compiler, "boolean", "BOOLEAN", options)


def _typed(element: _Value, compiler: SQLCompiler, kind: str, type: str, options: dict[str, object]) -> str:
    column, key = (compiler.process(clause, **options) for clause in list(element.clauses)[::2])
    held = f"CAST({column} AS JSONB) -> {key}"
    return f"CASE WHEN jsonb_typeof({held}) = '{kind}' THEN CAST({held} AS {type}) END"
