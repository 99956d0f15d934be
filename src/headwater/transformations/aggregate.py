"""Aggregate: one row a group; only the group's columns and the aggregates come out.

Without groupBy there is one group, which gives a row even where nothing comes in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlglot import exp

from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import Argument, Assignment, ColumnRef, Positional
from headwater.language.dataflow.scope import Resolved, Unresolved
from headwater.transformations.defined import DefinedColumn, define
from headwater.transformations.expression import resolve_aggregate, resolve_value, scope_of
from headwater.transformations.protocol import Given, Outcome, OutputColumn, Transformation
from headwater.transformations.relation import deciding, made, output, passed
from headwater.transformations.scope import Found, StreamScope


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    scope = scope_of(given)
    faults: list[Fault] = []
    keys = group_keys(given, scope, faults)
    defined = _aggregates(given, scope, {key.column.name for key in keys}, faults)
    raise_if_any(LanguageError, faults)
    is_open = stream.is_open and given.statement.clause("each") is not None
    if not keys and not defined and not is_open:
        raise given.refuse("LNG-064", "'aggregate' defines no column", cure="Write aggregate(groupBy(a), s = sum(b)).")
    frame = exp.Select().from_(stream.table(), copy=False)
    if keys:
        frame = frame.group_by(*(group_value(key.value) for key in keys), copy=False)
    result = output(
        given.statement.name,
        [*keys, *(d.column for d in defined)],
        frame,
        effects=deciding((origin for key in keys for origin in key.origins), "GROUP_BY"),
        is_open=is_open,
        is_repeatable=not any(d.resolved.nondeterministic for d in defined),
    )
    return Outcome(outputs=(result,))


def group_value(value: exp.Expr) -> exp.Expr:
    """Return a key for GROUP BY, where a bare number would mean the position of a column."""
    key = value.copy()
    return key if key.find(exp.Column) else exp.Coalesce(this=key, expressions=[key.copy()])


def _aggregates(
    given: Given, scope: StreamScope, taken: Collection[str], faults: list[Fault]
) -> tuple[DefinedColumn, ...]:
    try:
        defined = define(given, scope, resolve_aggregate)
    except LanguageError as error:
        faults.extend(error.faults)
        return ()
    for column in (column for column in defined if column.name in taken):
        message = f"Column '{column.name}' is a group column already"
        faults.append(given.fault("LNG-069", message, column.node, "Rename it."))
    return defined


def group_keys(given: Given, scope: StreamScope, faults: list[Fault]) -> list[OutputColumn]:
    """Return the columns of `groupBy(…)`; what is wrong is added to `faults`."""
    clause = given.statement.clause("groupBy")
    keys: dict[str, OutputColumn] = {}
    for argument in clause.args if clause else ():
        try:
            key = _key(given, scope, argument)
        except LanguageError as error:
            faults.extend(error.faults)
            continue
        if key.column.name in keys:
            message = f"'{key.column.name}' is grouped by twice"
            faults.append(given.fault("LNG-069", message, argument, "Remove one."))
        keys[key.column.name] = key
    return list(keys.values())


def _key(given: Given, scope: StreamScope, argument: Argument) -> OutputColumn:
    match argument:
        case Positional(ColumnRef(name, stream)):
            found = scope.find(name, stream)
            if isinstance(found, Unresolved):
                raise given.refuse(found.code, found.message, argument, found.cure)
            return _grouped(found, found.column.name)
        case Assignment(str(name), ColumnRef(column, stream), False):
            found = scope.find(column, stream)
            if isinstance(found, Found):
                return _grouped(found, name)
            raise given.refuse(found.code, found.message, argument, found.cure)
        case Assignment(str(name), value, False):
            return _computed(scope, name, resolve_value(given, scope, value))
    cure = "Write groupBy(column, name = expression)."
    raise given.refuse("LNG-071", f"'{given.written(argument)}' is no group column", argument, cure)


def _grouped(found: Found, name: str) -> OutputColumn:
    """Return a column that is grouped by, which stands back where it meets the one that it was."""
    column = passed(found, name)
    return replace(column, column=replace(column.column, grouped=True))


def _computed(scope: StreamScope, name: str, resolved: Resolved) -> OutputColumn:
    return made(name, resolved.type, scope.origins(resolved, resolved.text), resolved.sql)


AGGREGATE = Transformation(
    verb="aggregate", compile=_compile, clauses=frozenset({"each", "groupBy"}), is_expensive=True
)
