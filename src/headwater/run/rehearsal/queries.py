"""The columns of a source that reads a query: those that its SELECT names, with the types of its casts."""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from headwater.data.schema import Column, Schema
from headwater.data.types import (
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
    TIMESTAMP,
    DataType,
    Decimal,
)
from headwater.language.dataflow.ast import Literal, Statement

_TYPES: dict[exp.DType, DataType] = {
    exp.DType.BIGINT: LONG,
    exp.DType.BIT: BOOLEAN,
    exp.DType.BOOLEAN: BOOLEAN,
    exp.DType.DATE: DATE,
    exp.DType.DATETIME: TIMESTAMP,
    exp.DType.DATETIME2: TIMESTAMP,
    exp.DType.DOUBLE: DOUBLE,
    exp.DType.FLOAT: FLOAT,
    exp.DType.INT: INTEGER,
    exp.DType.SMALLINT: SHORT,
    exp.DType.TIMESTAMP: TIMESTAMP,
    exp.DType.TINYINT: BYTE,
    exp.DType.VARBINARY: BINARY,
}


def reads_query(statement: Statement) -> bool:
    """Return whether a source reads a query instead of its dataset's table."""
    return statement.verb == "source" and (option := statement.option("query")) is not None and option.value != ()


def query_columns(statement: Statement, table: Schema) -> Schema:
    """Return the columns that a source's query gives, as far as its text says; `table` where it selects all.

    No columns where the text is an expression, is not read, or selects some columns by a star and others by name.
    """
    option = statement.option("query")
    if option is None or not isinstance(option.value, Literal) or not isinstance(option.value.value, str):
        return Schema()
    try:
        tree = sqlglot.parse_one(option.value.value, dialect="tsql")
    except sqlglot.errors.SqlglotError:
        return Schema()
    if not isinstance(tree, exp.Query):
        return Schema()
    if tree.is_star:
        return table if len(tree.selects) == 1 else Schema()
    stored = {column.name.lower(): column.type for column in table}
    columns = {
        name.lower(): Column(name, _type(selected, stored))
        for selected in tree.selects
        if (name := selected.alias_or_name)
    }
    return Schema(tuple(columns.values()))


def _type(selected: exp.Expr, stored: dict[str, DataType]) -> DataType:
    value = selected.unalias()
    if isinstance(value, exp.Cast):
        made = value.to
        if made.this == exp.DType.DECIMAL:
            sizes = [int(size.name) for size in made.expressions if size.name.isdigit()]
            return Decimal(*sizes[:2]) if sizes else Decimal(18, 0)
        return _TYPES.get(made.this, STRING)
    if isinstance(value, exp.Column):
        return stored.get(value.name.lower(), STRING)
    return INTEGER if isinstance(value, exp.Count) else STRING
