"""Stringify: a new column with a value as JSON text. Members that are null are left out, as the original does."""

from __future__ import annotations

from sqlglot import exp

from headwater.data.types import STRING, Array, DataType, Struct
from headwater.language.dataflow.ast import Assignment, Cast, Expr
from headwater.language.dataflow.functions import sql
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
    text = sql.cast(sql.call("to_json", _shown(value.sql, value.type)), STRING)
    test = exp.Is(this=value.sql.copy(), expression=exp.null())
    made = exp.Case(ifs=[exp.If(this=exp.not_(test), true=text)])
    references = tuple(
        r
        if r.kind == "INDIRECT" or r.subtype == "AGGREGATION"
        else type(r)(r.stream, r.column, r.kind, "TRANSFORMATION")
        for r in value.references
    )
    return Resolved(STRING, made, references, nondeterministic=value.nondeterministic, text=value.text)


def _shown(value: exp.Expr, type_: DataType, depth: int = 0) -> exp.Expr:
    """Return a value whose JSON has no null members, at any depth."""
    match type_:
        case Struct(fields):
            members: list[exp.Expr] = []
            for name, inner in fields:
                part = exp.StructExtract(this=value.copy(), expression=sql.text(name))
                members += [sql.text(name), _shown(part, inner, depth)]
            patch = exp.Anonymous(this="json_object", expressions=members)
            return exp.Anonymous(this="json_merge_patch", expressions=[sql.text("{}"), patch])
        case Array(item) if isinstance(item, Struct | Array):
            name = f"item{depth}"
            body = sql.call("to_json", _shown(sql.variable(name), item, depth + 1))
            return exp.Transform(this=value.copy(), expression=sql.function([name], body))
        case _:
            return value.copy()


STRINGIFY = Transformation(
    verb="stringify",
    compile=_compile,
    options={"format": frozenset({"json"})},
    clauses=frozenset(),
    keeps_rows=True,
)
