"""Sort: the same rows in an order. The order lasts as far as the next transformation that has one of its own."""

from __future__ import annotations

from sqlglot import exp

from headwater.transformations.arguments import flag
from headwater.transformations.expression import scope_of
from headwater.transformations.ordering import order_keys
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.relation import all_marks, all_passed, deciding, output


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    scope = scope_of(given)
    keys = order_keys(given, scope)
    if not keys:
        raise given.refuse("LNG-064", "'sort' has no order", cure="Write sort(asc(column, true)).")
    ignore_case = flag(given, "caseInsensitive")
    frame = exp.Select().from_(stream.table(), copy=False)
    frame = frame.order_by(*(key.sql(ignore_case) for key in keys), copy=False)
    origins = [origin for key in keys for origin in deciding(scope.origins(key.resolved, key.resolved.text), "SORT")]
    result = output(
        given.statement.name,
        all_passed(stream),
        frame,
        effects=origins,
        is_open=stream.is_open,
        marks=all_marks(stream),
    )
    return Outcome(outputs=(result,))


SORT = Transformation(
    verb="sort",
    compile=_compile,
    options={"caseInsensitive": None, "partitionLevel": None},
    clauses=frozenset({"asc", "desc"}),
    is_expensive=True,
    keeps_rows=True,
)
