"""Choices between values. What only decides is INDIRECT in lineage; what may be chosen is DIRECT."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import DataType
from headwater.language.dataflow.functions import kinds, sql
from headwater.language.dataflow.functions.comparison import in_common
from headwater.language.dataflow.functions.function import Arguments, Builder, Function


def _iif_type(given: tuple[DataType, ...]) -> DataType | None:
    return kinds.common_of(given[1:])


def _iif(args: Arguments) -> exp.Expr:
    values = _values(args[1:])
    return sql.case([(args[0].sql, values[0])], values[1] if len(values) > 1 else None)


def _values(args: Arguments) -> list[exp.Expr]:
    """Return the values that may be chosen, cast to the type of the choice."""
    common = kinds.common_of(tuple(arg.type for arg in args)) or types.ANY
    return [arg.sql if arg.type in (common, types.ANY) else sql.cast(arg.sql, common) for arg in args]


def _conditions(count: int) -> frozenset[int]:
    """Return which of this many arguments of `case` are conditions: every other one, but for a last one alone."""
    return frozenset(range(0, count - 1, 2))


def _case_type(given: tuple[DataType, ...]) -> DataType | None:
    conditions = _conditions(len(given))
    if any(not kinds.accepts("boolean", given[index]) for index in conditions):
        return None
    return kinds.common_of(tuple(type_ for index, type_ in enumerate(given) if index not in conditions))


def _case(args: Arguments) -> exp.Expr:
    deciding = _conditions(len(args))
    values = _values(tuple(arg for index, arg in enumerate(args) if index not in deciding))
    conditions = [args[index].sql for index in sorted(deciding)]
    default = values[-1] if len(args) % 2 else None
    return sql.case(zip(conditions, values, strict=False), default)


def _coalesce(args: Arguments) -> exp.Expr:
    values = _values(args)
    return exp.Coalesce(this=values[0], expressions=values[1:]) if len(values) > 1 else values[0]


def _extreme(node: type[exp.Func]) -> Builder:
    """Nulls are passed over, as the engines do."""

    def build(args: Arguments) -> exp.Expr:
        values = in_common(args)
        return node(this=values[0], expressions=values[1:], ignore_nulls=True) if len(values) > 1 else values[0]

    return build


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "case",
        "any, any, [any...]",
        _case_type,
        _case,
        "The value behind the first true condition.",
        "conditional",
        conditions=_conditions,
    ),
    Function("coalesce", "any...", kinds.common_of, _coalesce, "The first value that is not null.", "conditional"),
    Function("greatest", "any...", kinds.common_of, _extreme(exp.Greatest), "The greatest value.", "conditional"),
    Function(
        "iif",
        "boolean, any, [any]",
        _iif_type,
        _iif,
        "One of two values; null for a missing second.",
        "conditional",
        conditions=frozenset({0}),
    ),
    Function("iifNull", "any...", kinds.common_of, _coalesce, "The first value that is not null.", "conditional"),
    Function("least", "any...", kinds.common_of, _extreme(exp.Least), "The least value.", "conditional"),
)
