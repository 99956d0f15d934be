"""Escapes of JSON, ECMAScript, Java, XML and HTML, written and read as Apache Commons Text does."""

from __future__ import annotations

import html
import html.entities
import re
from collections.abc import Callable

from headwater.language.dataflow.functions.vectorized.function import Vectorized

_CONTROLS = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SHORT = {escaped[1]: character for character, escaped in _CONTROLS.items()}
_ESCAPE = re.compile(r"\\(?:u+([0-9A-Fa-f]{4})|([0-3]?[0-7]{1,2})|(.))", re.DOTALL)
_XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_XML_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6}));")
_ENTITIES = {name[1:-1]: character for character, name in _XML.items()}
_MAX = 0x10FFFF


def _escaped_with(marks: str) -> Callable[[str], str]:
    table = _CONTROLS | {mark: "\\" + mark for mark in marks}

    def escaped(text: str) -> str:
        return "".join(table.get(c) or (c if " " <= c <= "~" else _units(c)) for c in text)

    return escaped


def _units(character: str) -> str:
    """Return the UTF-16 units of a character as Java writes them."""
    data = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{data[at : at + 2].hex().upper()}" for at in range(0, len(data), 2))


def _unescaped(text: str) -> str:
    plain = _ESCAPE.sub(_character, text)
    # Two units that escape one character are halves until they stand beside each other.
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _character(match: re.Match[str]) -> str:
    unit, octal, other = match.groups()
    if unit:
        return chr(int(unit, 16))
    return chr(int(octal, 8)) if octal else _SHORT.get(other, other)


def _escaped_xml(text: str) -> str:
    return "".join(_XML.get(character, character) for character in text)


def _unescaped_xml(text: str) -> str:
    return _XML_ENTITY.sub(_entity, text)


def _entity(match: re.Match[str]) -> str:
    name, number, digits = match.groups()
    if name:
        return _ENTITIES[name]
    code = int(number) if number else int(digits, 16)
    return chr(code) if code <= _MAX else match.group()


def _escaped_html(text: str) -> str:
    return "".join(_html_name(character) for character in text)


def _html_name(character: str) -> str:
    if character == "'":
        return character
    name = html.entities.codepoint2name.get(ord(character))
    return character if name is None else f"&{name};"


_FORMATS: dict[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "ecmascript": (_escaped_with("\"'\\/"), _unescaped),
    "html": (_escaped_html, html.unescape),
    "java": (_escaped_with('"\\'), _unescaped),
    "json": (_escaped_with('"\\/'), _unescaped),
    "xml": (_escaped_xml, _unescaped_xml),
}
FORMATS: tuple[str, ...] = tuple(_FORMATS)


def escape(text: str, format_: str) -> str | None:
    """Return a text with the escapes of a format; None for a format that is not known."""
    found = _FORMATS.get(format_.lower())
    return found[0](text) if found else None


def unescape(text: str, format_: str) -> str | None:
    """Return a text without the escapes of a format; None for a format that is not known."""
    found = _FORMATS.get(format_.lower())
    return found[1](text) if found else None


FUNCTIONS: tuple[Vectorized, ...] = (
    Vectorized("escape", ("VARCHAR", "VARCHAR"), "VARCHAR", escape),
    Vectorized("unescape", ("VARCHAR", "VARCHAR"), "VARCHAR", unescape),
)
