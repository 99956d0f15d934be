"""Digests of the bytes of their arguments, one behind the other without separators; nulls add nothing.

A text is its UTF-8, an integer four bytes, a double eight and a date its day number in four, all little-endian, a
boolean one byte. Which bytes the service hashes of other types is not known, so they are refused.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from headwater.data import types
from headwater.data.types import DataType
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.function import Arguments, Builder, Function, Refused
from headwater.language.dataflow.scope import Resolved

_WIDTHS: dict[DataType, int] = {types.DOUBLE: 8, types.INTEGER: 4}
_SHA2 = {0: "sha256", 256: "sha256"}


def _digest(name: str) -> Builder:
    return lambda args: _hashed(name, args, 0)


def _sha2(args: Arguments) -> exp.Expr:
    length = sql.constant(args[0])
    if length not in _SHA2:
        raise Refused("LNG-030", "Only sha2 of 256 bits is supported", "Write sha2(256, …).", 0)
    return _hashed(_SHA2[int(length)], args[1:], 1)


def _hashed(name: str, args: Arguments, first: int) -> exp.Expr:
    return sql.call(name, sql.chain(exp.DPipe, [_bytes(arg, index + first) for index, arg in enumerate(args)]))


def _bytes(value: Resolved, index: int) -> exp.Expr:
    to_bytes = _BYTES.get(value.type)
    if to_bytes is None:
        cure = "Write toString(…) around it; the digest is then of its text."
        raise Refused("LNG-030", f"A digest of {value.type} is not supported", cure, index)
    return to_bytes(value)


def _text_bytes(value: Resolved) -> exp.Expr:
    present = exp.Coalesce(this=value.sql, expressions=[sql.text("")])
    return sql.call("encode", present)


def _boolean_bytes(value: Resolved) -> exp.Expr:
    digits = sql.case([(value.sql, sql.text("01")), (exp.Not(this=sql.paren(value.sql.copy())), sql.text("00"))])
    return sql.call("unhex", exp.Coalesce(this=digits, expressions=[sql.text("")]))


def _number_bytes(value: Resolved) -> exp.Expr:
    return _little_endian(value.sql, value.type)


def _date_bytes(value: Resolved) -> exp.Expr:
    epoch = sql.cast(sql.text("1970-01-01"), types.DATE)
    return _little_endian(sql.cast(exp.Sub(this=sql.paren(value.sql), expression=epoch), types.INTEGER), types.INTEGER)


def _little_endian(value: exp.Expr, type_: DataType) -> exp.Expr:
    """Return the bytes of a number, lowest first; the engine shows them as bits, highest first."""
    bits = exp.Cast(this=value, to=exp.DataType(this=exp.DType.BIT))
    digits = sql.call("hex", sql.cast(bits, types.BINARY))
    places = range(2 * _WIDTHS[type_] - 1, 0, -2)
    pairs = [exp.Substring(this=digits.copy(), start=sql.number(n), length=sql.number(2)) for n in places]
    swapped = sql.chain(exp.DPipe, pairs)
    return sql.call("unhex", exp.Coalesce(this=swapped, expressions=[sql.text("")]))


_BYTES: dict[DataType, Callable[[Resolved], exp.Expr]] = {
    types.ANY: _text_bytes,
    types.BOOLEAN: _boolean_bytes,
    types.DATE: _date_bytes,
    types.DOUBLE: _number_bytes,
    types.INTEGER: _number_bytes,
    types.STRING: _text_bytes,
}

FUNCTIONS: tuple[Function, ...] = (
    Function("md5", "any...", types.STRING, _digest("md5"), "MD5 digest in hexadecimal.", "hash"),
    Function("sha1", "any...", types.STRING, _digest("sha1"), "SHA-1 digest in hexadecimal.", "hash"),
    Function("sha2", "integral, any...", types.STRING, _sha2, "SHA-256 digest in hexadecimal.", "hash"),
)
