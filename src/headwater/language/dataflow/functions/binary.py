"""Bytes: as digits, in base 64, and as texts of a character set."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array
from headwater.language.dataflow.functions import kinds, sql
from headwater.language.dataflow.functions.function import Arguments, Function, Refused
from headwater.language.dataflow.functions.vectorized.charset import codec_of
from headwater.language.dataflow.scope import Resolved


def _to_base64(args: Arguments) -> exp.Expr:
    return exp.ToBase64(this=_encoded(args[0].sql, args[1:]))


def _from_base64(args: Arguments) -> exp.Expr:
    """The signs at the end that fill up the last four may be missing, as in Java."""
    length = exp.Length(this=args[0].sql.copy())
    fours = exp.IntDiv(this=sql.paren(sql.binary(exp.Add, length, sql.number(3))), expression=sql.number(4))
    full = exp.Mul(this=sql.paren(fours), expression=sql.number(4))
    size = sql.cast(full, types.INTEGER)
    padded = exp.Pad(this=args[0].sql, expression=size, fill_pattern=sql.text("="), is_left=False)
    data = sql.call("try", sql.call("from_base64", padded))
    return _decoded(data, args[1:]) if len(args) > 1 else exp.Decode(this=data, charset=sql.text("utf-8"))


def _encoded(text: exp.Expr, charset: Arguments) -> exp.Expr:
    """Return the bytes of a text in a character set, UTF-8 unless told."""
    if not charset or _charset(charset[0]) == "utf-8":
        return sql.call("encode", text)
    return sql.vectorized("encode", text, charset[0].sql)


def _decoded(data: exp.Expr, charset: Arguments) -> exp.Expr:
    _charset(charset[0])
    return sql.vectorized("decode", data, charset[0].sql)


def _charset(value: Resolved) -> str | None:
    """Return Python's name of a constant character set. Raises Refused where there is no such set."""
    name = sql.constant(value)
    if not isinstance(name, str):
        return None
    codec = codec_of(name)
    if codec is None:
        cure = "Write a name such as 'UTF-8', 'US-ASCII', 'ISO-8859-1' or 'Windows-1252'."
        raise Refused("LNG-031", f"There is no character set '{name}'", cure, 1)
    return codec


def _encode(args: Arguments) -> exp.Expr:
    """The bytes as an array: the documentation compares them with one, though it calls them binary."""
    data = _encoded(args[0].sql, args[1:])
    digits = sql.call("hex", data)
    count = exp.IntDiv(this=exp.Length(this=digits), expression=sql.number(2))
    places = sql.call("range", sql.number(0), count)
    start = exp.Add(this=exp.Mul(this=sql.variable("place"), expression=sql.number(2)), expression=sql.number(1))
    pair = exp.Substring(this=digits.copy(), start=start, length=sql.number(2))
    number = sql.cast(sql.binary(exp.DPipe, sql.text("0x"), pair), types.INTEGER)
    signed = exp.Sub(this=sql.call("xor", number, sql.number(128)), expression=sql.number(128))
    each = exp.Transform(this=places, expression=sql.function(["place"], sql.cast(signed, types.BYTE)))
    return sql.cast(each, Array(types.BYTE))


def _decode(args: Arguments) -> exp.Expr:
    return _decoded(_to_binary(args[:1]), args[1:])


def _hex(args: Arguments) -> exp.Expr:
    return exp.Lower(this=sql.call("hex", _to_binary(args)))


def _unhex(args: Arguments) -> exp.Expr:
    return sql.call("try", sql.call("unhex", args[0].sql))


def _to_binary(args: Arguments) -> exp.Expr:
    """A whole number has the highest byte first, as Spark's cast does; the documentation's example is wrong."""
    if args[0].type in (types.BINARY, types.ANY):
        return sql.converted(args[0], types.BINARY)
    if args[0].type == types.STRING:
        return sql.call("encode", args[0].sql)
    if kinds.is_integral(args[0].type):
        bits = exp.Cast(this=args[0].sql, to=exp.DataType(this=exp.DType.BIT))
        return sql.cast(bits, types.BINARY)
    if args[0].type != Array(types.BYTE):
        raise Refused("LNG-030", f"toBinary of {args[0].type} is not supported", "Give an array of bytes.", 0)
    byte = exp.BitwiseAnd(this=sql.cast(sql.variable("byte"), types.INTEGER), expression=sql.number(255))
    digits = sql.call("format", sql.text("{:02x}"), exp.Paren(this=byte))
    each = exp.Transform(this=args[0].sql, expression=sql.function(["byte"], digits))
    return sql.call("unhex", sql.call("array_to_string", each, sql.text("")))


FUNCTIONS: tuple[Function, ...] = (
    Function("decode", "bytes, string", types.STRING, _decode, "Text of bytes in a character set.", "conversion"),
    Function(
        "encode", "string, string", Array(types.BYTE), _encode, "Bytes of a text in a character set.", "conversion"
    ),
    Function(
        "fromBase64", "string, [string]", types.STRING, _from_base64, "Text that was encoded in base 64.", "conversion"
    ),
    Function("hex", "bytes", types.STRING, _hex, "Bytes as hexadecimal digits.", "conversion"),
    Function("toBase64", "string, [string]", types.STRING, _to_base64, "Text in base 64.", "conversion"),
    Function(
        "toBinary", "any", types.BINARY, _to_binary, "The bytes of a text, a whole number or an array.", "conversion"
    ),
    Function("unhex", "string", types.BINARY, _unhex, "Bytes of hexadecimal digits.", "conversion"),
)
