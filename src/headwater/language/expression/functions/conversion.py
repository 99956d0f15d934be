"""Conversion functions. Binary values are content envelopes: `{"$content-type": …, "$content": <base64>}`."""

from __future__ import annotations

import base64
import binascii
import json
import re
import urllib.parse
from typing import NoReturn

from headwater.language.expression.ast import Json
from headwater.language.expression.functions.function import INT_MAX, INT_MIN, Arguments, Function
from headwater.language.expression.functions.text import text_from
from headwater.language.expression.xml_text import XmlError, json_from_xml, parse_xml

_OCTETS = "application/octet-stream"
_DATA_URI = re.compile(r"data:(?P<type>[^,]*?)(?P<base64>;base64)?,(?P<data>.*)", re.DOTALL)
_INTEGER = re.compile(r"\s*[+-]?\d{1,19}\s*", re.ASCII)
_FLOAT = re.compile(r"\s*[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)
_BOOLEANS = {"false": False, "true": True}


def _array(args: Arguments) -> Json:
    value = args.value(0)
    return value if isinstance(value, list) else [value]


def _create_array(args: Arguments) -> Json:
    return args.values()


def _base64(args: Arguments) -> Json:
    return _encoded(args.text(0).encode())


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decoded(args: Arguments) -> bytes:
    try:
        return base64.b64decode(args.text(0), validate=True)
    except (binascii.Error, ValueError):
        raise args.refuse(0, "the text is not base64", "Encode it with base64(…) first.") from None


def _base64_to_binary(args: Arguments) -> Json:
    return _envelope(_OCTETS, _decoded(args))


def _base64_to_string(args: Arguments) -> Json:
    return _utf8(args, _decoded(args))


def _utf8(args: Arguments, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise args.refuse(0, "the content is not text in UTF-8", "Keep it binary.") from None


def _envelope(content_type: str, data: bytes) -> Json:
    return {"$content-type": content_type, "$content": _encoded(data)}


def _binary(args: Arguments) -> Json:
    return _envelope(_OCTETS, args.text(0).encode())


def _bool(args: Arguments) -> Json:
    match args.value(0):
        case bool(value):
            return value
        case int() | float() as number:
            return number != 0
        case str(text) if text.strip().lower() in _BOOLEANS:
            return _BOOLEANS[text.strip().lower()]
        case str():
            raise args.refuse(0, "the text is neither 'true' nor 'false'", "Compare it with equals(…) instead.")
        case _:
            raise args.wrong_type(0, "a boolean, a number, 'true' or 'false'", "Test for null with equals(…, null).")


def _coalesce(args: Arguments) -> Json:
    return next((value for i in range(len(args)) if (value := args.value(i)) is not None), None)


def _data_uri(args: Arguments) -> Json:
    return f"data:text/plain;charset=utf-8;base64,{_encoded(args.text(0).encode())}"


def _data_uri_to_binary(args: Arguments) -> Json:
    content_type, data = _data_uri_content(args)
    return _envelope(content_type, data)


def _data_uri_to_string(args: Arguments) -> Json:
    return _utf8(args, _data_uri_content(args)[1])


def _data_uri_content(args: Arguments) -> tuple[str, bytes]:
    match = _DATA_URI.fullmatch(args.text(0))
    if match is None:
        raise args.refuse(0, "the text is no data URI", "It starts with data:, a content type and a comma.")
    content_type = match["type"] or "text/plain;charset=US-ASCII"
    if not match["base64"]:
        return content_type, urllib.parse.unquote_to_bytes(match["data"])
    try:
        return content_type, base64.b64decode(match["data"], validate=True)
    except (binascii.Error, ValueError):
        raise args.refuse(0, "the data behind ;base64, is not base64", "Make it with dataUri(…).") from None


def _float(args: Arguments) -> Json:
    match args.value(0):
        case bool():
            raise args.wrong_type(0, "a number or a string", "Use if(…, 1, 0).")
        case int() | float() as number:
            return float(number)
        case str(text) if _FLOAT.fullmatch(text):
            return float(text.replace(",", ""))
        case str():
            raise args.refuse(0, "the text is no number", "Write it with a point: '10.333'.")
        case _:
            raise args.wrong_type(0, "a number or a string", "Test for null with coalesce(…).")


def _int(args: Arguments) -> Json:
    match args.value(0):
        case bool():
            raise args.wrong_type(0, "an integer or a string", "Use if(…, 1, 0).")
        case int(number):
            return number
        case float(number) if number.is_integer():
            return _fit(args, int(number))
        case str(text) if _INTEGER.fullmatch(text):
            return _fit(args, int(text))
        case str() | float():
            raise args.refuse(0, "it is not a whole number", "div(…, 1) of the integer parts, or float(…), may do.")
        case _:
            raise args.wrong_type(0, "an integer or a string", "Test for null with coalesce(…).")


def _fit(args: Arguments, number: int) -> int:
    if not INT_MIN <= number <= INT_MAX:
        raise args.refuse(0, "the number does not fit into 64 bits", "Use float(…).")
    return number


def _json(args: Arguments) -> Json:
    value = args.value(0)
    if value is None:
        return {}
    text = args.text(0)
    if text.lstrip().startswith("<"):
        return _json_of_xml(args, text)
    try:
        parsed: Json = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise args.refuse(0, "the JSON is nested too deeply", "Flatten it.") from None
    except ValueError as error:
        raise args.refuse(0, f"the text is not JSON ({_what(error)})", "Mend the JSON, quotes first.") from None
    return parsed


def _json_of_xml(args: Arguments, text: str) -> Json:
    try:
        return json_from_xml(parse_xml(text))
    except XmlError as error:
        raise args.refuse(0, str(error), "Mend the XML.") from None


def _what(error: ValueError) -> str:
    # The message of a JSON error may not quote the text, which may be a secret; JSONDecodeError.msg never does.
    return f"{error.msg} at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else "a bad number"


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _string(args: Arguments) -> Json:
    return text_from(args.value(0))


def _uri_component(args: Arguments) -> Json:
    return urllib.parse.quote(args.text(0), safe="-_.~")


def _uri_component_to_binary(args: Arguments) -> Json:
    return _envelope(_OCTETS, urllib.parse.unquote_to_bytes(args.text(0)))


def _uri_component_to_string(args: Arguments) -> Json:
    return _utf8(args, urllib.parse.unquote_to_bytes(args.text(0)))


FUNCTIONS: tuple[Function, ...] = (
    Function("array", "array(value)", 1, 1, _array, "Return an array of one value; an array stays what it is."),
    Function("base64", "base64(text)", 1, 1, _base64, "Encode text as base64."),
    Function("base64ToBinary", "base64ToBinary(text)", 1, 1, _base64_to_binary, "Decode base64 into binary content."),
    Function("base64ToString", "base64ToString(text)", 1, 1, _base64_to_string, "Decode base64 into text."),
    Function("binary", "binary(text)", 1, 1, _binary, "Return text as binary content."),
    Function("bool", "bool(value)", 1, 1, _bool, "Turn a number, 'true' or 'false' into a boolean."),
    Function("coalesce", "coalesce(a, b, …)", 1, None, _coalesce, "Return the first value that is not null."),
    Function("createArray", "createArray(a, b, …)", 0, None, _create_array, "Make an array of the values."),
    Function("dataUri", "dataUri(text)", 1, 1, _data_uri, "Return text as a data URI."),
    Function("dataUriToBinary", "dataUriToBinary(uri)", 1, 1, _data_uri_to_binary, "Decode a data URI into binary."),
    Function("dataUriToString", "dataUriToString(uri)", 1, 1, _data_uri_to_string, "Decode a data URI into text."),
    Function("decodeBase64", "decodeBase64(text)", 1, 1, _base64_to_string, "Old name of base64ToString."),
    Function("decodeDataUri", "decodeDataUri(uri)", 1, 1, _data_uri_to_binary, "Old name of dataUriToBinary."),
    Function(
        "decodeUriComponent", "decodeUriComponent(text)", 1, 1, _uri_component_to_string, "Undo percent-encoding."
    ),
    Function("encodeUriComponent", "encodeUriComponent(text)", 1, 1, _uri_component, "Percent-encode text for a URI."),
    Function("float", "float(value)", 1, 1, _float, "Turn text into a float."),
    Function("int", "int(value)", 1, 1, _int, "Turn text into an integer."),
    Function("json", "json(text)", 1, 1, _json, "Parse JSON or XML text; null gives an empty object."),
    Function("string", "string(value)", 1, 1, _string, "Return a value as text; objects as compact JSON."),
    Function("uriComponent", "uriComponent(text)", 1, 1, _uri_component, "Percent-encode text for a URI."),
    Function(
        "uriComponentToBinary",
        "uriComponentToBinary(text)",
        1,
        1,
        _uri_component_to_binary,
        "Undo percent-encoding, into binary content.",
    ),
    Function(
        "uriComponentToString",
        "uriComponentToString(text)",
        1,
        1,
        _uri_component_to_string,
        "Undo percent-encoding, into text.",
    ),
)
