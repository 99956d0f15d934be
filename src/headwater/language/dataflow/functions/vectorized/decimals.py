"""Arithmetic of decimals that outgrow 38 digits on the way: exact first, then cut to the type of the result."""

from __future__ import annotations

import decimal
from collections.abc import Callable

from headwater.language.dataflow.functions.vectorized.function import Vectorized

# Room for the exact product of two, and for the digits behind the point of a quotient.
_EXACT = decimal.Context(prec=160, rounding=decimal.ROUND_HALF_UP)


def _remainder(left: decimal.Decimal, right: decimal.Decimal) -> decimal.Decimal:
    return _EXACT.remainder(left, right)


def _positive_remainder(left: decimal.Decimal, right: decimal.Decimal) -> decimal.Decimal:
    rest = _remainder(left, right)
    return _remainder(_EXACT.add(rest, right), right) if rest < 0 else rest


OPERATIONS: dict[str, Callable[[decimal.Decimal, decimal.Decimal], decimal.Decimal]] = {
    "%": _remainder,
    "*": _EXACT.multiply,
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "/": _EXACT.divide,
    "pmod": _positive_remainder,
}


def operate(left: str, right: str, how: str) -> str | None:
    """Return the result of `how`, such as `* 38 6`: operator, precision, scale; None for one that does not fit."""
    name, precision, scale = how.split(" ")
    one, other = decimal.Decimal(left), decimal.Decimal(right)
    if not other and name in ("/", "%", "pmod"):
        return None
    value = OPERATIONS[name](one, other).quantize(decimal.Decimal(1).scaleb(-int(scale)), context=_EXACT)
    return f"{value:f}" if abs(value) < decimal.Decimal(1).scaleb(int(precision) - int(scale)) else None


FUNCTIONS: tuple[Vectorized, ...] = (
    Vectorized("decimal_operation", ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR", operate),
)
