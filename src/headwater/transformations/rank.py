"""Rank: a new column with the place of each row in an order; equal rows share a place, and `dense` leaves no gaps."""

from __future__ import annotations

from sqlglot import exp

from headwater.data.types import LONG
from headwater.transformations.arguments import flag
from headwater.transformations.expression import scope_of
from headwater.transformations.ordering import order_keys
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.relation import all_marks, all_passed, deciding, made, output
from headwater.transformations.source import declared_columns


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    declared = declared_columns(given, given.statement.clause("output"))
    if len(declared) != 1 or declared.columns[0].type != LONG:
        raise given.refuse("LNG-064", "'rank' makes one long column", cure="Write output(place as long).")
    name = declared.columns[0].name
    if any(column.name == name for column in stream):
        cure = "Give the rank another name."
        raise given.refuse("LNG-069", f"Stream '{stream.name}' has a column '{name}' already", cure=cure)
    scope = scope_of(given)
    keys = order_keys(given, scope)
    if not keys:
        raise given.refuse("LNG-064", "'rank' has no order", cure="Write rank(asc(column, true), …).")
    ignore_case = flag(given, "caseInsensitive")
    place = exp.DenseRank() if flag(given, "dense") else exp.Rank()
    value = exp.Window(this=place, order=exp.Order(expressions=[key.sql(ignore_case) for key in keys]))
    origins = [o for key in keys for o in deciding(scope.origins(key.resolved, key.resolved.text), "WINDOW")]
    result = output(
        given.statement.name,
        (*all_passed(stream), made(name, LONG, origins, value)),
        exp.Select().from_(stream.table(), copy=False),
        is_open=stream.is_open,
        is_repeatable=not any(key.resolved.nondeterministic for key in keys),
        marks=all_marks(stream),
    )
    return Outcome(outputs=(result,))


RANK = Transformation(
    verb="rank",
    compile=_compile,
    options={"caseInsensitive": None, "dense": None},
    clauses=frozenset({"asc", "desc", "output"}),
    is_expensive=True,
    keeps_rows=True,
)
