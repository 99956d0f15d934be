"""Text of a data flow script → tokens with their offsets.

Separate from the parser because comments, quotes and the `{…}` parts of double-quoted strings are a matter of
characters, and everything after this is a matter of tokens. Never raises: what it cannot read becomes a fault.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from headwater.errors import Fault
from headwater.language.source import Source, Span

TokenKind = Literal["name", "braced", "number", "string", "template", "regex", "operator", "end"]


class Token(NamedTuple):
    """A token as it stands in the text, quotes included."""

    kind: TokenKind
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


# A double-quoted string is not in here: its `{…}` parts nest, so `_template_end` walks it.
_TOKEN = re.compile(
    r"""(?P<skip>\s+|/\*.*?\*/|//[^\n]*)
      | (?P<name>[^\W\d]\w*)
      | (?P<number>0[xX][0-9a-fA-F]+[lL]?|(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?[lLfFdD]?(?!\w))
      | (?P<string>'(?:[^'\\]|\\.)*')
      | (?P<regex>`[^`]*`)
      | (?P<braced>\{(?:[^}\\]|\\.)*\})
      | (?P<operator>~>|===|<=>|==|!=|<=|>=|&&|\|\||->|:=|\$\$|[-+*/%<>=!~&|^?:.,@\#$()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)

_UNCLOSED: dict[str, tuple[str, str]] = {
    "'": ("The string is not closed", r"End it with a single quote; write \' for a quote inside it."),
    '"': ("The string is not closed", 'End it with a double quote and close every "{" in it.'),
    "`": ("The pattern is not closed", "End it with a back quote."),
    "{": ("The name is not closed", 'End it with "}".'),
    "/": ("The comment is not closed", 'End it with "*/".'),
}


def tokenize(source: Source, start: int = 0, end: int | None = None) -> tuple[tuple[Token, ...], tuple[Fault, ...]]:
    """Return the tokens between two offsets, ended by one of kind `end`, and what could not be read."""
    stop = len(source.text) if end is None else end
    tokens: list[Token] = []
    faults: list[Fault] = []
    position = start
    while position < stop:
        token = _next_token(source.text, position, stop)
        if token is None:
            faults.append(_unreadable(source, position))
            position = stop if source.text[position] in _UNCLOSED else position + 1
            continue
        if token.kind != "end":
            tokens.append(_opening_brace(tokens, token))
        position = tokens[-1].end if token.kind != "end" else token.end
    tokens.append(Token("end", "", stop, stop))
    return tuple(tokens), tuple(faults)


def _next_token(text: str, position: int, stop: int) -> Token | None:
    """Return the token at an offset, one of kind `end` for blanks and comments, or None if there is none."""
    if text[position] == '"':
        end = _template_end(text, position, stop)
        return None if end is None else Token("template", text[position:end], position, end)
    if text.startswith("/*", position) and text.find("*/", position + 2, stop) < 0:
        return None
    match = _TOKEN.match(text, position, stop)
    if match is None or match.lastgroup is None:
        return None
    kind: TokenKind = match.lastgroup if match.lastgroup != "skip" else "end"  # type: ignore[assignment]  # groups are kinds
    if kind == "operator" and match.group() == "{":
        return None
    return Token(kind, match.group(), position, match.end())


def _opening_brace(tokens: list[Token], token: Token) -> Token:
    """Return the token, cut down to its `{` where it opens the `parameters` block in place of a name."""
    if token.kind == "braced" and len(tokens) == 1 and tokens[0].text == "parameters":
        return Token("operator", "{", token.start, token.start + 1)
    return token


def _template_end(text: str, start: int, stop: int) -> int | None:
    """Return the offset after the double-quoted string that starts here, or None if it is not closed."""
    return _closing(text, start + 1, stop, in_hole=False)


def hole_end(text: str, start: int, stop: int) -> int | None:
    """Return the offset after the `{…}` of a double-quoted string that starts here, or None if it is not closed."""
    return _closing(text, start + 1, stop, in_hole=True)


def _closing(text: str, position: int, stop: int, *, in_hole: bool) -> int | None:
    """Return the offset after the quote or brace that ends this string or hole, past all that nest in it."""
    holes = [in_hole]
    while position < stop:
        char = text[position]
        if char == ("}" if holes[-1] else '"'):
            holes.pop()
            position += 1
            if not holes:
                return position
        elif char == ('"' if holes[-1] else "{"):
            holes.append(not holes[-1])
            position += 1
        elif holes[-1] and char in "'`{/":
            inner = _TOKEN.match(text, position, stop)
            if inner is None:
                return None
            position = inner.end()
        else:
            position += 2 if char == "\\" and not holes[-1] else 1
    return None


def _unreadable(source: Source, position: int) -> Fault:
    char = source.text[position]
    span = Span(position, position + 1)
    if char in _UNCLOSED:
        message, cure = _UNCLOSED[char]
        return source.fault("LNG-001", message, span, cure)
    return source.fault("LNG-001", f"Unexpected character '{char}'", span, "Remove it, or put the name in braces.")
