"""Math functions. Integers are 64 bits wide and stay integers; one float makes the result a float."""

from __future__ import annotations

import math
from collections.abc import Callable

from headwater.language.expression.ast import Json
from headwater.language.expression.functions.function import INT_MAX, INT_MIN, Arguments, Function

_RANGE_LIMIT = 100_000


def _add(args: Arguments) -> Json:
    return _fit(args, lambda: args.number(0) + args.number(1))


def _sub(args: Arguments) -> Json:
    return _fit(args, lambda: args.number(0) - args.number(1))


def _mul(args: Arguments) -> Json:
    return _fit(args, lambda: args.number(0) * args.number(1))


def _div(args: Arguments) -> Json:
    dividend, divisor = args.number(0), _divisor(args)
    if isinstance(dividend, int) and isinstance(divisor, int):
        quotient = abs(dividend) // abs(divisor)
        return _fit(args, lambda: quotient if (dividend < 0) == (divisor < 0) else -quotient)
    return _fit(args, lambda: dividend / divisor)


def _mod(args: Arguments) -> Json:
    dividend, divisor = args.number(0), _divisor(args)
    if isinstance(dividend, int) and isinstance(divisor, int):
        remainder = abs(dividend) % abs(divisor)
        return -remainder if dividend < 0 else remainder
    return math.fmod(dividend, divisor)


def _divisor(args: Arguments) -> int | float:
    divisor = args.number(1)
    if divisor == 0:
        raise args.refuse(1, "division by zero", "Test the divisor first: if(equals(b, 0), …, div(a, b)).")
    return divisor


def _max(args: Arguments) -> Json:
    return max(_numbers(args))


def _min(args: Arguments) -> Json:
    return min(_numbers(args))


def _numbers(args: Arguments) -> list[int | float]:
    """Return the numbers to choose from: the arguments, or the items of the one array argument."""
    if len(args) > 1 or not isinstance(args.value(0), list):
        return [args.number(index) for index in range(len(args))]
    numbers = [item for item in args.array(0) if isinstance(item, int | float) and not isinstance(item, bool)]
    if not numbers or len(numbers) < len(args.array(0)):
        raise args.refuse(0, "the array has no items, or not only numbers", "Pass an array of one number or more.")
    return numbers


def _rand(args: Arguments) -> Json:
    low, high = args.integer(0), args.integer(1)
    if low >= high:
        raise args.refuse(1, "the upper bound is not above the lower bound", "The upper bound itself is left out.")
    return args.context.random.randrange(low, high)


def _range(args: Arguments) -> Json:
    start, count = args.integer(0), args.integer(1)
    if not 0 <= count <= _RANGE_LIMIT:
        raise args.refuse(1, f"{count} is not between 0 and {_RANGE_LIMIT}", "Pass how many numbers there are to be.")
    return list(range(start, start + count))


def _fit(args: Arguments, compute: Callable[[], int | float]) -> int | float:
    """Return the result. Raises LanguageError where it leaves 64 bits."""
    try:
        result = compute()
    except OverflowError:
        result = math.inf
    if isinstance(result, int) and not INT_MIN <= result <= INT_MAX:
        raise args.refuse(0, "the result does not fit into 64 bits", "Use float(…) for one of the numbers.")
    if isinstance(result, float) and not math.isfinite(result):
        raise args.refuse(0, "the result does not fit into a float", "Use smaller numbers.")
    return result


FUNCTIONS: tuple[Function, ...] = (
    Function("add", "add(a, b)", 2, 2, _add, "Add two numbers."),
    Function("div", "div(a, b)", 2, 2, _div, "Divide; integers give an integer, cut towards zero."),
    Function("max", "max(number1, number2, …) or max(array)", 1, None, _max, "Return the greatest number."),
    Function("min", "min(number1, number2, …) or min(array)", 1, None, _min, "Return the least number."),
    Function("mod", "mod(a, b)", 2, 2, _mod, "Return the remainder, with the sign of the first number."),
    Function("mul", "mul(a, b)", 2, 2, _mul, "Multiply two numbers."),
    Function("rand", "rand(from, to)", 2, 2, _rand, "Return a random integer, the upper bound left out."),
    Function("range", "range(start, count)", 2, 2, _range, "Return consecutive integers."),
    Function("sub", "sub(a, b)", 2, 2, _sub, "Subtract the second number from the first."),
)
