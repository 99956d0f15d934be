"""Select: the columns that are mapped, in that order, under their new names. All others are dropped."""

from __future__ import annotations

from sqlglot import exp

from headwater.transformations.expression import scope_of
from headwater.transformations.mapping import is_open_mapping, mapped_columns
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.relation import output


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    clause = given.statement.clause("mapColumn")
    if clause is None:
        cure = "Write select(mapColumn(a, b = c))."
        raise given.refuse("LNG-064", f"'{given.statement.name}' maps no columns", cure=cure)
    columns = mapped_columns(given, scope_of(given), clause)
    result = output(
        given.statement.name,
        columns,
        exp.Select().from_(stream.table(), copy=False),
        is_open=stream.is_open and is_open_mapping(clause),
    )
    return Outcome(outputs=(result,))


SELECT = Transformation(
    verb="select",
    compile=_compile,
    options={"skipDuplicateMapInputs": None, "skipDuplicateMapOutputs": None},
    clauses=frozenset({"mapColumn"}),
    keeps_rows=True,
)
