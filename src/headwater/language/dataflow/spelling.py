"""How names and strings are written: the one place that knows quotes, braces and escapes, for parser and printer."""

from __future__ import annotations

import re

# Words that stand for a value, so that a column of that name needs braces.
CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "NULL": None}

_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NAME_ESCAPED = re.compile(r"\\([\\{}])")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\\": "\\", "'": "'", '"': '"', "`": "`"}
_TEMPLATE_ESCAPES = _ESCAPES | {"{": "{", "}": "}", "$": "$"}
_WRITTEN = str.maketrans(
    {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"},
)
_WRITTEN_IN_NAME = str.maketrans({"\\": "\\\\", "{": "\\{", "}": "\\}"})
_WRITTEN_IN_TEMPLATE = _WRITTEN | str.maketrans({"'": "'", '"': '\\"', "{": "\\{", "}": "\\}"})


def read_name(text: str) -> str:
    """Return the name that a token `name` or `{any name}` stands for."""
    if not text.startswith("{"):
        return text
    return _NAME_ESCAPED.sub(r"\1", text[1:-1])


def spell_name(name: str) -> str:
    """Return the name as a script writes it, in braces unless it is plain."""
    if _PLAIN_NAME.fullmatch(name) and name not in CONSTANTS:
        return name
    return "{" + name.translate(_WRITTEN_IN_NAME) + "}"


def read_string(text: str) -> str:
    r"""Return what a single-quoted text stands for; a backslash before another character stays, as in `'\d+'`."""
    return _unescape(text[1:-1], _ESCAPES)


def read_template_part(text: str) -> str:
    """Return what a stretch of a double-quoted text between its `{…}` parts stands for."""
    return _unescape(text, _TEMPLATE_ESCAPES)


def spell_string(value: str) -> str:
    return "'" + value.translate(_WRITTEN) + "'"


def spell_template_part(value: str) -> str:
    return value.translate(_WRITTEN_IN_TEMPLATE)


def _unescape(text: str, escapes: dict[str, str]) -> str:
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda match: escapes.get(match.group(1), match.group()), text)
