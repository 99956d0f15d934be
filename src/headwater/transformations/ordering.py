"""`asc(expression, nullsFirst)` and `desc(…)`: the order of sort, lookup and window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from headwater.data.types import STRING
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import Clause, Literal, Positional
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.expression import resolve_value
from headwater.transformations.protocol import Given
from headwater.transformations.scope import StreamScope


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One expression to order by."""

    resolved: Resolved
    descending: bool
    nulls_first: bool

    def sql(self, ignore_case: bool = False, reverse: bool = False) -> exp.Ordered:
        """Return the key of an ORDER BY."""
        value = self.resolved.sql.copy()
        if ignore_case and self.resolved.type == STRING:
            value = exp.Lower(this=value)
        return exp.Ordered(this=value, desc=self.descending != reverse, nulls_first=self.nulls_first != reverse)


def order_keys(given: Given, scope: StreamScope) -> list[OrderKey]:
    """Return the keys of the statement's asc and desc clauses in order. Raises LanguageError."""
    faults: list[Fault] = []
    keys: list[OrderKey] = []
    for clause in _clauses(given):
        try:
            keys.append(_key(given, scope, clause))
        except LanguageError as error:
            faults.extend(error.faults)
    raise_if_any(LanguageError, faults)
    return keys


def _clauses(given: Given) -> Iterator[Clause]:
    for argument in given.statement.args:
        if isinstance(argument, Clause) and argument.name in ("asc", "desc"):
            yield argument


def _key(given: Given, scope: StreamScope, clause: Clause) -> OrderKey:
    match clause.args:
        case (Positional(value),):
            nulls_first = clause.name == "asc"
        case (Positional(value), Positional(Literal(bool(nulls_first)))):
            pass
        case _:
            cure = f"Write {clause.name}(column, true)."
            raise given.refuse("LNG-064", f"'{given.written(clause)}' is no order", clause, cure)
    return OrderKey(resolve_value(given, scope, value), clause.name == "desc", nulls_first)
