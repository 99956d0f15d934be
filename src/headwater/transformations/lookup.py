"""Lookup: the left rows with the columns of the right rows that match, or nulls where none does.

With `multiple: false` each left row comes out once, with the first, the last or any match: the condition then decides
values and not rows.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.transformations.arguments import condition, flag, text
from headwater.transformations.expression import resolve_condition, scope_of
from headwater.transformations.join import distinct_sides
from headwater.transformations.marks import match_mark
from headwater.transformations.ordering import OrderKey, order_keys
from headwater.transformations.protocol import Given, Outcome, OutputColumn, Transformation
from headwater.transformations.relation import all_marks, all_passed, deciding, output
from headwater.transformations.stream import Stream


def _compile(given: Given) -> Outcome:
    left, right = distinct_sides(given)
    scope = scope_of(given)
    test = resolve_condition(given, scope, condition(given))
    order = order_keys(given, scope)
    origins = deciding(scope.origins(test, test.text), "JOIN")
    many = flag(given, "multiple")
    pickup = (text(given, "pickup") or "any").lower()
    matched = match_mark(_matched(right, test.sql), origins)
    frame = exp.Select().from_(left.table(), copy=False)
    if many:
        frame = frame.join(right.table(), on=test.sql, join_type="LEFT", copy=False)
    else:
        first = _first_match(right, test.sql, order, reverse=pickup == "last")
        frame = frame.join(first, on=exp.true(), join_type="LEFT", copy=False)
        origins += tuple(o for key in order for o in deciding(scope.origins(key.resolved, key.resolved.text), "SORT"))
    found = all_passed(right) if many else tuple(_decided(column, origins) for column in all_passed(right))
    result = output(
        given.statement.name,
        (*all_passed(left), *found),
        frame,
        effects=origins if many else (),
        is_open=left.is_open or right.is_open,
        is_repeatable=(many or bool(order)) and not test.nondeterministic,
        marks=(matched, *all_marks(left, right)),
    )
    return Outcome(outputs=(result,))


def _first_match(right: Stream, test: exp.Expr, order: list[OrderKey], reverse: bool) -> exp.Lateral:
    matches = exp.select("*").from_(right.table()).where(test).limit(1)
    if order:
        matches = matches.order_by(*(key.sql(reverse=reverse) for key in order))
    return exp.Lateral(this=matches.subquery(), alias=exp.TableAlias(this=exp.to_identifier(right.name, quoted=True)))


def _matched(right: Stream, test: exp.Expr) -> exp.Expr:
    """Return whether a left row has a match; evaluated only where somebody asks."""
    return exp.Exists(this=exp.select("1").from_(right.table()).where(test.copy()))


def _decided(column: OutputColumn, origins: tuple[Origin, ...]) -> OutputColumn:
    own = {(origin.stream, origin.column) for origin in column.origins}
    others = (origin for origin in origins if (origin.stream, origin.column) not in own)
    return replace(column, origins=tuple(dict.fromkeys((*column.origins, *others))))


LOOKUP = Transformation(
    verb="lookup",
    compile=_compile,
    inputs=(2, 2),
    options={
        "broadcast": None,
        "multiple": None,
        "pickup": frozenset({"any", "first", "last"}),
    },
    clauses=frozenset({"asc", "desc"}),
    is_expensive=True,
)
