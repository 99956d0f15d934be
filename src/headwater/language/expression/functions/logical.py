"""Logical functions. `if` evaluates only the branch that it returns; `and` and `or` evaluate both sides."""

from __future__ import annotations

from headwater.language.expression.ast import Json
from headwater.language.expression.functions.comparison import are_equal
from headwater.language.expression.functions.function import Arguments, Function

_ORDERED_CURE = "Compare numbers with numbers and text with text; int(…), float(…) and string(…) convert."


def _and(args: Arguments) -> Json:
    left, right = args.boolean(0), args.boolean(1)
    return left and right


def _or(args: Arguments) -> Json:
    left, right = args.boolean(0), args.boolean(1)
    return left or right


def _not(args: Arguments) -> Json:
    return not args.boolean(0)


def _if(args: Arguments) -> Json:
    return args.value(1) if args.boolean(0) else args.value(2)


def _equals(args: Arguments) -> Json:
    return are_equal(args.value(0), args.value(1))


def _order(args: Arguments) -> int:
    """Return -1, 0 or 1 as the first argument is less than, equal to or greater than the second."""
    left, right = args.value(0), args.value(1)
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    if isinstance(left, str):
        raise args.wrong_type(1, "a string, as argument 1 is one,", _ORDERED_CURE)
    first, second = args.number(0), args.number(1)
    return (first > second) - (first < second)


def _greater(args: Arguments) -> Json:
    return _order(args) > 0


def _greater_or_equals(args: Arguments) -> Json:
    return _order(args) >= 0


def _less(args: Arguments) -> Json:
    return _order(args) < 0


def _less_or_equals(args: Arguments) -> Json:
    return _order(args) <= 0


FUNCTIONS: tuple[Function, ...] = (
    Function("and", "and(a, b)", 2, 2, _and, "Tell whether both are true."),
    Function("equals", "equals(a, b)", 2, 2, _equals, "Tell whether two values are the same, minding type and case."),
    Function("greater", "greater(a, b)", 2, 2, _greater, "Tell whether a number or text is greater."),
    Function("greaterOrEquals", "greaterOrEquals(a, b)", 2, 2, _greater_or_equals, "Tell whether it is not less."),
    Function("if", "if(condition, then, else)", 3, 3, _if, "Return one of two values, and evaluate only that one."),
    Function("less", "less(a, b)", 2, 2, _less, "Tell whether a number or text is less."),
    Function("lessOrEquals", "lessOrEquals(a, b)", 2, 2, _less_or_equals, "Tell whether it is not greater."),
    Function("not", "not(condition)", 1, 1, _not, "Tell whether the condition is false."),
    Function("or", "or(a, b)", 2, 2, _or, "Tell whether one of them is true."),
)
