"""Cast: columns take another type, in their places; what does not fit becomes null.

With `errors: true` a row whose value does not fit fails an assertion, which `isError()` and the sink see.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.data.schema import Column
from headwater.data.types import STRING
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import ColumnRef
from headwater.language.dataflow.scope import Unresolved
from headwater.transformations.arguments import flag
from headwater.transformations.conversion import conversion
from headwater.transformations.expression import scope_of
from headwater.transformations.marks import assert_mark
from headwater.transformations.protocol import Given, Outcome, OutputColumn, Transformation
from headwater.transformations.relation import all_marks, all_passed, made, output
from headwater.transformations.scope import Found, StreamScope
from headwater.transformations.source import declared_columns


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    declared = declared_columns(given, given.statement.clause("output"))
    if not declared.columns:
        raise given.refuse("LNG-064", "'cast' names no column", cure="Write cast(output(a as integer)).")
    scope = scope_of(given)
    columns = {column.column.id: column for column in all_passed(stream)}
    faults: list[Fault] = []
    failing: list[tuple[Found, OutputColumn]] = []
    for wanted in declared:
        try:
            found, column = _cast(given, scope, wanted)
        except LanguageError as error:
            faults.extend(error.faults)
            continue
        columns[found.column.id] = column
        failing.append((found, column))
    raise_if_any(LanguageError, faults)
    marks = [_unfit(given, failing)] if flag(given, "errors") else []
    result = output(
        given.statement.name,
        tuple(columns.values()),
        exp.Select().from_(stream.table(), copy=False),
        is_open=stream.is_open,
        marks=(*marks, *all_marks(stream)),
    )
    return Outcome(outputs=(result,))


def _cast(given: Given, scope: StreamScope, wanted: Column) -> tuple[Found, OutputColumn]:
    found = scope.find(wanted.name, None)
    clause = given.statement.clause("output")
    node = next((a for a in (clause.args if clause else ()) if getattr(a, "name", None) == wanted.name), None)
    if isinstance(found, Unresolved):
        raise given.refuse(found.code, found.message, node, found.cure)
    reference = ColumnRef(wanted.name, span=(node or given.statement).span)
    resolved = conversion(given, scope, reference, wanted)
    if resolved is None:
        message = f"Column '{wanted.name}' is {found.column.type}, which does not cast to {wanted.type}"
        raise given.refuse(
            "LNG-077", message, node, "Cast to a type without parts, or one with parts of the same names; parse texts."
        )
    origins = scope.origins(resolved, resolved.text)
    column = made(wanted.name, wanted.type, origins, resolved.sql)
    return found, replace(column, column=replace(column.column, streams=found.column.streams))


def _unfit(given: Given, cast: list[tuple[Found, OutputColumn]]) -> OutputColumn:
    """Return the mark of rows in which a value is there and does not fit."""
    tests = []
    origins: list[Origin] = []
    for found, column in ((found, column) for found, column in cast if column.column.type != STRING):
        value = found.input.sql(found.column)
        there = exp.not_(exp.Is(this=value, expression=exp.null()))
        tests.append(exp.and_(there, exp.Is(this=exp.paren(column.value.copy()), expression=exp.null())))
        origins.append(found.origin("INDIRECT", "CONDITIONAL", given.statement.name))
    failed = exp.or_(*tests) if tests else exp.false()
    message = exp.Literal.string(f"{given.statement.name}: a value does not fit its type")
    return assert_mark(given.statement.name, failed, message, origins)


CAST = Transformation(
    verb="cast", compile=_compile, options={"errors": None}, clauses=frozenset({"output"}), keeps_rows=True
)
