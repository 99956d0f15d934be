"""How Spark spells the nodes that mean something else there, or that it has under another name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlglot import exp

from headwater.language.dataflow.functions.patterns import java_pattern
from headwater.run.engines.spark.calls import item
from headwater.run.engines.spark.trees import call, cast, number, text, wall_clock, wrap

# Any: a table of functions of one kind of node each, under that kind.
Rewrite = Callable[[Any], exp.Expr | None]
_TYPES: Mapping[exp.DType, exp.DType] = MappingProxyType(
    {
        exp.DType.DATETIME: exp.DType.TIMESTAMPNTZ,
        exp.DType.TIMESTAMP: exp.DType.TIMESTAMPNTZ,
        exp.DType.VARCHAR: exp.DType.TEXT,
    }
)
_PARTS: Mapping[str, str] = MappingProxyType(
    {
        "DAY": "day",
        "DOY": "dayofyear",
        "HOUR": "hour",
        "MINUTE": "minute",
        "MONTH": "month",
        "SECOND": "second",
        "WEEK": "weekofyear",
        "YEAR": "year",
    }
)
_RANKS = (exp.CumeDist, exp.DenseRank, exp.Lag, exp.Lead, exp.Ntile, exp.Rank, exp.RowNumber)


def _type(node: exp.DataType) -> None:
    if node.this == exp.DType.INT128:
        size = [exp.DataTypeParam(this=number(n)) for n in (38, 0)]
        node.replace(exp.DataType(this=exp.DType.DECIMAL, expressions=size))
    elif node.this in _TYPES:
        node.set("this", _TYPES[node.this])


def _zone(node: exp.AtTimeZone) -> exp.Expr:
    """Return what the clocks of a zone show, or the moment that they show; both without a zone, as UTC."""
    inner = node.this.unnest()
    if isinstance(inner, exp.Anonymous) and inner.name == "moment of":
        moment, zone = inner.expressions
        return call("convert_timezone", zone, node.args["zone"], moment)
    if isinstance(inner, exp.CurrentTimestamp) or (
        isinstance(inner, exp.Cast) and inner.to.this == exp.DType.TIMESTAMPTZ
    ):
        shown = wall_clock(inner)
        zone = node.args["zone"]
        return shown if zone.name == "UTC" else call("convert_timezone", text("UTC"), zone, shown)
    return call("moment of", inner, node.args["zone"])


def _extract(node: exp.RegexpExtract) -> exp.Expr:
    return call("regexp_extract", node.this, node.expression, node.args.get("group") or number(0))


def _regexp_replace(node: exp.RegexpReplace) -> exp.Expr:
    r"""Return with Java's `$1` for `\1`."""
    replacement = node.args["replacement"]
    if isinstance(replacement, exp.Literal):
        new = re.sub(r"\\(\d|\\)|\$", _reference, replacement.name)
        replacement = text(new)
    return call("regexp_replace", node.this, node.expression, replacement)


def _reference(match: re.Match[str]) -> str:
    if match.group(0) == "$":
        return r"\$"
    return r"\\" if match.group(1) == "\\" else f"${match.group(1)}"


def _part(node: exp.Extract) -> exp.Expr | None:
    unit = node.name.upper()
    if unit == "MILLISECOND":
        seconds = exp.Extract(this=exp.var("SECOND"), expression=node.expression)
        return cast(exp.Mul(this=exp.Paren(this=seconds), expression=number(1000)), exp.DType.INT)
    return call(_PARTS[unit], node.expression) if unit in _PARTS else None


def _month(node: exp.AddMonths) -> exp.Expr:
    """Return a date moved by months; the last day of a month stays the last."""
    moved = call("add_months", node.this, node.expression)
    if not node.args.get("preserve_end_of_month"):
        return moved
    day = node.this.copy()
    is_last = exp.EQ(this=wrap(day), expression=call("last_day", day.copy()))
    return exp.If(this=is_last, true=call("last_day", moved), false=moved.copy())


def _moved(node: exp.TimestampAdd) -> exp.Expr:
    return wall_clock(call("timestampadd", exp.var(node.text("unit").upper()), node.expression, node.this))


def _truncated(node: exp.Trunc) -> exp.Expr:
    rest = exp.Mod(this=wrap(node.this), expression=number(1))
    return exp.Paren(this=exp.Sub(this=wrap(node.this.copy()), expression=exp.Paren(this=rest)))


def _lambda(name: str) -> Callable[[exp.Func], exp.Expr]:
    """Return a function of a list and a lambda; in Spark the place of an item counts from 0."""

    def rewrite(node: exp.Func) -> exp.Expr:
        body = node.expression
        if isinstance(body, exp.Lambda) and len(body.expressions) == 2:
            index = body.expressions[1].name
            for variable in tuple(body.this.find_all(exp.Identifier)):
                if variable.name == index:
                    from_one = exp.Paren(this=exp.Add(this=variable.copy(), expression=number(1)))
                    _put(variable, cast(from_one, exp.DType.BIGINT))
        return call(name, node.this, body)

    return rewrite


def _put(node: exp.Expr, other: exp.Expr) -> None:
    if node.parent is not None:
        node.replace(other)


