"""Aggregates: one value of many rows. Nulls do not take part, except in `countAll`, `first` and `last`."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array, DataType, Decimal
from headwater.language.dataflow.functions import kinds, sql
from headwater.language.dataflow.functions.arithmetic import quotient
from headwater.language.dataflow.functions.function import Arguments, Builder, Function, Refused, ResultRule
from headwater.language.dataflow.scope import Resolved


def _same(given: tuple[DataType, ...]) -> DataType | None:
    return given[0]


def _sum_type(given: tuple[DataType, ...]) -> DataType | None:
    type_ = given[0]
    if isinstance(type_, Decimal):
        return kinds.bounded(type_.precision + 10, type_.scale)
    return types.LONG if kinds.is_integral(type_) else types.DOUBLE


def _sum(args: Arguments) -> exp.Expr:
    return sql.cast(exp.Sum(this=args[0].sql), _sum_type((args[0].type,)) or types.DOUBLE)


def _sum_distinct(args: Arguments) -> exp.Expr:
    distinct = exp.Distinct(expressions=[args[0].sql])
    return sql.cast(exp.Sum(this=distinct), _sum_type((args[0].type,)) or types.DOUBLE)


def _avg_type(given: tuple[DataType, ...]) -> DataType | None:
    type_ = given[0]
    return kinds.bounded(type_.precision + 4, type_.scale + 4) if isinstance(type_, Decimal) else types.DOUBLE


def _avg(args: Arguments) -> exp.Expr:
    """Decimals are summed and divided exactly; the engine would average them as doubles."""
    given, value = args[0].type, args[0].sql
    result = _avg_type((given,))
    if not isinstance(given, Decimal) or not isinstance(result, Decimal):
        return exp.Avg(this=value)
    total = Decimal(38, given.scale)
    return quotient(sql.cast(exp.Sum(this=value), total), total, exp.Count(this=value.copy()), Decimal(20, 0), result)


def _simple(node: type[exp.AggFunc]) -> Builder:
    return lambda args: node(this=args[0].sql)


def _count(args: Arguments) -> exp.Expr:
    if not args:
        return exp.Count(this=exp.Star())
    if len(args) == 1:
        return exp.Count(this=args[0].sql)
    complete = sql.chain(exp.And, [sql.is_not_null(arg.sql) for arg in args])
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=complete))


def _count_all(_: Arguments) -> exp.Expr:
    return exp.Count(this=exp.Star())


def _count_distinct(args: Arguments) -> exp.Expr:
    if len(args) == 1:
        return exp.Count(this=exp.Distinct(expressions=[args[0].sql]))
    complete = sql.chain(exp.And, [sql.is_not_null(arg.sql.copy()) for arg in args])
    distinct = exp.Count(this=exp.Distinct(expressions=[sql.call("row", *(arg.sql for arg in args))]))
    return exp.Filter(this=distinct, expression=exp.Where(this=complete))


def _count_all_distinct(args: Arguments) -> exp.Expr:
    """Counts nulls as a value too: a row of values is never null itself."""
    return exp.Count(this=exp.Distinct(expressions=[sql.call("row", *(arg.sql for arg in args))]))


def _count_if(args: Arguments) -> exp.Expr:
    counted = exp.Count(this=args[1].sql if len(args) > 1 else exp.Star())
    return exp.Filter(this=counted, expression=exp.Where(this=args[0].sql))


def _approximate(args: Arguments) -> exp.Expr:
    return sql.call("approx_count_distinct", args[0].sql)


def _edge(node: type[exp.First | exp.Last]) -> Builder:
    def build(args: Arguments) -> exp.Expr:
        ignore = sql.constant(args[1]) if len(args) > 1 else False
        if not isinstance(ignore, bool):
            raise Refused("LNG-031", "Whether nulls are ignored must be a constant", "Write true() or false().", 1)
        chosen = node(this=args[0].sql)
        if not ignore:
            return chosen
        return exp.Filter(this=chosen, expression=exp.Where(this=sql.is_not_null(args[0].sql.copy())))

    return build


def _collect(args: Arguments) -> exp.Expr:
    return _collected(exp.ArrayAgg(this=args[0].sql), args)


def _collect_unique(args: Arguments) -> exp.Expr:
    return _collected(exp.ArrayAgg(this=exp.Distinct(expressions=[args[0].sql])), args)


def _collected(collect: exp.Expr, args: Arguments) -> exp.Expr:
    present = exp.Filter(this=collect, expression=exp.Where(this=sql.is_not_null(args[0].sql.copy())))
    return exp.Coalesce(this=present, expressions=[sql.cast(exp.Array(expressions=[]), Array(args[0].type))])


def _doubles(node: type[exp.AggFunc]) -> Builder:
    return lambda args: node(this=sql.converted(args[0], types.DOUBLE))


def _covariance(name: str) -> Builder:
    return lambda args: sql.call(name, *(sql.converted(arg, types.DOUBLE) for arg in args[:2]))


def _kurtosis(args: Arguments) -> exp.Expr:
    return sql.call("kurtosis_pop", sql.converted(args[0], types.DOUBLE))


def _skewness(args: Arguments) -> exp.Expr:
    """The engine's is that of a sample; of a population it is smaller by a factor of the count."""
    value = sql.converted(args[0], types.DOUBLE)
    count = sql.cast(exp.Count(this=value.copy()), types.DOUBLE)
    less = [exp.Sub(this=count.copy(), expression=sql.number(n)) for n in (1, 2)]
    root = exp.Sqrt(this=sql.binary(exp.Mul, count, less[0]))
    factor = exp.Div(this=exp.Paren(this=less[1]), expression=root, typed=False, safe=False)
    sample = exp.Mul(this=sql.call("skewness", value.copy()), expression=exp.Paren(this=factor))
    is_pair = exp.And(
        this=exp.EQ(this=exp.Count(this=value.copy()), expression=sql.number(2)),
        expression=exp.NEQ(this=exp.Min(this=value.copy()), expression=exp.Max(this=value.copy())),
    )
    several = exp.GT(this=exp.Count(this=value.copy()), expression=sql.number(2))
    return sql.case([(is_pair, sql.cast(sql.number(0), types.DOUBLE)), (several, sample)])


