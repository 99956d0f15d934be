"""Filter: keeps the rows for which the condition is true; a condition that is null drops the row."""

from __future__ import annotations

from sqlglot import exp

from headwater.transformations.arguments import condition
from headwater.transformations.expression import resolve_condition, scope_of
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.relation import all_marks, all_passed, deciding, output


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    scope = scope_of(given)
    test = resolve_condition(given, scope, condition(given))
    frame = exp.Select().from_(stream.table(), copy=False).where(test.sql, copy=False)
    effects = deciding(scope.origins(test, test.text), "FILTER")
    result = output(
        given.statement.name,
        all_passed(stream),
        frame,
        effects=effects,
        is_open=stream.is_open,
        is_repeatable=not test.nondeterministic,
        marks=all_marks(stream),
    )
    return Outcome(outputs=(result,))


FILTER = Transformation(verb="filter", compile=_compile)
