"""Select: the columns that are mapped, in that order, under their new names; all columns where nothing is mapped."""

from __future__ import annotations

from sqlglot import exp

from headwater.transformations.expression import scope_of
from headwater.transformations.mapping import all_columns, is_open_mapping, mapped_columns
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.relation import all_marks, output


def _compile(given: Given) -> Outcome:
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
    )
    return Outcome(outputs=(result,))


SELECT = Transformation(
    verb="select",
    compile=_compile,
    options={"skipDuplicateMapInputs": None, "skipDuplicateMapOutputs": None},
    clauses=frozenset({"mapColumn"}),
    keeps_rows=True,
)
