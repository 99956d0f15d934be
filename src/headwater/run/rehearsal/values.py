"""Values that fit a type: at random, by their number in a pool of keys, or as an expression wants them.

All are Python values as pyarrow takes them.
"""

from __future__ import annotations

import datetime
import decimal
import json
from random import Random

from headwater.data.types import (
    ANY,
    BINARY,
    BOOLEAN,
    BYTE,
    DATE,
    DOUBLE,
    FLOAT,
    INTEGER,
    LONG,
    SHORT,
    STRING,
    TIME,
    TIMESTAMP,
    Array,
    DataType,
    Decimal,
    Map,
    Struct,
)
from headwater.language.dataflow.functions.vectorized.moments import write
from headwater.run.rehearsal.asks import Form, Plain

_START = datetime.datetime(2019, 1, 1)
_DAYS = 2190
_FIRST_DAY, _LAST_DAY = (datetime.datetime.min - _START).days, (datetime.datetime.max - _START).days
_LIMITS: dict[DataType, int] = {BYTE: 2**7, SHORT: 2**15, INTEGER: 2**31, LONG: 2**63}
_LEAST = 1000
"""The first number of a pool of keys."""
_PATTERNS: dict[DataType, str] = {DATE: "yyyy-MM-dd", TIMESTAMP: "yyyy-MM-dd HH:mm:ss"}
Value = object
"""A Python value of one of the types; its kind is the type's business."""


def random_value(type_: DataType, name: str, random: Random) -> Value:
    """Return a value of a type; `name` is what texts of it say."""
    match type_:
        case Array(item):
            return [random_value(item, name, random) for _ in range(random.randint(1, 3))]
        case Map(key, value):
            keys = {repr(one): one for one in (random_value(key, name, random) for _ in range(2))}
            return [(one, random_value(value, name, random)) for one in keys.values()]
        case Struct(fields):
            return {field: random_value(inner, field, random) for field, inner in fields}
        case _:
            return _random_scalar(type_, name, random)


def number_of(value: Value) -> int | None:
    """Return the number of the key that a value is, or is nearest to; None if it is no number and no moment."""
    match value:
        case bool():
            return None
        case int() | float() | decimal.Decimal():
            return int(value) - _LEAST
        case datetime.datetime():
            return (value - _START).days
        case datetime.date():
            return (value - _START.date()).days
    return None


