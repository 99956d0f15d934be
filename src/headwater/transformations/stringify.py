"""Stringify: a new column with a value as JSON text. Members that are null are left out, as the original does."""

from __future__ import annotations

from headwater.data.types import STRING
from headwater.language.dataflow.ast import Assignment, Cast, Expr
from headwater.language.dataflow.functions.json_text import json_text
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.defined import define
from headwater.transformations.derive import derived
from headwater.transformations.expression import resolve_value
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.scope import StreamScope


def _compile(given: Given) -> Outcome:
    for argument in given.statement.args:
        if isinstance(argument, Assignment) and not (
            isinstance(argument.value, Cast) and argument.value.type == STRING
        ):
            cure = "Write stringify(text = value ? string, format: 'json')."
            raise given.refuse("LNG-064", f"'{given.written(argument)}' is not made a string", argument, cure)
    return derived(given, lambda scope: define(given, scope, _resolve))


def _resolve(given: Given, scope: StreamScope, expr: Expr) -> Resolved:
    value = resolve_value(given, scope, expr.base if isinstance(expr, Cast) else expr)
    made = json_text(value.sql, value.type)
    references = tuple(
        r
        if r.kind == "INDIRECT" or r.subtype == "AGGREGATION"
        else type(r)(r.stream, r.column, r.kind, "TRANSFORMATION")
        for r in value.references
    )
    return Resolved(STRING, made, references, nondeterministic=value.nondeterministic, text=value.text)


STRINGIFY = Transformation(
    verb="stringify",
    compile=_compile,
    options={"format": frozenset({"json"})},
    clauses=frozenset(),
    keeps_rows=True,
)
