"""A moment as text by a .NET format string, for the culture en-US."""

from __future__ import annotations

import re
from collections.abc import Callable

from headwater.language.expression.moment import TICKS_PER_SECOND, Moment

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

STANDARD: dict[str, str] = {
    "D": "dddd, MMMM d, yyyy",
    "F": "dddd, MMMM d, yyyy h:mm:ss tt",
    "G": "M/d/yyyy h:mm:ss tt",
    "M": "MMMM d",
    "O": "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "T": "h:mm:ss tt",
    "U": "dddd, MMMM d, yyyy h:mm:ss tt",
    "Y": "MMMM yyyy",
    "d": "M/d/yyyy",
    "f": "dddd, MMMM d, yyyy h:mm tt",
    "g": "M/d/yyyy h:mm tt",
    "m": "MMMM d",
    "o": "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-dd'T'HH:mm:ss",
    "t": "h:mm tt",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "y": "MMMM yyyy",
}
"""Single letters and the pattern that each stands for."""

_TOKEN = re.compile(
    r"""(?P<run>d+|f+|F+|g+|h+|H+|K|m+|M+|s+|t+|y+|z+) | '(?P<single>[^']*)' | "(?P<double>[^"]*)" | \\(?P<escaped>.)
      | %(?P<alone>[dfFghHKmMstyz]) | (?P<open>['"\\%]) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


class BadFormatError(ValueError):
    """The format string is none that .NET takes."""


def format_moment(moment: Moment, format_: str) -> str:
    """Return the moment by a standard (one letter) or custom format. Raises BadFormatError."""
    if len(format_) == 1:
        if format_ not in STANDARD:
            raise BadFormatError(f"'{format_}' is no standard format; they are {', '.join(STANDARD)}")
        format_ = STANDARD[format_]
    if not format_:
        raise BadFormatError("the format is empty")
    pieces: list[str] = []
    for token in _TOKEN.finditer(format_):
        _append(pieces, token, moment)
    return "".join(pieces)


def _append(pieces: list[str], token: re.Match[str], moment: Moment) -> None:
    if token["open"]:
        raise BadFormatError(f"'{token['open']}' at position {token.start() + 1} is not closed or stands alone")
    run = token["run"] or token["alone"]
    if not run:
        pieces.append(token["single"] or token["double"] or token["escaped"] or token["other"] or "")
        return
    if run[0] in "fF" and len(run) > 7:
        raise BadFormatError(f"'{run}' asks for more than seven digits of a second")
    if run[0] == "F" and not _fraction(moment, run) and pieces and pieces[-1] == ".":
        pieces.pop()
    pieces.append(_RUNS[run[0]](moment, run))


def _fraction(moment: Moment, run: str) -> str:
    digits = f"{moment.fraction:07d}"[: len(run)]
    return digits if run[0] == "f" else digits.rstrip("0")


def _number(value: int, run: str) -> str:
    return str(value) if len(run) == 1 else f"{value:02d}"


def _day(moment: Moment, run: str) -> str:
    if len(run) <= 2:
        return _number(moment.date.day, run)
    name = _DAYS[moment.date.weekday()]
    return name[:3] if len(run) == 3 else name


def _month(moment: Moment, run: str) -> str:
    if len(run) <= 2:
        return _number(moment.date.month, run)
    name = _MONTHS[moment.date.month - 1]
    return name[:3] if len(run) == 3 else name


def _year(moment: Moment, run: str) -> str:
    year = moment.date.year
    return _number(year % 100, run) if len(run) <= 2 else f"{year:0{len(run)}d}"


def _hour(moment: Moment) -> int:
    return moment.second_of_day // 3600


def _half(moment: Moment, run: str) -> str:
    return ("AM" if _hour(moment) < 12 else "PM")[: 1 if len(run) == 1 else 2]


def _zone(_: Moment, run: str) -> str:
    return ("+0", "+00", "+00:00")[min(len(run), 3) - 1]


_RUNS: dict[str, Callable[[Moment, str], str]] = {
    "F": _fraction,
    "H": lambda moment, run: _number(_hour(moment), run),
    "K": lambda moment, _: "Z" if moment.utc else "",
    "M": _month,
    "d": _day,
    "f": _fraction,
    "g": lambda _moment, _run: "A.D.",
    "h": lambda moment, run: _number(_hour(moment) % 12 or 12, run),
    "m": lambda moment, run: _number(moment.second_of_day // 60 % 60, run),
    "s": lambda moment, run: _number(moment.ticks // TICKS_PER_SECOND % 60, run),
    "t": _half,
    "y": _year,
    "z": _zone,
}