def _is_distinct(args: Arguments) -> exp.Expr:
    """Rows with a null among the values do not count."""
    return exp.EQ(this=_count_distinct(args), expression=_count(tuple(_copied(arg) for arg in args)))


def _copied(value: Resolved) -> Resolved:
    return replace(value, sql=value.sql.copy())


def _top(args: Arguments) -> exp.Expr:
    number = sql.constant(args[2])
    if not isinstance(number, int) or number < 1:
        raise Refused("LNG-031", "How many values to keep must be a constant", "Write a number from 1.", 2)
    return sql.call("arg_max", args[0].sql, args[1].sql, sql.number(number))


def _conditional(build: Builder) -> Builder:
    """Return the builder of `…If(condition, …)`: the rows for which the condition is not true count as null."""

    def build_if(args: Arguments) -> exp.Expr:
        aggregated = build(args[1:])
        for node in tuple(aggregated.find_all(exp.AggFunc, exp.Anonymous)):
            if isinstance(node, exp.AggFunc) or node.name.lower() in AGGREGATE_CALLS:
                where = exp.Where(this=args[0].sql.copy())
                filtered = exp.Filter(this=node.copy(), expression=where)
                if node is aggregated:
                    return filtered
                node.replace(filtered)
        return aggregated

    return build_if


# Aggregates of the engine that have no node of their own.
AGGREGATE_CALLS: frozenset[str] = frozenset(
    {"approx_count_distinct", "arg_max", "covar_pop", "covar_samp", "kurtosis_pop", "skewness"}
)

