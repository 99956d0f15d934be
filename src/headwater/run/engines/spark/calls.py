"""How Spark spells the functions of DuckDB that the compiler calls by name."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from headwater.language.dataflow.functions.patterns import java_pattern
from headwater.language.dataflow.functions.vectorized.registry import VECTORIZED
from headwater.run.engines.spark.json_calls import JSON_CALLS
from headwater.run.engines.spark.trees import call, cast, exact, function, instant, number, text, wall_clock, wrap

Args = list[exp.Expr]
_OPERATORS: dict[str, type[exp.Binary]] = {"%": exp.Mod, "*": exp.Mul, "+": exp.Add, "-": exp.Sub, "/": exp.Div}
_HEXADECIMAL = "{:02x}"
_FORMAT = re.compile(r"\{:0?(\d*)(,?)\.(\d+)f\}")


def _renamed(name: str) -> Callable[[Args], exp.Expr]:
    return lambda args: call(name, *args)


def _format(args: Args) -> exp.Expr:
    """Return a number with so many digits; Spark's function rounds half to even too."""
    if args[0].name == _HEXADECIMAL:
        return call("format_string", text("%02x"), args[1])
    match = _FORMAT.fullmatch(args[0].name)
    assert match is not None, "the compiler writes no other format"
    width, comma, places = match.groups()
    fraction = int(places)
    whole = max(int(width or 0) - (fraction + 1 if fraction else 0), 1)
    digits = "#,##0" if comma else "0" * whole
    pattern = digits + ("." + "0" * fraction if fraction else "")
    return call("format_number", args[1], text(pattern))


def _is_finite(args: Args) -> exp.Expr:
    infinite = exp.EQ(this=call("abs", args[0]), expression=cast(text("Infinity"), exp.DType.DOUBLE))
    either = exp.Or(this=call("isnan", args[0].copy()), expression=infinite)
    return exp.Paren(this=exp.Not(this=exp.Paren(this=either)))


def _contains(args: Args) -> exp.Expr:
    """Return whether a value is in a list; a null in the list does not make the answer null."""
    same = exp.NullSafeEQ(this=exp.to_identifier("listed"), expression=wrap(args[1]))
    found = call("exists", args[0], function("listed", same))
    return exp.If(this=exp.Is(this=wrap(args[1].copy()), expression=exp.Null()), true=exp.Null(), false=found)


def _position(args: Args) -> exp.Expr:
    """Return the place of a value, null included, in a list."""
    same = exp.NullSafeEQ(this=exp.to_identifier("listed"), expression=wrap(args[1]))
    marks = call("transform", args[0], function("listed", same))
    return call("nullif", call("array_position", marks, exp.true()), number(0))


def item(args: Args) -> exp.Expr:
    """Return the item of a list at a place from 1, or the value of a key; null where there is none."""
    return call("try_element_at", args[0], place(args[1]))


def place(value: exp.Expr) -> exp.Expr:
    """Return a place as Spark counts: an integer, and not 0, which it refuses."""
    if isinstance(value, exp.Literal) and value.name != "0":
        return value
    return call("nullif", cast(value, exp.DType.INT), number(0))


def _select(args: Args) -> exp.Expr:
    taken = call("try_element_at", args[0], cast(exp.to_identifier("place"), exp.DType.INT))
    return call("transform", args[1], function("place", taken))


def _slice(args: Args) -> exp.Expr:
    """Return the items from a place up to another; places below 0 count from the end."""
    items, start, stop = args
    size = call("size", items.copy())
    first, last = (_from_start(value, size) for value in (start, stop))
    index = exp.Paren(this=exp.Add(this=exp.to_identifier("nr"), expression=number(1)))
    inside = exp.Between(this=index, low=wrap(first), high=wrap(last))
    variables = [exp.to_identifier("listed"), exp.to_identifier("nr")]
    part = call("filter", items, exp.Lambda(this=inside, expressions=variables))
    bounds = [value for value in (start, stop) if not isinstance(value, exp.Literal)]
    known = [exp.Not(this=exp.Is(this=wrap(value.copy()), expression=exp.Null())) for value in bounds]
    return exp.Case(ifs=[exp.If(this=exp.and_(*known), true=part)]) if known else part


def _from_start(value: exp.Expr, size: exp.Expr) -> exp.Expr:
    if isinstance(value, exp.Literal):
        return value
    back = exp.Add(this=exp.Add(this=size.copy(), expression=wrap(value.copy())), expression=number(1))
    return exp.If(this=exp.LT(this=wrap(value), expression=number(0)), true=back, false=value.copy())


