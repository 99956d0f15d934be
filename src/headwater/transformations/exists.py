"""Exists: the rows of the left input that have a match in the right one, or with `negate` those that have none."""

from __future__ import annotations

from sqlglot import exp

from headwater.transformations.arguments import condition, flag
from headwater.transformations.expression import resolve_condition, scope_of
from headwater.transformations.join import distinct_sides
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.relation import all_marks, all_passed, deciding, output


def _compile(given: Given) -> Outcome:
    left, right = distinct_sides(given)
    scope = scope_of(given)
    test = resolve_condition(given, scope, condition(given))
    matches = exp.select("1").from_(right.table()).where(test.sql)
    matched: exp.Expr = exp.Exists(this=matches)
    if flag(given, "negate"):
        matched = exp.not_(matched)
    result = output(
        given.statement.name,
        all_passed(left),
        exp.Select().from_(left.table(), copy=False).where(matched, copy=False),
        effects=deciding(scope.origins(test, test.text), "JOIN"),
        is_open=left.is_open,
        is_repeatable=not test.nondeterministic,
        marks=all_marks(left),
    )
    return Outcome(outputs=(result,))


EXISTS = Transformation(
    verb="exists", compile=_compile, inputs=(2, 2), options={"broadcast": None, "negate": None}, is_expensive=True
)
