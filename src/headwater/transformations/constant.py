"""Values of expressions that need no row: options, conditions of column patterns, names that patterns make.

A literal is its own value. Anything else is asked of a private engine in memory, so that there is one meaning of every
function; it sees no data.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Iterator, Sequence

import duckdb
from sqlglot import exp

from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import Expr, Literal
from headwater.language.dataflow.evaluate import install_needed
from headwater.language.dataflow.scope import Resolved, Scope
from headwater.language.dataflow.typing import resolve
from headwater.language.expression.ast import Json
from headwater.language.source import Source
from headwater.transformations.scope import Names, scope_over


def constant(names: Names, expr: Expr, source: Source) -> Json:
    """Return the value of an expression over parameters and literals. Raises LanguageError if it names a column."""
    if isinstance(expr, Literal):
        return _json(expr.value)
    return evaluate(source, [(expr, resolve(expr, scope_over((), names), source))])[0]


def constants(scopes: Sequence[Scope], expr: Expr, source: Source) -> list[Json]:
    """Return the values of one expression in several scopes that have no columns of data."""
    if isinstance(expr, Literal):
        return [_json(expr.value)] * len(scopes)
    return evaluate(source, [(expr, resolve(expr, scope, source)) for scope in scopes])


def evaluate(source: Source, resolved: Sequence[tuple[Expr, Resolved]]) -> list[Json]:
    """Return the values of resolved expressions that read no column, with one query."""
    if not resolved:
        return []
    raise_if_any(LanguageError, [fault for node, value in resolved for fault in _unknown(source, node, value)])
    query = exp.select(*(value.sql.copy() for _, value in resolved)).sql(dialect="duckdb")
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as engine:
            engine.execute("SET TimeZone = 'UTC'").fetchall()
            install_needed(engine, query)
            row = engine.execute(query).fetchone() or ()
    except duckdb.Error as error:
        node = resolved[0][0]
        message = f"The expression has no value: {str(error).splitlines()[0]}"
        raise LanguageError(source.fault("LNG-076", message, node.span, "Mend its arguments.")) from error
    return [_json(value) for value in row]


def _unknown(source: Source, node: Expr, value: Resolved) -> Iterator[Fault]:
    """Yield why a value is not known before the run."""
    if value.sql.find(exp.Explode):
        yield source.fault("LNG-076", "'unfold' makes rows, not a value", node.span, "Unfold it in a derive.")
    elif value.sql.find(exp.Table):
        message = f"'{value.text}' looks into a cache sink, whose rows are not known before the run"
        yield source.fault("LNG-076", message, node.span, "Name the columns by parameters.")


def _json(value: object) -> Json:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime.datetime() | datetime.date():
            return value.isoformat()
        case decimal.Decimal():
            return float(value)
        case list() | tuple():
            return [_json(item) for item in value]
        case dict():
            return {str(key): _json(item) for key, item in value.items()}
        case _:
            return str(value)