def _sort(args: Args) -> exp.Expr:
    ascending = len(args) < 2 or args[1].name.upper() != "DESC"
    # Both leave nulls at the end, which is what the compiler asks for.
    return call("array_sort", args[0]) if ascending else call("sort_array", args[0], exp.false())


def _range(args: Args) -> exp.Expr:
    start, stop = args if len(args) > 1 else [number(0), args[0]]
    last = exp.Sub(this=wrap(stop), expression=number(1))
    numbers = call("sequence", cast(start, exp.DType.BIGINT), cast(last, exp.DType.BIGINT))
    none = exp.Cast(
        this=call("array"),
        to=exp.DataType(this=exp.DType.ARRAY, expressions=[exp.DataType(this=exp.DType.BIGINT)], nested=True),
    )
    some = exp.GT(this=wrap(stop.copy()), expression=wrap(start.copy()))
    no = exp.LTE(this=wrap(stop.copy()), expression=wrap(start.copy()))
    return exp.Case(ifs=[exp.If(this=some, true=numbers), exp.If(this=no, true=none)])


def _strptime(args: Args) -> exp.Expr:
    return wall_clock(call("try_to_timestamp", args[0], text(java_pattern(args[1].name))))


def _binary_xor(args: Args) -> exp.Expr:
    return exp.Paren(this=exp.BitwiseXor(this=wrap(args[0]), expression=wrap(args[1])))


def _hash(args: Args) -> exp.Expr:
    return call("unhex", call("sha2", args[0], cast(args[1], exp.DType.INT)))


def _pattern_group(args: Args) -> exp.Expr:
    value, pattern, group = args
    return call("regexp_extract", value, pattern, cast(group, exp.DType.INT))


def _parts(args: Args) -> exp.Expr:
    """Return the parts between matches; Spark itself leaves out the last one where the pattern is empty."""
    if isinstance(args[1], exp.Literal) and args[1].name:
        return call("split", *args, number(-1))
    return call("hw_regex_split", *args)


def _decimal_operation(args: Args) -> exp.Expr:
    """Return the operation itself: Spark's decimals are exact, and null where they do not fit."""
    left, right, how = args
    name, precision, scale = how.name.split(" ")
    values = [wrap(exact(value.this if isinstance(value, exp.Cast) else value)) for value in (left, right)]
    node = _OPERATORS.get(name)
    result = call("pmod", *values) if node is None else node(this=values[0], expression=values[1])
    sizes = [exp.DataTypeParam(this=number(int(size))) for size in (precision, scale)]
    return exp.Cast(this=result, to=exp.DataType(this=exp.DType.DECIMAL, expressions=sizes))


# Vectorized functions that do what Java does: Spark is Java.
JAVA_CALLS: dict[str, Callable[[Args], exp.Expr]] = {
    "hw_crc32": _renamed("crc32"),
    "hw_decimal_operation": _decimal_operation,
    "hw_edits": _renamed("levenshtein"),
    "hw_regex_extract": _pattern_group,
    "hw_regex_matches": _renamed("regexp_like"),
    "hw_regex_replace": _renamed("regexp_replace"),
    "hw_regex_split": _parts,
    "hw_sha2": _hash,
}
CALLS: dict[str, Callable[[Args], exp.Expr]] = {
    **JAVA_CALLS,
    **JSON_CALLS,
    "arg_max": _renamed("max_by"),
    "array_to_string": _renamed("array_join"),
    "encode": lambda args: call("encode", args[0], text("UTF-8")),
    "epoch_ms": lambda args: call("unix_millis", instant(args[0])),
    "epoch_us": lambda args: call("unix_micros", instant(args[0])),
    "format": _format,
    "from_base64": lambda args: call("try_to_binary", args[0], text("base64")),
    "isfinite": _is_finite,
    "jaro_winkler_similarity": _renamed(VECTORIZED["jaro_winkler"].sql_name),
    "kurtosis_pop": _renamed("kurtosis"),
    "list_concat": _renamed("concat"),
    "list_contains": _contains,
    "list_extract": item,
    "list_position": _position,
    "list_select": _select,
    "list_slice": _slice,
    "list_sort": _sort,
    "make_timestamp": lambda args: wall_clock(call("timestamp_micros", args[0])),
    "map_extract_value": _renamed("try_element_at"),
    "nextval": lambda _: call("monotonically_increasing_id"),
    "range": _range,
    "row": _renamed("struct"),
    "sha256": lambda args: call("sha2", args[0], number(256)),
    "starts_with": _renamed("startswith"),
    "try": lambda args: args[0],
    "try_strptime": _strptime,
    "xor": _binary_xor,
}
