"""Functions of arrays, many with a lambda over `#item`. Positions count from 1."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array, DataType, Map
from headwater.language.dataflow.functions import kinds, sql
from headwater.language.dataflow.functions.comparison import compared
from headwater.language.dataflow.functions.function import Arguments, Function, Refused


def item_type(type_: DataType) -> DataType:
    return type_.item if isinstance(type_, Array) else types.ANY


def _item(given: tuple[DataType, ...]) -> DataType | None:
    return item_type(given[0])


def _same(given: tuple[DataType, ...]) -> DataType | None:
    return given[0]


def _common(given: tuple[DataType, ...]) -> DataType | None:
    return kinds.common_of(given)


def _array_of(given: tuple[DataType, ...]) -> DataType | None:
    common = kinds.common_of(given)
    return Array(common) if common is not None else None


def _array(args: Arguments) -> exp.Expr:
    return literal(args)


def literal(args: Arguments) -> exp.Expr:
    """Return an array of values, cast to the type they have in common."""
    common = kinds.common_of(tuple(arg.type for arg in args)) or types.ANY
    items = [arg.sql if arg.type == types.ANY else sql.converted(arg, common) for arg in args]
    whole = exp.Array(expressions=items)
    return whole if any(arg.type == common != types.ANY for arg in args) else sql.cast(whole, Array(common))


def _at_type(given: tuple[DataType, ...]) -> DataType | None:
    if isinstance(given[0], Map):
        return given[0].value if kinds.common_type(given[0].key, given[1]) is not None else None
    return item_type(given[0]) if kinds.accepts("integral", given[1]) else None


def at(args: Arguments) -> exp.Expr:
    """Return the item of an array, or the value of a key; NULL where there is none."""
    if isinstance(args[0].type, Map):
        return sql.call("map_extract_value", args[0].sql, sql.converted(args[1], args[0].type.key))
    return exp.Bracket(this=sql.paren(args[0].sql), expressions=[args[1].sql], offset=1)


def _filtered(args: Arguments) -> exp.Expr:
    if not kinds.accepts("boolean", args[1].type):
        cure = "Write a comparison of #item."
        raise Refused("LNG-029", f"The condition on items is {args[1].type}, not boolean", cure, 1)
    return exp.ArrayFilter(this=args[0].sql, expression=args[1].sql)


def _contains(args: Arguments) -> exp.Expr:
    return exp.GT(this=exp.ArraySize(this=_filtered(args)), expression=sql.number(0))


def _find(args: Arguments) -> exp.Expr:
    return sql.call("list_extract", _filtered(args), sql.number(1))


def _distinct_of(items: exp.Expr) -> exp.Expr:
    """Return the items in the order of their first occurrence, which the engine's own function does not keep."""
    position = sql.call("list_position", items.copy(), sql.variable("kept"))
    first = exp.EQ(this=position, expression=sql.variable("place"))
    return exp.ArrayFilter(this=items, expression=sql.function(["kept", "place"], first))


def _distinct(args: Arguments) -> exp.Expr:
    return _distinct_of(args[0].sql)


def _membership(args: Arguments, *, wanted: bool) -> exp.Expr:
    common = kinds.common_of(tuple(arg.type for arg in args)) or args[0].type
    left, right = (sql.converted(arg, common) for arg in args)
    inside: exp.Expr = sql.call("list_contains", right, sql.variable("sought"))
    body = inside if wanted else exp.Not(this=inside)
    kept = exp.ArrayFilter(this=_distinct_of(left), expression=sql.function(["sought"], body))
    return _of_both(args, kept)


def _of_both(args: Arguments, value: exp.Expr) -> exp.Expr:
    """Return what two arrays come to, null if one of them is."""
    there = [sql.is_not_null(arg.sql.copy()) for arg in args if not isinstance(arg.sql, exp.Array)]
    return sql.case([(exp.and_(*there), value)]) if there else value


def _except(args: Arguments) -> exp.Expr:
    return _membership(args, wanted=False)


def _intersect(args: Arguments) -> exp.Expr:
    return _membership(args, wanted=True)