_D, _L = types.DOUBLE, types.LONG
_SPECS: tuple[tuple[str, str, DataType | ResultRule, Builder, str], ...] = (
    ("avg", "number", _avg_type, _avg, "Mean of the values"),
    ("covariancePopulation", "number, number", _D, _covariance("covar_pop"), "Covariance of a population"),
    ("covarianceSample", "number, number", _D, _covariance("covar_samp"), "Covariance of a sample"),
    ("kurtosis", "number", _D, _kurtosis, "Excess kurtosis of a population"),
    ("max", "any", _same, _simple(exp.Max), "The greatest value"),
    ("mean", "number", _avg_type, _avg, "Mean of the values"),
    ("min", "any", _same, _simple(exp.Min), "The least value"),
    ("skewness", "number", _D, _skewness, "Skewness of a population"),
    ("stddev", "number", _D, _doubles(exp.StddevSamp), "Standard deviation of a sample"),
    ("stddevPopulation", "number", _D, _doubles(exp.StddevPop), "Standard deviation of a population"),
    ("stddevSample", "number", _D, _doubles(exp.StddevSamp), "Standard deviation of a sample"),
    ("sum", "number", _sum_type, _sum, "Sum of the values"),
    ("sumDistinct", "number", _sum_type, _sum_distinct, "Sum of the different values"),
    ("variance", "number", _D, _doubles(exp.Variance), "Variance of a sample"),
    ("variancePopulation", "number", _D, _doubles(exp.VariancePop), "Variance of a population"),
    ("varianceSample", "number", _D, _doubles(exp.Variance), "Variance of a sample"),
)


def _aggregate(name: str, parameters: str, result: DataType | ResultRule, build: Builder, doc: str) -> Function:
    return Function(name, parameters, result, build, doc, "aggregate", "aggregate")


def _twin(name: str, parameters: str, result: DataType | ResultRule, build: Builder, doc: str) -> Function:
    """Return the aggregate over the rows that meet a condition, the first argument."""
    twin_result: DataType | ResultRule = (lambda given: result(given[1:])) if callable(result) else result
    twin_doc = f"{doc} where a condition holds."
    return Function(
        f"{name}If",
        f"boolean, {parameters}",
        twin_result,
        _conditional(build),
        twin_doc,
        "aggregate",
        "aggregate",
        frozenset({0}),
    )


def _array(given: tuple[DataType, ...]) -> DataType | None:
    return Array(given[0])


_COUNT_IF = "Number of rows where a condition holds."

FUNCTIONS: tuple[Function, ...] = (
    *(_aggregate(name, parameters, result, build, f"{doc}.") for name, parameters, result, build, doc in _SPECS),
    *(_twin(*spec) for spec in _SPECS),
    _aggregate("approxDistinctCount", "any, [number]", _L, _approximate, "About how many values differ."),
    _aggregate("collect", "any", _array, _collect, "All values in an array."),
    _aggregate("collectUnique", "any", _array, _collect_unique, "The different values in an array."),
    _aggregate("count", "[any...]", _L, _count, "Number of rows, or of values that are not null."),
    _aggregate("countAll", "[any...]", _L, _count_all, "Number of rows, nulls included."),
    _aggregate("countAllDistinct", "any...", _L, _count_all_distinct, "Number of different values, null included."),
    _aggregate("countDistinct", "any...", _L, _count_distinct, "Number of different values."),
    Function("countIf", "boolean, [any]", _L, _count_if, _COUNT_IF, "aggregate", "aggregate", frozenset({0})),
    _aggregate("first", "any, [boolean]", _same, _edge(exp.First), "The value of the first row."),
    _aggregate("isDistinct", "any...", types.BOOLEAN, _is_distinct, "Tells whether no value, or row, is there twice."),
    _aggregate("last", "any, [boolean]", _same, _edge(exp.Last), "The value of the last row."),
    _aggregate("topN", "any, number, integral", _array, _top, "The values with the greatest counts."),
)
