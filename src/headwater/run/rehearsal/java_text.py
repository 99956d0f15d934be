"""A moment as text by a pattern of Java's, as far as patterns of dates are written in flows."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping

_LETTERS = re.compile(r"'([^']*)'|([A-Za-z])\2*")


def _month(at: datetime.datetime, width: int) -> str:
    return at.strftime("%B" if width > 3 else "%b") if width > 2 else f"{at.month:0{width}}"


def _year(at: datetime.datetime, width: int) -> str:
    return f"{at.year % 100:02}" if width == 2 else f"{at.year:0{width}}"


# Letters that count; the others mean the same at any width.
_PARTS: Mapping[str, Callable[[datetime.datetime, int], str]] = {
    "D": lambda at, width: f"{at.timetuple().tm_yday:0{width}}",
    "E": lambda at, width: at.strftime("%A" if width > 3 else "%a"),
    "H": lambda at, width: f"{at.hour:0{width}}",
    "L": _month,
    "M": _month,
    "S": lambda at, width: f"{at.microsecond:06}".ljust(width, "0")[:width],
    "d": lambda at, width: f"{at.day:0{width}}",
    "h": lambda at, width: f"{(at.hour - 1) % 12 + 1:0{width}}",
    "m": lambda at, width: f"{at.minute:0{width}}",
    "s": lambda at, width: f"{at.second:0{width}}",
    "u": _year,
    "y": _year,
}
_FIXED: Mapping[str, str] = {"X": "Z", "Z": "+0000", "a": "%p", "z": "UTC"}


def java_text(at: datetime.datetime, pattern: str) -> str:
    """Return a moment, in UTC, by a pattern such as `dd/MM/yyyy HH:mm`; letters that mean nothing stay."""

    def part(match: re.Match[str]) -> str:
        quoted, letter = match.groups()
        if quoted is not None:
            return quoted or "'"
        if letter in _FIXED:
            return at.strftime(_FIXED[letter])
        made = _PARTS.get(letter)
        return match.group() if made is None else made(at, len(match.group()))

    return _LETTERS.sub(part, pattern)
