"""String functions. Positions count from 0; searching ignores case where the documentation says so."""

from __future__ import annotations

import uuid

from headwater.language.expression.ast import Json
from headwater.language.expression.functions.function import Arguments, Function
from headwater.language.expression.functions.text import text_from

_GUID_FORMATS = "N, D, B, P and X"


def _concat(args: Arguments) -> Json:
    return "".join(text_from(value) for value in args.values())


def _ends_with(args: Arguments) -> Json:
    return args.text(0).lower().endswith(args.text(1).lower())


def _guid(args: Arguments) -> Json:
    value = uuid.UUID(int=args.context.random.getrandbits(128), version=4)
    match (args.optional_text(0) or "D").upper():
        case "D":
            return str(value)
        case "N":
            return value.hex
        case "B":
            return f"{{{value}}}"
        case "P":
            return f"({value})"
        case "X":
            parts = (f"0x{value.time_low:08x}", f"0x{value.time_mid:04x}", f"0x{value.time_hi_version:04x}")
            last = ",".join(f"0x{byte:02x}" for byte in value.bytes[8:])
            return "{" + ",".join(parts) + ",{" + last + "}}"
        case _:
            raise args.refuse(0, "it is no format of a GUID", f"The formats are {_GUID_FORMATS}.")


def _index_of(args: Arguments) -> Json:
    return args.text(0).lower().find(args.text(1).lower())


def _last_index_of(args: Arguments) -> Json:
    return args.text(0).lower().rfind(args.text(1).lower())


def _replace(args: Arguments) -> Json:
    text, old, new = args.text(0), args.text(1), args.text(2)
    if not old:
        raise args.refuse(1, "the text to replace is empty", "Name the text to replace.")
    return text.replace(old, new)


def _split(args: Arguments) -> Json:
    text, delimiter = args.text(0), args.text(1)
    return list(text.split(delimiter)) if delimiter else [text]


def _starts_with(args: Arguments) -> Json:
    return args.text(0).lower().startswith(args.text(1).lower())


def _substring(args: Arguments) -> Json:
    text, start = args.text(0), args.integer(1)
    if not 0 <= start <= len(text):
        raise args.refuse(
            1, f"start {start} is outside a text of {len(text)} characters", "Start between 0 and length."
        )
    length = args.integer(2) if len(args) > 2 else len(text) - start
    if length < 0 or start + length > len(text):
        problem = f"{length} characters from {start} on reach past a text of {len(text)} characters"
        raise args.refuse(2, problem, "Limit the length, for example with min(…, sub(length(text), start)).")
    return text[start : start + length]


def _to_lower(args: Arguments) -> Json:
    return args.text(0).lower()


def _to_upper(args: Arguments) -> Json:
    return args.text(0).upper()


def _trim(args: Arguments) -> Json:
    return args.text(0).strip()


FUNCTIONS: tuple[Function, ...] = (
    Function("concat", "concat(text1, text2, …)", 1, None, _concat, "Join values as text."),
    Function("endsWith", "endsWith(text, end)", 2, 2, _ends_with, "Tell whether text ends so, ignoring case."),
    Function("guid", "guid(format?)", 0, 1, _guid, f"Make a new GUID; formats are {_GUID_FORMATS}."),
    Function("indexOf", "indexOf(text, search)", 2, 2, _index_of, "Find the first place, ignoring case; -1 if none."),
    Function("lastIndexOf", "lastIndexOf(text, search)", 2, 2, _last_index_of, "Find the last place, ignoring case."),
    Function("replace", "replace(text, old, new)", 3, 3, _replace, "Replace every occurrence, minding case."),
    Function("split", "split(text, delimiter)", 2, 2, _split, "Cut text at each delimiter into an array."),
    Function(
        "startsWith", "startsWith(text, start)", 2, 2, _starts_with, "Tell whether text starts so, ignoring case."
    ),
    Function("substring", "substring(text, start, length?)", 2, 3, _substring, "Return a part of text."),
    Function("toLower", "toLower(text)", 1, 1, _to_lower, "Return text in lower case."),
    Function("toUpper", "toUpper(text)", 1, 1, _to_upper, "Return text in upper case."),
    Function("trim", "trim(text)", 1, 1, _trim, "Return text without white space at its ends."),
)