def _union(args: Arguments) -> exp.Expr:
    common = kinds.common_of(tuple(arg.type for arg in args)) or args[0].type
    return _of_both(args, _distinct_of(sql.call("list_concat", *(sql.converted(arg, common) for arg in args))))


def _flatten_type(given: tuple[DataType, ...]) -> DataType | None:
    inner = item_type(given[0])
    return inner if isinstance(inner, Array) else None


def _flatten(args: Arguments) -> exp.Expr:
    return sql.call("flatten", args[0].sql)


def _in_type(given: tuple[DataType, ...]) -> DataType | None:
    return types.BOOLEAN if kinds.common_type(item_type(given[0]), given[1]) is not None else None


def _in(args: Arguments) -> exp.Expr:
    items = args[0].sql
    while isinstance(items, exp.Cast):
        items = items.this
    if isinstance(items, exp.Array) and items.expressions:
        return exp.In(this=sql.paren(args[1].sql), expressions=items.expressions)
    return sql.call("list_contains", args[0].sql, args[1].sql)


def _map_type(given: tuple[DataType, ...]) -> DataType | None:
    return Array(given[-1])


def _map(args: Arguments) -> exp.Expr:
    return exp.Transform(this=args[0].sql, expression=args[1].sql)


def _map_if(args: Arguments) -> exp.Expr:
    return exp.Transform(this=_filtered(args), expression=args[2].sql)


def _map_loop(args: Arguments) -> exp.Expr:
    stop = exp.Add(this=sql.paren(sql.converted(args[0], types.LONG)), expression=sql.number(1))
    return exp.Transform(this=sql.call("range", sql.cast(sql.number(1), types.LONG), stop), expression=args[1].sql)


def _reduce_type(given: tuple[DataType, ...]) -> DataType | None:
    if kinds.common_type(given[1], given[2]) is None:
        return None
    return given[3] if len(given) > 3 else given[1]


def _reduce(args: Arguments) -> exp.Expr:
    reduced = exp.Reduce(this=args[0].sql, initial=args[1].sql, merge=args[2].sql)
    if len(args) == 3:
        return reduced
    finish = args[3].sql
    single = exp.Transform(this=exp.Array(expressions=[reduced]), expression=finish)
    return sql.call("list_extract", single, sql.number(1))


def _size(args: Arguments) -> exp.Expr:
    if isinstance(args[0].type, Map):
        return sql.cast(exp.ArraySize(this=sql.call("map_keys", args[0].sql)), types.INTEGER)
    return sql.cast(exp.ArraySize(this=args[0].sql), types.INTEGER)


def _slice(args: Arguments) -> exp.Expr:
    start = args[1].sql
    if len(args) == 2:
        return sql.call("list_slice", args[0].sql, start, exp.ArraySize(this=args[0].sql.copy()))
    end = exp.Sub(this=sql.binary(exp.Add, start.copy(), args[2].sql), expression=sql.number(1))
    return sql.call("list_slice", args[0].sql, start, end)


def _sort(args: Arguments) -> exp.Expr:
    """`compare` of the two items, either way, is an order that the engine has; others compare every two items."""
    comparator = args[1].sql
    if isinstance(comparator, exp.Lambda) and len(comparator.expressions) == 2:
        first, second = comparator.expressions
        if comparator.this == compared(first, second):
            return sql.call("list_sort", args[0].sql, sql.text("ASC"), sql.text("NULLS LAST"))
        if comparator.this == compared(second, first):
            return sql.call("list_sort", args[0].sql, sql.text("DESC"), sql.text("NULLS LAST"))
        if kinds.accepts("integral", args[1].type):
            return _sorted_by(args[0].sql, comparator)
    cure = "Write sort(array, compare(#item1, #item2)), or another number below, at or above 0."
    raise Refused("LNG-029", f"An order of items is a whole number, not {args[1].type}", cure, 1)


