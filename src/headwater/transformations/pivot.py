"""Pivot: values of a key become columns, each an aggregate of the rows that have the value.

Where the script names no values they are those that the data has; until it is looked at, only the group's columns are
known and the stream is open. A group that has no row of a value gets null.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from headwater.data.types import STRING
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import ArrayLiteral, Binary, Call, Expr, Literal, Positional
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.aggregate import group_keys, group_value
from headwater.transformations.arguments import flag, text
from headwater.transformations.constant import constant
from headwater.transformations.defined import DefinedColumn, define
from headwater.transformations.expression import is_aggregate_node, resolve_aggregate, resolve_value, scope_of
from headwater.transformations.options import PivotOptions
from headwater.transformations.protocol import Given, Outcome, OutputColumn, Transformation
from headwater.transformations.relation import deciding, made, output
from headwater.transformations.scope import StreamScope

# Aggregates that are null over no rows by themselves.
_NULL_OF_NOTHING = (exp.Avg, exp.Max, exp.Min, exp.Sum)


@dataclass(frozen=True, slots=True)
class _Value:
    label: str
    test: Resolved


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    scope = scope_of(given)
    faults: list[Fault] = []
    keys = group_keys(given, scope, faults)
    raise_if_any(LanguageError, faults)
    key, items = _pivot_by(given)
    resolved = resolve_value(given, scope, key if items is not None else _as_text(given, scope, key))
    if items is None and given.pivots is not None:
        items = tuple(Literal(value, STRING) for value in given.pivots if isinstance(value, str))
        key = _as_text(given, scope, key)
    defined = define(given, scope, resolve_aggregate)
    if not defined:
        raise given.refuse("LNG-064", "'pivot' has no aggregate", cure="Write pivot(…, name = sum(column)).")
    columns = [*keys, *_columns(given, scope, defined, list(_values(given, scope, key, items or ())))]
    _check_names(given, columns)
    frame = exp.Select().from_(stream.table(), copy=False)
    if keys:
        frame = frame.group_by(*(group_value(column.value) for column in keys), copy=False)
    result = output(
        given.statement.name,
        columns,
        frame,
        effects=deciding((origin for column in keys for origin in column.origins), "GROUP_BY"),
        is_open=stream.is_open or items is None,
        is_repeatable=not any(d.resolved.nondeterministic for d in defined),
    )
    return Outcome(outputs=(result,), options=None if _is_named(given) else PivotOptions(stream.name, resolved.sql))


def _is_named(given: Given) -> bool:
    return _pivot_by(given)[1] is not None


def _pivot_by(given: Given) -> tuple[Expr, tuple[Expr, ...] | None]:
    clause = given.statement.clause("pivotBy")
    match clause.args if clause is not None else ():
        case (Positional(key),):
            return key, None
        case (Positional(key), Positional(ArrayLiteral(items))):
            return key, items
    cure = "Write pivotBy(column, ['value', …])."
    raise given.refuse("LNG-064", "'pivot' has no key", clause, cure)


def _as_text(given: Given, scope: StreamScope, key: Expr) -> Expr:
    is_text = resolve_value(given, scope, key).type == STRING
    return key if is_text else Call("toString", (key,), span=key.span)


def _values(given: Given, scope: StreamScope, key: Expr, items: tuple[Expr, ...]) -> Iterator[_Value]:
    for item in items:
        value = constant(given.names, item, given.source)
        label = str(value).lower() if isinstance(value, bool) else str(value)
        yield _Value(label, resolve_value(given, scope, Binary("==", key, item, span=key.span)))


def _columns(
    given: Given, scope: StreamScope, defined: tuple[DefinedColumn, ...], values: list[_Value]
) -> Iterator[OutputColumn]:
    """Yield the columns; `lateral` keeps those of one aggregate together, else those of one value."""
    naming = text(given, "columnNaming") or "$N$V"
    pairs = [(column, value) for column in defined for value in values]
    if not flag(given, "lateral"):
        pairs = [(column, value) for value in values for column in defined]
    for column, value in pairs:
        name = naming.replace("$N", "\0").replace("$V", value.label).replace("\0", column.name)
        deciders = deciding(scope.origins(value.test, value.test.text), "CONDITIONAL")
        own = {(origin.stream, origin.column) for origin in column.column.origins}
        origins = (*column.column.origins, *(o for o in deciders if (o.stream, o.column) not in own))
        yield made(name, column.resolved.type, origins, _of_rows(column.resolved.sql, value.test.sql))


def _of_rows(aggregate: exp.Expr, test: exp.Expr) -> exp.Expr:
    """Return an aggregate of the rows that meet a test; null where there are none."""
    root = exp.Paren(this=aggregate.copy())
    for node in [n for n in root.find_all(exp.AggFunc, exp.Anonymous) if is_aggregate_node(n)]:
        target: exp.Expr = node
        while isinstance(target.parent, exp.IgnoreNulls | exp.RespectNulls | exp.WithinGroup):
            target = target.parent
        if isinstance(target.parent, exp.Filter):
            where = target.parent.expression
            where.set("this", exp.and_(where.this, test.copy()))
        elif target.find_ancestor(exp.Filter) is None:
            target.replace(exp.Filter(this=target.copy(), expression=exp.Where(this=test.copy())))
    value: exp.Expr = root.this
    core = value.this if isinstance(value, exp.Cast) else value
    if isinstance(core, exp.Filter) and isinstance(core.this, _NULL_OF_NOTHING):
        return value
    count = exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=test.copy()))
    return exp.Case(ifs=[exp.If(this=exp.GT(this=count, expression=exp.Literal.number(0)), true=value)])


def _check_names(given: Given, columns: list[OutputColumn]) -> None:
    names: set[str] = set()
    faults = []
    for name in (column.column.name for column in columns):
        if not name or name in names:
            message = f"The pivot makes column '{name}' twice" if name else "The pivot makes a column without a name"
            cure = "Use both $N and $V in columnNaming, and other names for the aggregates."
            faults.append(given.fault("LNG-069", message, given.statement.option("columnNaming"), cure))
        names.add(name)
    raise_if_any(LanguageError, faults)


PIVOT = Transformation(
    verb="pivot",
    compile=_compile,
    options={"columnNaming": None, "lateral": None},
    clauses=frozenset({"each", "groupBy", "pivotBy"}),
    is_expensive=True,
)
