"""A text being read: spans in it, and the caret that points at a fault."""

from __future__ import annotations

from dataclasses import dataclass, replace

from headwater.errors import Fault, Place, Severity

_EXCERPT_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of character offsets."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Return the span from the start of this one to the end of the other."""
        return Span(self.start, other.end)


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """A text and where it came from, so that an offset in it can be told to a person."""

    text: str
    place: Place = Place()
    secret: bool = False
    """True for a text that may hold a secret: no place then shows a piece of it."""

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1."""
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    def locate(self, span: Span) -> Place:
        """Return the place of a span, with the line and a caret under its first character, unless it is secret."""
        line, column = self.position(span.start)
        if self.secret:
            return replace(self.place, line=line, column=column)
        text = self.text.splitlines()[line - 1] if self.text.splitlines()[line - 1 : line] else ""
        width = max(1, min(span.end - span.start, len(text) - column + 1))
        shift = max(0, column - _EXCERPT_WIDTH // 2) if len(text) > _EXCERPT_WIDTH else 0
        shown = text[shift : shift + _EXCERPT_WIDTH]
        # Tabs stay tabs, so that the caret stands under its character however wide they are shown.
        margin = "".join("\t" if character == "\t" else " " for character in shown[: column - 1 - shift])
        caret = margin.ljust(column - 1 - shift) + "^" * min(width, max(1, _EXCERPT_WIDTH - (column - 1 - shift)))
        return replace(self.place, line=line, column=column, excerpt=f"{shown}\n{caret}")

    def fault(self, code: str, message: str, span: Span, cure: str = "", severity: Severity = "error") -> Fault:
        """Return a fault at a span of this text."""
        return Fault(code, message, self.locate(span), cure, severity)
