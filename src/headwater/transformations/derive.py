"""Derived column: new columns, and new values for columns that are there. All others pass.

Every expression sees the columns as they come in, never those that the same transformation makes; `:local` values are
the way to share a part of an expression.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from headwater.transformations.defined import DefinedColumn, define
from headwater.transformations.expression import resolve_rows, scope_of
from headwater.transformations.protocol import Given, Outcome, OutputColumn, Transformation
from headwater.transformations.relation import all_marks, all_passed, output
from headwater.transformations.scope import Found, StreamScope
from headwater.transformations.unfold import unfolded


def _compile(given: Given) -> Outcome:
    return derived(given, lambda scope: define(given, scope, resolve_rows))


def derived(given: Given, defining: Callable[[StreamScope], tuple[DefinedColumn, ...]]) -> Outcome:
    """Return the input with columns that are defined anew, in the places of those they replace."""
    (stream,) = given.inputs
    scope = scope_of(given)
    frame = exp.Select().from_(stream.table(), copy=False)
    defined, frame, effects = unfolded(given, defining(scope), frame)
    columns = list(all_passed(stream))
    positions = {column.id: index for index, column in enumerate(stream)}
    for new in defined:
        old = _replaced(given, scope, new)
        if old is None:
            columns.append(new.column)
        else:
            columns[positions[old.column.id]] = _in_place_of(old, new.column)
    result = output(
        given.statement.name,
        columns,
        frame,
        effects=effects,
        is_open=stream.is_open,
        is_repeatable=not any(new.resolved.nondeterministic for new in defined),
        marks=all_marks(stream),
    )
    return Outcome(outputs=(result,), drops_rows=bool(effects))


def _replaced(given: Given, scope: StreamScope, new: DefinedColumn) -> Found | None:
    if new.target is not None:
        return new.target
    if new.name not in scope.by_name:
        return None
    found = scope.find(new.name, None)
    if isinstance(found, Found):
        return found
    raise given.refuse(found.code, found.message, new.node, found.cure)


def _in_place_of(old: Found, new: OutputColumn) -> OutputColumn:
    """Return the new column so that `stream@name` of the one that it replaces still finds it."""
    return replace(new, column=replace(new.column, streams=old.column.streams))


DERIVE = Transformation(verb="derive", compile=_compile, clauses=frozenset({"each"}), keeps_rows=True)
