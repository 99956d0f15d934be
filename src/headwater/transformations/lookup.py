"""Lookup: the left rows with the columns of the right rows that match, or nulls where none does.

With `multiple: false` each left row comes out once, with the first, the last or any match: the condition then decides
values and not rows.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.language.dataflow.scope import Resolved
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
        frame = _joined_once(frame, right, test, order, reverse=pickup == "last")
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


def _joined_once(
    frame: exp.Select, right: Stream, test: Resolved, order: list[OrderKey], *, reverse: bool
) -> exp.Select:
    """Join the first match of each left row: one right row a key where that says it, else one search a left row."""
    ordered = [key.sql(reverse=reverse) for key in order]
    keys = [] if test.nondeterministic else _equal_to(right, test.sql)
    if not keys or any(_tables(key) - {right.name} for key in ordered):
        first = _first_match(right, test.sql, order, reverse=reverse)
        return frame.join(first, on=exp.true(), join_type="LEFT", copy=False)
    one_each = exp.select("*").distinct(*keys, copy=False).from_(right.table())
    if ordered:
        one_each = one_each.order_by(*ordered)
    alias = exp.TableAlias(this=exp.to_identifier(right.name, quoted=True))
    return frame.join(exp.Subquery(this=one_each, alias=alias), on=test.sql, join_type="LEFT", copy=False)


def _equal_to(right: Stream, test: exp.Expr) -> list[exp.Expr]:
    """Return the right sides of a condition that is nothing but left = right, joined by and; else none."""
    keys: list[exp.Expr] = []
    for part in test.unnest().flatten() if isinstance(test.unnest(), exp.And) else (test,):
        equal = part.unnest()
        if not isinstance(equal, exp.EQ) or equal.find(exp.Query):
            return []
        sides = [side for side in (equal.this, equal.expression) if _tables(side) == {right.name}]
        others = [side for side in (equal.this, equal.expression) if right.name not in _tables(side)]
        if len(sides) != 1 or len(others) != 1:
            return []
        keys.append(sides[0].copy())
    return keys


def _tables(value: exp.Expr) -> set[str]:
    return {column.table for column in value.find_all(exp.Column)}


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
