"""The value of an expression that reads no column, by asking a private engine: one meaning of every function.

The only module of the language that imports an engine.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from sqlglot import exp

from headwater.data.types import DataType
from headwater.errors import Fault, LanguageError
from headwater.language.dataflow.parser import parse_expression
from headwater.language.dataflow.scope import ColumnScope, Resolved, Scope
from headwater.language.dataflow.typing import resolve
from headwater.language.source import Source

DIALECT = "duckdb"


def evaluate_literal(text: str, scope: Scope | None = None) -> tuple[object, DataType]:
    """Return the value of an expression as Python has it, and its type. Raises LanguageError."""
    source = Source(text)
    expr, faults = parse_expression(source)
    if expr is None:
        raise LanguageError(*faults)
    resolved = resolve(expr, scope or ColumnScope(), source)
    return evaluate([resolved])[0], resolved.type


def evaluate(values: Sequence[Resolved]) -> tuple[object, ...]:
    """Return the values of resolved expressions that read no column, with one query. Raises LanguageError."""
    if not values:
        return ()
    query = exp.select(*(value.sql.copy() for value in values)).sql(dialect=DIALECT)
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as engine:
        try:
            return tuple(engine.execute(query).fetchone() or ())
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            fault = Fault("LNG-036", f"The expression has no value: {reason}", cure="Mend its arguments.")
            raise LanguageError(fault) from error