def _reduce(node: exp.Reduce) -> exp.Expr:
    return call("aggregate", node.this, node.args["initial"], node.args["merge"])


def _collected(node: exp.ArrayAgg) -> exp.Expr:
    if isinstance(node.this, exp.Distinct):
        return call("collect_set", *node.this.expressions)
    return call("collect_list", node.this)


def _split(node: exp.Split) -> exp.Expr:
    literal = exp.Literal.string(re.escape(node.expression.name)) if isinstance(node.expression, exp.Literal) else None
    quoted = literal or call("concat", text(r"\Q"), node.expression, text(r"\E"))
    return call("split", node.this, quoted, number(-1))


def _window(node: exp.Window) -> exp.Expr | None:
    """Return a window without a filter in it, which Spark does not have, and with an order where rows are numbered."""
    inner = node.this
    target = inner.this if isinstance(inner, exp.IgnoreNulls) else inner
    if isinstance(inner, exp.Filter):
        node.set("this", _within(inner))
    if isinstance(target, _RANKS) and node.args.get("order") is None:
        given = exp.Ordered(this=call("monotonically_increasing_id"), nulls_first=True)
        node.set("order", exp.Order(expressions=[given]))
    return None


def _within(filtered: exp.Filter) -> exp.Expr:
    """Return an aggregate that sees null where the filter's condition does not hold."""
    aggregate: exp.Expr = filtered.this
    condition = filtered.expression.this
    slot = aggregate.expressions[0] if isinstance(aggregate, exp.Anonymous) else aggregate.this
    if isinstance(slot, exp.Distinct):
        slot = slot.expressions[0]
    value = number(1) if isinstance(slot, exp.Star) else slot.copy()
    slot.replace(exp.Case(ifs=[exp.If(this=condition, true=value)]))
    return aggregate


def _ordered(node: exp.Ordered) -> None:
    """Say where nulls stand: at the end, unless told, as the embedded engine has them."""
    if node.args.get("nulls_first") is None:
        node.set("nulls_first", False)


def _bracket(node: exp.Bracket) -> exp.Expr:
    return item([node.this, node.expressions[0]])


def _to_text(node: exp.TimeToStr) -> exp.Expr:
    return call("date_format", node.this, text(java_pattern(node.args["format"].name)))


def _condition(node: exp.If) -> None:
    """Give a condition that is null a type, which Spark asks for."""
    if isinstance(node.this, exp.Null):
        node.set("this", cast(node.this, exp.DType.BOOLEAN))


def _inlined(node: exp.CTE) -> None:
    """Spark always inlines; it has no word for it."""
    node.set("materialized", None)


def _tried(node: exp.TryCast) -> None:
    """Have it print as a cast that gives null; a plain one would give the greatest number for one that is greater."""
    node.set("safe", True)


def _extreme(node: exp.Greatest | exp.Least) -> exp.Expr | None:
    """Return null where a value is null, unless nulls are to be passed over, as Spark does."""
    if node.args.get("ignore_nulls"):
        return None
    values = [node.this, *node.expressions]
    name = "greatest" if isinstance(node, exp.Greatest) else "least"
    known = [value for value in values if not isinstance(value, exp.Literal)]
    tests = [exp.Is(this=wrap(value.copy()), expression=exp.Null()) for value in known]
    chosen = call(name, *values)
    return chosen if not tests else exp.Case(ifs=[exp.If(this=exp.or_(*tests), true=exp.Null())], default=chosen)


def _base64(node: exp.ToBase64) -> exp.Expr:
    return call("base64", node.this)


NODES: dict[type[exp.Expr], Rewrite] = {
    exp.AddMonths: _month,
    exp.ArrayAgg: _collected,
    exp.ArrayFilter: _lambda("filter"),
    exp.ArraySize: lambda node: call("array_size", node.this),
    exp.AtTimeZone: _zone,
    exp.Bracket: _bracket,
    exp.CTE: _inlined,
    exp.DPipe: lambda node: call("concat", node.this, node.expression),
    exp.DataType: _type,
    exp.DateAdd: lambda node: call("date_add", node.this, cast(node.expression, exp.DType.INT)),
    exp.DayOfWeekIso: lambda node: exp.Paren(this=exp.Add(this=call("weekday", node.this), expression=number(1))),
    exp.Extract: _part,
    exp.Greatest: _extreme,
    exp.If: _condition,
    exp.LastDay: lambda node: call("last_day", node.this),
    exp.Least: _extreme,
    exp.Log: lambda node: call("log10", node.expression),
    exp.Ordered: _ordered,
    exp.Reduce: _reduce,
    exp.RegexpExtract: _extract,
    exp.RegexpLike: lambda node: call("regexp_like", node.this, node.expression),
    exp.RegexpReplace: _regexp_replace,
    exp.RegexpSplit: lambda node: call("split", node.this, node.expression, number(-1)),
    exp.Split: _split,
    exp.TimeToStr: _to_text,
    exp.TimestampAdd: _moved,
    exp.ToBase64: _base64,
    exp.Transform: _lambda("transform"),
    exp.Trunc: _truncated,
    exp.TryCast: _tried,
    exp.Window: _window,
}
