"""Digests of the bytes of their arguments, one behind the other without separators; nulls add nothing.

A text is its UTF-8, an integer four bytes, a double eight and a date its day number in four, all little-endian, a
boolean one byte: so it is documented. The other types follow the same plan, which is not documented: whole numbers and
floats in their own width, a timestamp as microseconds in eight bytes, a decimal as its text, bytes as they are, and
what has parts as its JSON.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array, DataType, Decimal, Map, Struct
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.function import Arguments, Builder, Function, Refused
from headwater.language.dataflow.functions.json_text import json_text
from headwater.language.dataflow.functions.vectorized.digest import BLAKE2B_BITS, SHA2
from headwater.language.dataflow.scope import Resolved

_WIDTHS: dict[DataType, int] = {
    types.BYTE: 1,
    types.DOUBLE: 8,
    types.FLOAT: 4,
    types.INTEGER: 4,
    types.LONG: 8,
    types.SHORT: 2,
}
_SHA256 = (0, 256)


def _digest(name: str) -> Builder:
    return lambda args: _hashed(name, args, 0)


def _sha2(args: Arguments) -> exp.Expr:
    length = sql.constant(args[0])
    if length in _SHA256:
        return _hashed("sha256", args[1:], 1)
    if length not in SHA2:
        raise Refused("LNG-031", "The length of a SHA-2 digest is a constant of bits", "Write 224, 256, 384 or 512.", 0)
    return _hexadecimal(sql.vectorized("sha2", _joined(args[1:], 1), sql.number(int(length))))


def _blake2b(args: Arguments) -> exp.Expr:
    return _hexadecimal(_blake2b_bytes(args))


def _blake2b_bytes(args: Arguments) -> exp.Expr:
    length = sql.constant(args[0])
    if not isinstance(length, int) or length not in BLAKE2B_BITS:
        cure = "Write a multiple of 8 up to 512, such as 256."
        raise Refused("LNG-031", "The length of a BLAKE2b digest is a constant of bits", cure, 0)
    return sql.vectorized("blake2b", _joined(args[1:], 1), sql.number(length))


def _crc32(args: Arguments) -> exp.Expr:
    return sql.vectorized("crc32", _joined(args, 0))


def _hexadecimal(data: exp.Expr) -> exp.Expr:
    return exp.Lower(this=sql.call("hex", data))


def _hashed(name: str, args: Arguments, first: int) -> exp.Expr:
    return sql.call(name, _joined(args, first))


def _joined(args: Arguments, first: int) -> exp.Expr:
    return sql.chain(exp.DPipe, [_bytes(arg, index + first) for index, arg in enumerate(args)])


def _bytes(value: Resolved, index: int) -> exp.Expr:
    if isinstance(value.type, Array | Map | Struct):
        return _text_bytes(Resolved(types.STRING, json_text(value.sql, value.type)))
    to_bytes = _decimal_bytes if isinstance(value.type, Decimal) else _BYTES.get(value.type)
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


def _timestamp_bytes(value: Resolved) -> exp.Expr:
    return _little_endian(sql.call("epoch_us", value.sql), types.LONG)


def _decimal_bytes(value: Resolved) -> exp.Expr:
    return sql.call("encode", exp.Coalesce(this=sql.cast(value.sql, types.STRING), expressions=[sql.text("")]))


def _binary_bytes(value: Resolved) -> exp.Expr:
    return exp.Coalesce(this=value.sql, expressions=[sql.call("unhex", sql.text(""))])


def _little_endian(value: exp.Expr, type_: DataType) -> exp.Expr:
    """Return the bytes of a number, lowest first; the engine shows them as bits, highest first."""
    # A fraction says its type: not every engine casts it to bits as it is.
    number = sql.cast(value, type_) if type_ in (types.DOUBLE, types.FLOAT) else value
    bits = exp.Cast(this=number, to=exp.DataType(this=exp.DType.BIT))
    digits = sql.call("hex", sql.cast(bits, types.BINARY))
    places = range(2 * _WIDTHS[type_] - 1, 0, -2)
    pairs = [exp.Substring(this=digits.copy(), start=sql.number(n), length=sql.number(2)) for n in places]
    swapped = sql.chain(exp.DPipe, pairs)
    return sql.call("unhex", exp.Coalesce(this=swapped, expressions=[sql.text("")]))


_BYTES: dict[DataType, Callable[[Resolved], exp.Expr]] = {
    types.ANY: _text_bytes,
    types.BINARY: _binary_bytes,
    types.BOOLEAN: _boolean_bytes,
    types.BYTE: _number_bytes,
    types.DATE: _date_bytes,
    types.DOUBLE: _number_bytes,
    types.FLOAT: _number_bytes,
    types.INTEGER: _number_bytes,
    types.LONG: _number_bytes,
    types.SHORT: _number_bytes,
    types.STRING: _text_bytes,
    types.TIMESTAMP: _timestamp_bytes,
}

FUNCTIONS: tuple[Function, ...] = (
    Function("blake2b", "integral, any...", types.STRING, _blake2b, "BLAKE2b digest in hexadecimal.", "hash"),
    Function("blake2bBinary", "integral, any...", types.BINARY, _blake2b_bytes, "BLAKE2b digest as bytes.", "hash"),
    Function("crc32", "any...", types.LONG, _crc32, "CRC-32 checksum.", "hash"),
    Function("md5", "any...", types.STRING, _digest("md5"), "MD5 digest in hexadecimal.", "hash"),
    Function("sha1", "any...", types.STRING, _digest("sha1"), "SHA-1 digest in hexadecimal.", "hash"),
    Function("sha2", "integral, any...", types.STRING, _sha2, "SHA-2 digest of 224, 256, 384 or 512 bits.", "hash"),
)
