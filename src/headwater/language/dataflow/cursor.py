"""A place in the tokens, and the one exception that parsing uses inside itself to give up a statement."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.errors import Fault
from headwater.language.dataflow.lexer import Token
from headwater.language.source import Source, Span

MAX_DEPTH = 100


class ParseFailure(Exception):
    """Carries the fault to the next place where parsing can go on; never leaves the parser."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass(slots=True)
class Cursor:
    """Walks over tokens; `depth` bounds the nesting so that bad input cannot exhaust the stack."""

    source: Source
    tokens: tuple[Token, ...]
    index: int = 0
    depth: int = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def at(self, *texts: str) -> bool:
        """Return whether the token is one of these operators."""
        token = self.token
        return token.kind == "operator" and token.text in texts

    def at_end(self) -> bool:
        return self.token.kind == "end"

    def take(self) -> Token:
        """Return the token and step over it; the last one stays."""
        token = self.tokens[self.index]
        if token.kind != "end":
            self.index += 1
        return token

    def take_if(self, text: str) -> Token | None:
        return self.take() if self.at(text) else None

    def expect(self, text: str, after: str) -> Token:
        """Step over an operator that must be here; `after` says what it belongs to."""
        if self.at(text):
            return self.take()
        raise self.failure(f"Expected '{text}' {after}, found {self.found()}", f"Put '{text}' here.")

    def since(self, start: int) -> Span:
        """Return the span from an offset to the end of the last token taken."""
        return Span(start, max(start, self.tokens[max(0, self.index - 1)].end))

    def found(self) -> str:
        return "the end of the text" if self.at_end() else f"'{_short(self.token.text)}'"

    def failure(self, message: str, cure: str, span: Span | None = None, code: str = "LNG-001") -> ParseFailure:
        return ParseFailure(self.source.fault(code, message, span or self.token.span, cure))

    def descend(self) -> None:
        """Go one level deeper into the tree, or fail."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            cure = "Split it over several derived columns or locals."
            raise self.failure(f"The expression is nested more than {MAX_DEPTH} deep", cure, code="LNG-020")

    def ascend(self) -> None:
        self.depth -= 1


def _short(text: str) -> str:
    line = text.splitlines()[0] if text else text
    return line if len(line) <= 30 else line[:29] + "…"