def _sorted_by(items: exp.Expr, comparator: exp.Lambda) -> exp.Expr:
    """Return the items by the places that all comparisons of two of them give."""
    first, second = comparator.expressions
    row = exp.Transform(
        this=items.copy(), expression=sql.function([second.name], sql.cast(comparator.this, types.INTEGER))
    )
    comparisons = exp.Transform(this=items.copy(), expression=sql.function([first.name], row))
    return sql.call("list_select", items, sql.vectorized("order", comparisons))


def _unfold(args: Arguments) -> exp.Expr:
    """The rows are made by the transformation around, which takes this node out of the expression."""
    return exp.Explode(this=args[0].sql)


def _of_item(given: tuple[DataType, ...]) -> dict[str, DataType]:
    return {"item": item_type(given[0])}


def _of_item_and_index(given: tuple[DataType, ...]) -> dict[str, DataType]:
    return {"item": item_type(given[0]), "index": types.LONG}


def _of_pair(given: tuple[DataType, ...]) -> dict[str, DataType]:
    return {"item1": item_type(given[0]), "item2": item_type(given[0])}


def _of_index(_: tuple[DataType, ...]) -> dict[str, DataType]:
    return {"index": types.LONG}


def _of_accumulator(given: tuple[DataType, ...]) -> dict[str, DataType]:
    return {"acc": given[1], "item": item_type(given[0])}


def _of_result(given: tuple[DataType, ...]) -> dict[str, DataType]:
    return {"result": given[1]}


_PAIR = "array, array"

FUNCTIONS: tuple[Function, ...] = (
    Function("array", "[any...]", _array_of, _array, "An array of the values.", "array"),
    Function("at", "collection, any", _at_type, at, "The item at a position, or the value of a key.", "array"),
    Function(
        "contains",
        "array, lambda",
        types.BOOLEAN,
        _contains,
        "Tells whether a condition holds for an item.",
        "array",
        lambdas={1: _of_item},
    ),
    Function("distinct", "array", _same, _distinct, "The different items, in order.", "array"),
    Function("except", _PAIR, _common, _except, "The items of the first that the second lacks.", "array"),
    Function(
        "filter",
        "array, lambda",
        _same,
        _filtered,
        "The items for which a condition holds.",
        "array",
        lambdas={1: _of_item},
    ),
    Function(
        "find",
        "array, lambda",
        _item,
        _find,
        "The first item for which a condition holds.",
        "array",
        lambdas={1: _of_item},
    ),
    Function("flatten", "array", _flatten_type, _flatten, "The items of the arrays in an array.", "array"),
    Function("in", "array, any", _in_type, _in, "Tells whether a value is in an array.", "array"),
    Function("intersect", _PAIR, _common, _intersect, "The items that both have.", "array"),
    Function(
        "map", "array, lambda", _map_type, _map, "The value for each item.", "array", lambdas={1: _of_item_and_index}
    ),
    Function(
        "mapIf",
        "array, lambda, lambda",
        _map_type,
        _map_if,
        "The value for each item for which a condition holds.",
        "array",
        lambdas={1: _of_item, 2: _of_item},
    ),
    Function(
        "mapIndex",
        "array, lambda",
        _map_type,
        _map,
        "The value for each item and its position.",
        "array",
        lambdas={1: _of_item_and_index},
    ),
    Function(
        "mapLoop",
        "integral, lambda",
        _map_type,
        _map_loop,
        "The value for each number from 1 on.",
        "array",
        lambdas={1: _of_index},
    ),
    Function(
        "reduce",
        "array, any, lambda, [lambda]",
        _reduce_type,
        _reduce,
        "Folds the items into one value.",
        "array",
        lambdas={2: _of_accumulator, 3: _of_result},
    ),
    Function("size", "collection", types.INTEGER, _size, "Number of items.", "array"),
    Function("slice", "array, integral, [integral]", _same, _slice, "Part of an array.", "array"),
    Function("sort", "array, lambda", _same, _sort, "The items in order.", "array", lambdas={1: _of_pair}),
    Function("unfold", "array", _item, _unfold, "A row for each item, in a derive.", "array"),
    Function("union", _PAIR, _common, _union, "The different items of both.", "array"),
)
