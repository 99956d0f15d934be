"""Types as a data flow script spells them: `decimal(10,2)`, `(a as string)[]`, `[string,integer]`."""

from __future__ import annotations

from headwater.data import types
from headwater.data.types import Array, DataType, Decimal, Map, Scalar, Struct
from headwater.language.dataflow.cursor import Cursor
from headwater.language.dataflow.spelling import read_name, spell_name

_MOST_DIGITS = 38
SCALARS: dict[str, Scalar] = {
    scalar.name: scalar
    for scalar in (
        types.ANY,
        types.BINARY,
        types.BOOLEAN,
        types.BYTE,
        types.DATE,
        types.DOUBLE,
        types.FLOAT,
        types.INTEGER,
        types.LONG,
        types.SHORT,
        types.STRING,
        types.TIME,
        types.TIMESTAMP,
    )
}


def parse_type(cursor: Cursor) -> DataType:
    """Read a type. Raises ParseFailure, which stays inside the parser."""
    cursor.descend()
    type_ = _base_type(cursor)
    while cursor.at("[") and cursor.peek().text == "]":
        cursor.take()
        cursor.take()
        type_ = Array(type_)
    cursor.ascend()
    return type_


def _base_type(cursor: Cursor) -> DataType:
    if cursor.take_if("("):
        return _struct(cursor)
    if cursor.take_if("["):
        key = parse_type(cursor)
        cursor.expect(",", "between the types of a map")
        value = parse_type(cursor)
        cursor.expect("]", "after the types of a map")
        return Map(key, value)
    token = cursor.token
    if token.kind == "name" and token.text == "decimal":
        cursor.take()
        return _decimal(cursor)
    if token.kind != "name" or token.text not in SCALARS:
        raise cursor.failure(
            f"Expected a type, found {cursor.found()}",
            "Types are decimal, " + ", ".join(SCALARS) + ", (…), […] and t[].",
        )
    cursor.take()
    return SCALARS[token.text]


def _decimal(cursor: Cursor) -> Decimal:
    if not cursor.take_if("("):
        return Decimal()
    place = cursor.token.span
    numbers = [_whole_number(cursor)]
    if cursor.take_if(","):
        numbers.append(_whole_number(cursor))
    cursor.expect(")", "after the scale of a decimal")
    precision, scale = numbers[0], numbers[1] if len(numbers) > 1 else 0
    if not 0 < precision <= _MOST_DIGITS or scale > precision:
        cure = f"Write a precision from 1 to {_MOST_DIGITS}, and a scale up to it."
        raise cursor.failure(f"There is no decimal({precision},{scale})", cure, place)
    return Decimal(precision, scale)


def _whole_number(cursor: Cursor) -> int:
    if cursor.token.kind == "number" and cursor.token.text.isdecimal():
        return int(cursor.take().text)
    raise cursor.failure(f"Expected a whole number, found {cursor.found()}", "Write decimal(precision,scale).")


def _struct(cursor: Cursor) -> Struct:
    fields: list[tuple[str, DataType]] = []
    while not fields or cursor.take_if(","):
        name = parse_name(cursor, "a field of a complex type")
        if cursor.token.text != "as":
            raise cursor.failure(f"Expected 'as' after '{name}', found {cursor.found()}", "Write name as type.")
        cursor.take()
        fields.append((name, parse_type(cursor)))
    cursor.expect(")", "after the fields of a complex type")
    return Struct(tuple(fields))


def parse_name(cursor: Cursor, what: str) -> str:
    """Read `name` or `{any name}`."""
    if cursor.token.kind not in ("name", "braced"):
        raise cursor.failure(f"Expected the name of {what}, found {cursor.found()}", "Write a name or {any name}.")
    return read_name(cursor.take().text)


def print_type(type_: DataType) -> str:
    """Return the spelling of a type, with the names that need braces in them."""
    match type_:
        case Array(item):
            return f"{print_type(item)}[]"
        case Map(key, value):
            return f"[{print_type(key)},{print_type(value)}]"
        case Struct(fields):
            return "(" + ", ".join(f"{spell_name(name)} as {print_type(field)}" for name, field in fields) + ")"
        case _:
            return str(type_)
