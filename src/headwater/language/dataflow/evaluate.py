"""The value of an expression that reads no column, by asking a private engine: one meaning of every function.

Beside the vectorized functions, the only module of the language that imports an engine.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import duckdb
from sqlglot import exp

from headwater.data.types import DataType
from headwater.errors import Fault, LanguageError
from headwater.language.dataflow.compile import over
from headwater.language.dataflow.functions.vectorized.function import PREFIX
from headwater.language.dataflow.parser import parse_expression
from headwater.language.dataflow.scope import ColumnScope, Resolved, Scope
from headwater.language.dataflow.typing import resolve
from headwater.language.source import Source

DIALECT = "duckdb"


class Evaluator:
    """A private engine that sees no data; made by `evaluator`."""

    def __init__(self, engine: duckdb.DuckDBPyConnection) -> None:
        self._engine = engine
        self._installed = False

    def literal(self, text: str, scope: Scope | None = None) -> tuple[object, DataType]:
        """Return the value of an expression as Python has it, and its type. Raises LanguageError."""
        source = Source(text)
        expr, faults = parse_expression(source)
        if expr is None:
            raise LanguageError(*faults)
        resolved = resolve(expr, scope or ColumnScope(), source)
        if resolved.sql.find(exp.Explode):
            cure = "Use it in a derive transformation."
            raise LanguageError(source.fault("LNG-036", "'unfold' makes rows, not a value", expr.span, cure))
        if resolved.window:
            resolved = replace(resolved, sql=over(resolved.sql, exp.Window()))
        try:
            return self.values([resolved])[0], resolved.type
        except LanguageError as error:
            place = source.fault(error.code, error.message, expr.span, "").place
            raise LanguageError(*(replace(fault, place=place) for fault in error.faults)) from error

    def values(self, resolved: Sequence[Resolved]) -> tuple[object, ...]:
        """Return the values of resolved expressions that read no column, with one query. Raises LanguageError."""
        query = exp.select(*(value.sql.copy() for value in resolved)).sql(dialect=DIALECT)
        try:
            self._install(query)
            return self._engine.execute(query).fetchall()[0]
        except duckdb.Error as error:
            fault = Fault("LNG-036", f"The expression has no value: {_reason(error)}", cure="Mend its arguments.")
            raise LanguageError(fault) from error

    def _install(self, query: str) -> None:
        if not self._installed and PREFIX in query.lower():
            install_needed(self._engine, query)
            self._installed = True


def _reason(error: duckdb.Error) -> str:
    """Return what went wrong; where a function of ours says it, without the names of Python around it."""
    text = str(error)
    return text.rpartition("ValueError: ")[2].splitlines()[0] if "ValueError: " in text else text.splitlines()[0]


@contextmanager
def evaluator() -> Iterator[Evaluator]:
    """Open an engine for as many expressions as wanted."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as engine:
        engine.execute("SET TimeZone = 'UTC'").fetchall()
        yield Evaluator(engine)


def install_needed(engine: duckdb.DuckDBPyConnection, query: str) -> None:
    """Give a connection the vectorized functions if the query asks for one; most do not, and Arrow loads slowly."""
    if PREFIX in query.lower():
        importlib.import_module("headwater.language.dataflow.functions.vectorized.install").install(engine)


def evaluate_literal(text: str, scope: Scope | None = None) -> tuple[object, DataType]:
    """Return the value of an expression as Python has it, and its type. Raises LanguageError."""
    with evaluator() as engine:
        return engine.literal(text, scope)


def evaluate(values: Sequence[Resolved]) -> tuple[object, ...]:
    """Return the values of resolved expressions that read no column, with one query. Raises LanguageError."""
    if not values:
        return ()
    with evaluator() as engine:
        return engine.values(values)