def numbered_value(type_: DataType, name: str, number: int) -> Value:
    """Return the key of a number in a pool: always the same one, and another one for another number where it can be."""
    at = _START + datetime.timedelta(days=max(_FIRST_DAY, min(number, _LAST_DAY)))
    match type_:
        case Decimal():
            return _decimal(type_, decimal.Decimal(_LEAST + number))
        case Array() | Map() | Struct():
            return random_value(type_, name, Random(number))  # noqa: S311 - made-up rows are no secrets
        case _ if type_ in _LIMITS:
            return (_LEAST + number) % _LIMITS[type_]
        case _ if type_ in (DOUBLE, FLOAT):
            return float(_LEAST + number)
    others: dict[DataType, Value] = {
        BINARY: f"{_LEAST + number}".encode(),
        BOOLEAN: number % 2 == 0,
        DATE: at.date(),
        TIME: datetime.time(number // 60 % 24, number % 60),
        TIMESTAMP: at,
    }
    return others.get(type_, f"{_LEAST + number}")


def _random_scalar(type_: DataType, name: str, random: Random) -> Value:
    number = random.randrange(1000)
    at = _START + datetime.timedelta(days=random.randrange(_DAYS), seconds=random.randrange(86_400))
    match type_:
        case Decimal():
            return _decimal(type_, decimal.Decimal(number * 100 + random.randrange(100)).scaleb(-2))
        case _ if type_ in _LIMITS:
            return number % _LIMITS[type_]
        case _ if type_ in (DOUBLE, FLOAT):
            return number + random.randrange(4) / 4
    text = f"{name} {number % 20 + 1}"
    others: dict[DataType, Value] = {
        BINARY: text.encode(),
        BOOLEAN: number % 2 == 0,
        DATE: at.date(),
        TIME: at.time(),
        TIMESTAMP: at,
    }
    return others.get(type_, text)


def formed_text(form: Form, name: str, number: int | None, random: Random) -> str:
    """Return a text that reads as its form asks; of a number in a pool, always the same one."""
    type_ = form.type
    if form.is_delimited:
        return _delimited(form, name, random)
    if isinstance(type_, Array | Map | Struct):
        return json.dumps(_plain(type_, random_value(type_, name, random)), default=str)
    value = numbered_value(type_, name, number) if number is not None else random_value(type_, name, random)
    if isinstance(value, datetime.date):
        at = value if isinstance(value, datetime.datetime) else datetime.datetime(value.year, value.month, value.day)
        text = write(at, form.detail or _PATTERNS[type_], "en")
        assert text is not None, "the names of English are known"
        return text
    return str(value).lower() if isinstance(value, bool) else str(value)


def _delimited(form: Form, name: str, random: Random) -> str:
    separator = form.detail or ","
    fields = form.type.fields if isinstance(form.type, Struct) else ((name, STRING),) * random.randint(3, 6)
    return separator.join(str(random_value(type_, field, random)) for field, type_ in fields)


def _plain(type_: DataType, value: Value) -> Value:
    """Return a value as JSON has it: maps as objects."""
    match type_, value:
        case Array(item), list(items):
            return [_plain(item, one) for one in items]
        case Map(_, inner), list(pairs):
            return {str(key): _plain(inner, one) for key, one in pairs}
        case Struct(fields), dict(members):
            return {name: _plain(inner, members[name]) for name, inner in fields}
        case _:
            return value


def fitting(value: Plain, type_: DataType) -> Value | None:
    """Return a literal of a script as a value of a type, or None if it does not fit."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    match type_:
        case _ if type_ in (ANY, STRING):
            return text
        case _ if type_ == BINARY:
            return text.encode()
        case _ if type_ == BOOLEAN:
            return {"true": True, "false": False}.get(text.lower())
        case _ if type_ in (DATE, TIMESTAMP):
            return _moment(value, type_)
        case _ if isinstance(value, bool):
            return None
    return _number(text, type_)


def _number(text: str, type_: DataType) -> Value | None:
    try:
        number = decimal.Decimal(text)
    except decimal.InvalidOperation:
        return None
    if not number.is_finite():
        return None
    if type_ in (DOUBLE, FLOAT):
        return float(number)
    if isinstance(type_, Decimal):
        return _decimal(type_, number) if fits(number, type_) else None
    return int(number) if type_ in _LIMITS and fits(int(number), type_) else None


def neighbours(value: Value) -> list[Value]:
    """Return a value with the nearest ones before and behind it, where there are such."""
    match value:
        case bool() | str() | bytes():
            return [value]
        case datetime.date():
            near = (value.toordinal() + days for days in (-1, 0, 1))
            return [_moved(value, ordinal) for ordinal in near if 0 < ordinal <= datetime.date.max.toordinal()]
        case int() | float() | decimal.Decimal():
            return [value - 1, value, value + 1]
        case _:
            return [value]


def _moved(value: datetime.date, ordinal: int) -> datetime.date:
    """Return a date, or the same time of a day, of an ordinal number."""
    day = datetime.date.fromordinal(ordinal)
    return datetime.datetime.combine(day, value.time()) if isinstance(value, datetime.datetime) else day


def fits(value: Value, type_: DataType) -> bool:
    """Return whether a number is in the range of a type; other values are."""
    if isinstance(type_, Decimal) and isinstance(value, decimal.Decimal):
        return abs(value) < decimal.Decimal(10) ** (type_.precision - type_.scale)
    if type_ in _LIMITS and isinstance(value, int):
        return -_LIMITS[type_] <= value < _LIMITS[type_]
    return True


def _decimal(type_: Decimal, value: decimal.Decimal) -> decimal.Decimal:
    """Return a number with the scale of a type, wrapped into its digits."""
    # A value may come from a double, so it has up to 309 digits before the point.
    with decimal.localcontext(prec=400):
        limit = decimal.Decimal(10) ** (type_.precision - type_.scale)
        step = decimal.Decimal(1).scaleb(-type_.scale)
        return (value % limit).quantize(step, rounding=decimal.ROUND_DOWN)


def _moment(value: Plain, type_: DataType) -> datetime.date | None:
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime.datetime):
        at = value.replace(tzinfo=None)
        return at.date() if type_ == DATE else at
    if isinstance(value, datetime.date):
        return value if type_ == DATE else datetime.datetime(value.year, value.month, value.day)
    return None
