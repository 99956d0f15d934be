"""Expression text to tokens.

Separate from the parser so that every complaint about a character is made in one place, with its cure. The language
has no operators and no braces of its own, so a `}` always ends the `@{…}` that the text stands in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal as OneOf

from headwater.errors import Fault, LanguageError
from headwater.language.source import Source, Span

Kind = OneOf["name", "number", "string", "(", ")", ",", ".", "?.", "[", "?[", "]", "}", "end"]

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<name>[^\W\d][\w$-]*|\$[\w$-]*)
  | (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<string>'(?:[^']|'')*+')
  | (?P<mark>\?\s*\.|\?\s*\[|[(),.\[\]}])
    """,
    re.VERBOSE,
)

_CURES: dict[str, str] = {
    '"': "Write strings in single quotes: 'text'; a single quote inside is doubled.",
    "'": "Close the string with a single quote; a single quote inside a string is doubled.",
    "*": "There are no operators; use mul(a, b).",
    "+": "There are no operators; use add(a, b), or concat(a, b) for text.",
    "-": "There are no operators; use sub(a, b).",
    "/": "There are no operators; use div(a, b).",
    "<": "There are no operators; use less(a, b) or lessOrEquals(a, b).",
    "=": "There are no operators; use equals(a, b).",
    ">": "There are no operators; use greater(a, b) or greaterOrEquals(a, b).",
    "@": "Only the whole expression starts with @; leave it out inside.",
    "{": "Braces stand only around an expression inside text: text @{expression} text.",
}

_ANY_CURE = "An expression is made of function calls, 'strings', numbers, true, false and null."

_MARKS: dict[str, Kind] = {
    "(": "(",
    ")": ")",
    ",": ",",
    ".": ".",
    "?.": "?.",
    "?[": "?[",
    "[": "[",
    "]": "]",
    "}": "}",
}


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is the token as written; `value` is a string's text with the quotes undone."""

    kind: Kind
    text: str
    span: Span
    value: str = ""


def tokenize(source: Source, start: int = 0) -> tuple[Token, ...]:
    """Return the tokens from `start` up to the first `}` outside a string, or to the end. Raises LanguageError."""
    tokens: list[Token] = []
    offset = start
    while offset < len(source.text):
        match = _TOKEN.match(source.text, offset)
        if match is None:
            raise LanguageError(_complaint(source, offset))
        offset = match.end()
        if match.lastgroup == "space":
            continue
        token = _token(match)
        tokens.append(token)
        if token.kind == "}":
            return tuple(tokens)
    end = Span(len(source.text), len(source.text))
    return (*tokens, Token("end", "", end))


def _token(match: re.Match[str]) -> Token:
    text, span = match.group(), Span(match.start(), match.end())
    match match.lastgroup:
        case "name":
            return Token("name", text, span)
        case "number":
            return Token("number", text, span)
        case "string":
            return Token("string", text, span, text[1:-1].replace("''", "'"))
        case _:
            return Token(_MARKS["".join(text.split())], text, span)


def _complaint(source: Source, offset: int) -> Fault:
    character = source.text[offset]
    what = "The string is not closed" if character == "'" else f"'{character}' means nothing here"
    return source.fault("LNG-001", what, Span(offset, offset + 1), _CURES.get(character, _ANY_CURE))
