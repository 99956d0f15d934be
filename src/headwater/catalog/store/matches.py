"""What full text is asked, apart from how a database is asked it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Operator = Literal["AND", "NOT", "OR"]


@dataclass(frozen=True, slots=True)
class Words:
    """A word, or words that follow each other; the last one may be a beginning. No columns: all of them."""

    words: str
    prefix: bool = False
    columns: str = ""
    """Names of the columns, with a space between."""

    def __str__(self) -> str:
        quoted = f'"{self.words}"' + ("*" if self.prefix else "")
        return f"{{{self.columns}}} : {quoted}" if self.columns else quoted


@dataclass(frozen=True, slots=True)
class Joined:
    """Both, either, or the left one without the right one."""

    left: Match
    operator: Operator
    right: Match

    def __str__(self) -> str:
        return f"({self.left} {self.operator} {self.right})"


@dataclass(frozen=True, slots=True)
class Within:
    """A match that counts only where it is found in these columns."""

    columns: str
    match: Match

    def __str__(self) -> str:
        return f"{{{self.columns}}} : ({self.match})"


Match = Words | Joined | Within


def sought(match: Match) -> Iterator[Words]:
    """Yield the words that a hit is found by; those behind NOT are none."""
    if isinstance(match, Words):
        yield match
    elif isinstance(match, Within):
        yield from sought(match.match)
    else:
        yield from sought(match.left)
        if match.operator != "NOT":
            yield from sought(match.right)


def has_choice(match: Match) -> bool:
    """Tell whether one hit may have more of the words than another."""
    if isinstance(match, Words):
        return False
    if isinstance(match, Within):
        return has_choice(match.match)
    return match.operator == "OR" or has_choice(match.left) or (match.operator == "AND" and has_choice(match.right))
