"""The ends of a flowlet: `input(output(…))` takes the columns that the call maps, `output()` gives what it maps."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from headwater.data.schema import Column
from headwater.language.dataflow.ast import Assignment, Clause, ColumnRef, Expr, Positional
from headwater.language.dataflow.functions import sql
from headwater.transformations.arguments import flag
from headwater.transformations.conversion import conversion
from headwater.transformations.expression import resolve_value, scope_of
from headwater.transformations.mapping import all_columns, is_open_mapping, mapped_columns
from headwater.transformations.protocol import Given, Outcome, OutputColumn, Transformation
from headwater.transformations.relation import all_marks, made, output, passed
from headwater.transformations.scope import Found, StreamScope
from headwater.transformations.source import declared_columns


def _compile_input(given: Given) -> Outcome:
    (stream,) = given.inputs
    scope = scope_of(given)
    declared = declared_columns(given, given.statement.clause("output"))
    mapping = _mapping(given, given.statement.clause("mapColumn"))
    columns = [_taken(given, scope, column, mapping) for column in declared]
    if flag(given, "allowSchemaDrift"):
        names = {*declared.names, *(value.name for value in mapping.values() if isinstance(value, ColumnRef))}
        columns += [passed(found) for found in scope.by_label.values() if found.column.name not in names]
    frame = exp.Select().from_(stream.table(), copy=False)
    is_open = stream.is_open and flag(given, "allowSchemaDrift")
    result = output(given.statement.name, columns, frame, is_open=is_open, marks=all_marks(stream))
    return Outcome(outputs=(result,))


def _mapping(given: Given, clause: Clause | None) -> Mapping[str, Expr]:
    mapping: dict[str, Expr] = {}
    for argument in clause.args if clause else ():
        match argument:
            case Positional(ColumnRef(name) as value):
                mapping[name] = value
            case Assignment(str(name), value, False):
                mapping[name] = value
            case _:
                cure = "Map columns as in mapColumn(a, b = c)."
                raise given.refuse("LNG-071", f"'{given.written(argument)}' is no column mapping", argument, cure)
    return mapping


def _taken(given: Given, scope: StreamScope, wanted: Column, mapping: Mapping[str, Expr]) -> OutputColumn:
    """Return a column of the flowlet's input; null where the call leaves it empty."""
    value = mapping.get(wanted.name) if mapping else ColumnRef(wanted.name, span=given.statement.span)
    if value is None or (isinstance(value, ColumnRef) and not value.name):
        return made(wanted.name, wanted.type, (), sql.typed_null(wanted.type))
    found = scope.find(value.name, value.stream) if isinstance(value, ColumnRef) else None
    if isinstance(found, Found) and found.column.type == wanted.type:
        return passed(found, wanted.name)
    resolved = resolve_value(given, scope, value)
    if resolved.type != wanted.type:
        converted = conversion(given, scope, value, wanted)
        if converted is None:
            message = f"Column '{wanted.name}' of the flowlet is {wanted.type}, what is mapped is {resolved.type}"
            raise given.refuse("LNG-077", message, value, "Map a column of that type.")
        resolved = converted
    return made(wanted.name, wanted.type, scope.origins(resolved, resolved.text), resolved.sql)


def _compile_output(given: Given) -> Outcome:
    (stream,) = given.inputs
    clause = given.statement.clause("mapColumn")
    scope = scope_of(given)
    columns = all_columns(given, scope.by_label.values()) if clause is None else mapped_columns(given, scope, clause)
    result = output(
        given.statement.name,
        columns,
        exp.Select().from_(stream.table(), copy=False),
        is_open=stream.is_open and (clause is None or is_open_mapping(clause)),
        marks=all_marks(stream),
        aliases=tuple(given.statement.name.split("@")),
    )
    return Outcome(outputs=(result,))


FLOWLET_INPUT = Transformation(
    verb="input",
    compile=_compile_input,
    options={"allowSchemaDrift": None, "order": None, "validateSchema": None},
    clauses=frozenset({"mapColumn", "output"}),
    keeps_rows=True,
)
FLOWLET_OUTPUT = Transformation(
    verb="output",
    compile=_compile_output,
    options={"order": None, "skipDuplicateMapInputs": None, "skipDuplicateMapOutputs": None},
    clauses=frozenset({"mapColumn"}),
    keeps_rows=True,
)
