"""Families of types: what a parameter accepts, and the type that two values have in common."""

from __future__ import annotations

from collections.abc import Callable

from headwater.data import types
from headwater.data.types import Array, DataType, Decimal, Map, Scalar, Struct

INTEGRALS: tuple[Scalar, ...] = (types.BYTE, types.SHORT, types.INTEGER, types.LONG)
FLOATS: tuple[Scalar, ...] = (types.FLOAT, types.DOUBLE)
# Digits of an integral type when it meets a decimal.
_DIGITS: dict[DataType, int] = {types.BYTE: 3, types.SHORT: 5, types.INTEGER: 10, types.LONG: 20}
MAX_PRECISION = 38
_MIN_SCALE = 6


def is_integral(type_: DataType) -> bool:
    return type_ in INTEGRALS


def is_number(type_: DataType) -> bool:
    return type_ in INTEGRALS or type_ in FLOATS or isinstance(type_, Decimal)


def is_datetime(type_: DataType) -> bool:
    return type_ in (types.DATE, types.TIMESTAMP)


KINDS: dict[str, Callable[[DataType], bool]] = {
    "any": lambda _: True,
    "array": lambda t: isinstance(t, Array),
    "binary": lambda t: t == types.BINARY,
    "boolean": lambda t: t == types.BOOLEAN,
    "bytes": lambda t: t in (types.BINARY, Array(types.BYTE)),
    "collection": lambda t: isinstance(t, Array | Map),
    "datetime": is_datetime,
    "integral": is_integral,
    "lambda": lambda _: True,
    "map": lambda t: isinstance(t, Map),
    "number": is_number,
    "scalar": lambda t: not isinstance(t, Array | Map | Struct),
    "string": lambda t: t == types.STRING,
    "timestamp": is_datetime,
}


def accepts(kind: str, type_: DataType) -> bool:
    """Return whether a parameter of this kind takes a value of this type; a null literal fits everywhere."""
    return type_ == types.ANY or KINDS[kind](type_)


def as_decimal(type_: DataType) -> Decimal | None:
    """Return the decimal that holds every value of an integral or decimal type, or None for another type."""
    if isinstance(type_, Decimal):
        return type_
    return Decimal(_DIGITS[type_], 0) if type_ in _DIGITS else None


def bounded(precision: int, scale: int) -> Decimal:
    """Return the decimal type, with scale given up before whole digits where it exceeds 38 digits, as Spark does."""
    if precision <= MAX_PRECISION:
        return Decimal(precision, scale)
    whole = precision - scale
    return Decimal(MAX_PRECISION, max(MAX_PRECISION - whole, min(scale, _MIN_SCALE)))


def common_number(left: DataType, right: DataType) -> DataType | None:
    """Return the narrowest number type that both convert to without being asked, or None."""
    if left in FLOATS or right in FLOATS:
        if not (is_number(left) and is_number(right)):
            return None
        narrow = left in (types.FLOAT, *INTEGRALS) and right in (types.FLOAT, *INTEGRALS)
        return types.FLOAT if narrow else types.DOUBLE
    if left in INTEGRALS and right in INTEGRALS:
        return max(left, right, key=lambda t: _DIGITS[t])
    first, second = as_decimal(left), as_decimal(right)
    if first is None or second is None:
        return None
    scale = max(first.scale, second.scale)
    return bounded(max(first.precision - first.scale, second.precision - second.scale) + scale, scale)


def common_type(left: DataType, right: DataType) -> DataType | None:
    """Return the type that both convert to without being asked, or None."""
    if right in (left, types.ANY):
        return left
    if left == types.ANY:
        return right
    if is_datetime(left) and is_datetime(right):
        return types.TIMESTAMP
    if isinstance(left, Array) and isinstance(right, Array):
        item = common_type(left.item, right.item)
        return Array(item) if item is not None else None
    if isinstance(left, Map) and isinstance(right, Map):
        key, value = common_type(left.key, right.key), common_type(left.value, right.value)
        return Map(key, value) if key is not None and value is not None else None
    return common_number(left, right)


def common_of(all_types: tuple[DataType, ...]) -> DataType | None:
    """Return the type that all convert to without being asked, or None."""
    common: DataType | None = types.ANY
    for type_ in all_types:
        if common is None:
            return None
        common = common_type(common, type_)
    return common
