"""Dates and timestamps by Java patterns that strftime has no letter for: offsets, quarters, other languages.

Plain patterns are worked by the engine itself; these are the rest.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable

from headwater.language.dataflow.functions.vectorized import weeks
from headwater.language.dataflow.functions.vectorized.calendar_names import NAMES
from headwater.language.dataflow.functions.vectorized.function import Vectorized

_RUN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'", re.DOTALL)
_QUARTERS = ("1st quarter", "2nd quarter", "3rd quarter", "4th quarter")
_CENTURY = 2000
_LONGEST = {"D": 3, "Y": 9, "y": 9}
_OFFSET = r"(?:Z|[+-]\d{2}(?::?\d{2})?)"


@functools.lru_cache(maxsize=256)
def runs_of(pattern: str) -> tuple[tuple[str, str], ...]:
    """Return the pattern as (letters, "") and ("", literal) pairs. Raises ValueError for what has no meaning here."""
    runs: list[tuple[str, str]] = []
    for match in _RUN.finditer(pattern):
        run = match.group()
        if run == "'":
            raise ValueError(f"the date pattern '{pattern}' has an open quote")
        if match.group(2) is None:
            quoted = match.group(1)
            runs.append(("", run if quoted is None else quoted.replace("''", "'") or "'"))
        elif run[0] not in _WRITERS or len(run) > _MOST.get(run[0], 4):
            raise ValueError(f"the part '{run}' of the date pattern '{pattern}' has no meaning here")
        else:
            runs.append((run, ""))
    return tuple(runs)


def language_of(locale: str) -> str | None:
    """Return the language of a locale, None if its names are not known."""
    language = locale.lower().replace("_", "-").partition("-")[0]
    return language if language in NAMES else None


def needs_language(pattern: str) -> bool:
    """Tell whether a pattern has names of months or days in it."""
    return any(letters[:1] == "E" or letters[:3] in ("MMM", "LLL") for letters, _ in runs_of(pattern))


def write(moment: datetime.datetime, pattern: str, locale: str) -> str | None:
    language = language_of(locale)
    if language is None:
        return None
    return "".join(
        literal or _WRITERS[letters[0]](moment, len(letters), language) for letters, literal in runs_of(pattern)
    )


def _number(part: Callable[[datetime.datetime], int]) -> Callable[[datetime.datetime, int, str], str]:
    return lambda moment, width, _: str(part(moment)).rjust(width, "0")


def _year(moment: datetime.datetime, width: int, _: str) -> str:
    return _shown_year(moment.year, width)


def _shown_year(year: int, width: int) -> str:
    return f"{year % 100:02}" if width == 2 else str(year).rjust(width, "0")


def _month(moment: datetime.datetime, width: int, language: str) -> str:
    if width < 3:
        return str(moment.month).rjust(width, "0")
    name = NAMES[language][0][moment.month - 1]
    return name if width == 4 else name[:3]


def _day_name(moment: datetime.datetime, width: int, language: str) -> str:
    name = NAMES[language][1][moment.weekday()]
    return name if width == 4 else name[:3]


def _half(moment: datetime.datetime, _width: int, _language: str) -> str:
    return "AM" if moment.hour < 12 else "PM"


def _fraction(moment: datetime.datetime, width: int, _: str) -> str:
    return f"{moment.microsecond:06}".ljust(9, "0")[:width]


def _quarter(moment: datetime.datetime, width: int, _: str) -> str:
    quarter = (moment.month + 2) // 3
    return _QUARTERS[quarter - 1] if width == 4 else f"Q{quarter}" if width == 3 else str(quarter).rjust(width, "0")


def _offset(moment: datetime.datetime, width: int, _: str) -> str:  # noqa: ARG001  # a writer's signature
    return "GMT" if width == 4 else "+0000"


_WRITERS: dict[str, Callable[[datetime.datetime, int, str], str]] = {
    "D": _number(lambda m: m.timetuple().tm_yday),
    "E": _day_name,
    "F": _number(lambda m: (m.day - 1) // 7 + 1),
    "G": lambda _m, width, _l: "Anno Domini" if width == 4 else "AD",
    "H": _number(lambda m: m.hour),
    "K": _number(lambda m: m.hour % 12),
    "L": _month,
    "M": _month,
    "Q": _quarter,
    "S": _fraction,
    "W": lambda m, width, language: str(weeks.of_month(m, language)).rjust(width, "0"),
    "X": lambda _m, _w, _l: "Z",
    "Y": lambda m, width, language: _shown_year(weeks.of_year(m, language)[0], width),
    "Z": _offset,
    "a": _half,
    "d": _number(lambda m: m.day),
    "h": _number(lambda m: m.hour % 12 or 12),
    "k": _number(lambda m: m.hour or 24),
    "m": _number(lambda m: m.minute),
    "q": _quarter,
    "s": _number(lambda m: m.second),
    "u": _number(lambda m: m.isoweekday()),
    "w": lambda m, width, language: str(weeks.of_year(m, language)[1]).rjust(width, "0"),
    "x": lambda _m, width, _l: "+00" if width == 1 else "+00:00" if width == 3 else "+0000",
    "y": _year,
    "z": lambda _m, width, _l: "Coordinated Universal Time" if width == 4 else "UTC",
}
_MOST = {"D": 3, "F": 1, "H": 2, "K": 2, "S": 9, "W": 1, "X": 3, "Y": 9, "a": 1, "d": 2, "h": 2, "k": 2, "m": 2}
_MOST |= {"s": 2, "u": 1, "w": 2, "x": 3, "y": 9}


def read(text: str, pattern: str, locale: str) -> datetime.datetime | None:
    """Return the moment, in UTC, that a text names by a pattern; None where it does not fit."""
    language = language_of(locale)
    if language is None:
        return None
    matched = _reader(pattern, language).fullmatch(text)
    if matched is None:
        return None
    parts = {name[0]: value for name, value in matched.groupdict().items()}
    try:
        return _moment(parts, language)
    except (ValueError, OverflowError):
        return None


@functools.lru_cache(maxsize=256)
def _reader(pattern: str, language: str) -> re.Pattern[str]:
    runs = runs_of(pattern)
    parts: list[str] = []
    for place, (letters, literal) in enumerate(runs):
        if literal:
            parts.append(re.escape(literal))
            continue
        beside = place + 1 < len(runs) and not runs[place + 1][1]
        parts.append(f"(?P<{letters[0]}{place}>{_shape(letters, language, fixed=beside)})")
    return re.compile("".join(parts), re.ASCII | re.IGNORECASE)


def _shape(letters: str, language: str, *, fixed: bool) -> str:
    letter, width = letters[0], len(letters)
    if letter in "ML" and width > 2:
        return "|".join(re.escape(name if width == 4 else name[:3]) for name in NAMES[language][0])
    if letter == "E":
        return "|".join(re.escape(name if width == 4 else name[:3]) for name in NAMES[language][1])
    words = {"G": "AD|BC", "a": "AM|PM", "X": _OFFSET, "x": _OFFSET, "Z": _OFFSET, "z": f"UTC|GMT|{_OFFSET}"}
    if letter in words:
        return words[letter]
    if letter == "S" or fixed or (letter in "yY" and width in (2, 4)):
        return rf"\d{{{width}}}"
    return rf"\d{{{width},{max(width, _LONGEST.get(letter, 2))}}}"


def _moment(parts: dict[str, str], language: str) -> datetime.datetime:
    year = _year_of(parts.get("y", "1970"))
    hour = int(parts.get("H", parts.get("k", "0"))) % 24
    if "h" in parts or "K" in parts:
        hour = int(parts.get("h", parts.get("K", "0"))) % 12 + (12 if parts.get("a", "").upper() == "PM" else 0)
    month = _month_number(parts.get("M", parts.get("L", "1")), language)
    second, micro = int(parts.get("s", "0")), int(parts.get("S", "0").ljust(6, "0")[:6])
    moment = datetime.datetime(year, month, int(parts.get("d", "1")), hour, int(parts.get("m", "0")), second, micro)
    if "Y" in parts:
        # A week year outranks month and day, as in Java: without a week and a day of it, it is the first day.
        day = weeks.first_day(_year_of(parts["Y"]), int(parts.get("w", "1")), language, _weekday(parts, language))
        moment = datetime.datetime.combine(day, moment.time())
    elif "D" in parts:
        moment = moment.replace(month=1, day=1) + datetime.timedelta(days=int(parts["D"]) - 1)
    offset = next((parts[letter] for letter in "XxZz" if letter in parts), "")
    return moment - _shift(offset)


def _year_of(text: str) -> int:
    return int(text) + (_CENTURY if len(text) == 2 else 0)


def _weekday(parts: dict[str, str], language: str) -> int | None:
    """Return the day of the week that the text names, Monday 1; None if it names none."""
    if "u" in parts:
        return int(parts["u"])
    named = parts.get("E", "").lower()
    days = [name.lower() for name in NAMES[language][1]]
    return next((place for place, name in enumerate(days, 1) if named and name.startswith(named)), None)


def _month_number(text: str, language: str) -> int:
    if text.isdigit():
        return int(text)
    names = [name.lower() for name in NAMES[language][0]]
    return next(place for place, name in enumerate(names, 1) if name.startswith(text.lower()))


def _shift(offset: str) -> datetime.timedelta:
    digits = re.sub("[^0-9]", "", offset)
    size = datetime.timedelta(hours=int(digits[:2] or 0), minutes=int(digits[2:] or 0))
    return -size if offset.startswith("-") else size


FUNCTIONS: tuple[Vectorized, ...] = (
    Vectorized("read_moment", ("VARCHAR", "VARCHAR", "VARCHAR"), "TIMESTAMP", read),
    Vectorized("write_moment", ("TIMESTAMP", "VARCHAR", "VARCHAR"), "VARCHAR", write),
)
