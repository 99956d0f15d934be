"""A point in time as .NET has it: ticks of 100 ns, and whether it is known to be UTC.

Python's datetime stops at microseconds, while the service keeps and prints seven digits.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

TICKS_PER_SECOND = 10_000_000
TICKS_PER_DAY = 86_400 * TICKS_PER_SECOND
_MAX_TICKS = datetime.date.max.toordinal() * TICKS_PER_DAY

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,12}))?)?"
    r"(?:\s*(?P<half>[AaPp])[Mm])?"
)
_ZONE = r"(?P<zone>Z|z|GMT|UTC|[+-]\d{2}:?\d{2})"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)"
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*"
_DATES = (
    r"(?P<year>\d{4})[-/](?P<month>\d{1,2})(?:[-/](?P<day>\d{1,2}))?",
    r"(?P<month>\d{1,2})[-/](?P<day>\d{1,2})[-/](?P<year>\d{4})",
    rf"(?:{_WEEKDAY},?\s+)?(?P<day>\d{{1,2}})\s+{_MONTH}\s+(?P<year>\d{{4}})",
    rf"(?:{_WEEKDAY},?\s+)?{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})",
)
_FORMS = tuple(
    re.compile(rf"{date}(?:(?:[Tt]|,?\s+){_TIME}\s*{_ZONE}?|\s*[Zz])?", re.IGNORECASE | re.ASCII) for date in _DATES
)
READABLE = "2018-03-15T13:00:00Z, 2018-03-15, 03/15/2018 1:00 PM (month first), Thu, 15 Mar 2018 13:00:00 GMT"
"""Examples of the forms that `parse_moment` reads, for messages."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`ticks` since 0001-01-01T00:00; `utc` is False for a time of no stated zone."""

    ticks: int
    utc: bool

    def __post_init__(self) -> None:
        if not 0 <= self.ticks < _MAX_TICKS:
            raise OverflowError("the time is outside the years 1 to 9999")

    @staticmethod
    def of(date: datetime.date, seconds: int = 0, *, fraction: int = 0, utc: bool = False) -> Moment:
        """Build from a date, seconds of the day and ticks of the second."""
        return Moment((date.toordinal() - 1) * TICKS_PER_DAY + seconds * TICKS_PER_SECOND + fraction, utc)

    @staticmethod
    def from_datetime(value: datetime.datetime) -> Moment:
        """Build from a datetime; an aware one becomes UTC."""
        aware = value.tzinfo is not None
        plain = value.astimezone(datetime.UTC) if aware else value
        seconds = plain.hour * 3600 + plain.minute * 60 + plain.second
        return Moment.of(plain.date(), seconds, fraction=plain.microsecond * 10, utc=aware)

    def to_datetime(self) -> datetime.datetime:
        """Return the naive datetime, cut to microseconds."""
        start = datetime.datetime.combine(self.date, datetime.time())
        return start + datetime.timedelta(microseconds=self.ticks % TICKS_PER_DAY // 10)

    @property
    def date(self) -> datetime.date:
        return datetime.date.fromordinal(self.ticks // TICKS_PER_DAY + 1)

    @property
    def second_of_day(self) -> int:
        return self.ticks % TICKS_PER_DAY // TICKS_PER_SECOND

    @property
    def fraction(self) -> int:
        """Ticks of the second."""
        return self.ticks % TICKS_PER_SECOND

    def plus_seconds(self, seconds: int) -> Moment:
        """Return the moment so much later. Raises OverflowError outside the years 1 to 9999."""
        return Moment(self.ticks + seconds * TICKS_PER_SECOND, self.utc)

    def plus_months(self, months: int) -> Moment:
        """Return the same day of another month, or its last day. Raises OverflowError outside the years 1 to 9999."""
        month = self.date.year * 12 + self.date.month - 1 + months
        if not 12 <= month < 120_000:
            raise OverflowError("the time is outside the years 1 to 9999")
        first = datetime.date(month // 12, month % 12 + 1, 1)
        day = min(self.date.day, _days_in(first))
        return Moment(Moment.of(first.replace(day=day)).ticks + self.ticks % TICKS_PER_DAY, self.utc)

    def floor(self, ticks: int) -> Moment:
        """Return the start of the unit of so many ticks that the moment is in."""
        return Moment(self.ticks - self.ticks % ticks, self.utc)


def _days_in(first: datetime.date) -> int:
    if first.month == 12:
        return 31
    return (first.replace(month=first.month + 1) - first).days


def parse_moment(text: str) -> Moment | None:
    """Read a timestamp in a form that .NET reads for en-US, or return None. An offset is turned into UTC."""
    stripped = text.strip()
    for form in _FORMS:
        if match := form.fullmatch(stripped):
            try:
                return _moment(match, stripped)
            except (OverflowError, ValueError):
                return None
    return None


def _moment(match: re.Match[str], text: str) -> Moment:
    part = match.groupdict()
    name = part.get("name")
    month = _MONTHS.index(name.lower()) + 1 if name else int(part["month"])
    date = datetime.date(int(part["year"]), month, int(part["day"] or 1))
    hour, minute, second = _hour(part["hour"], part["half"]), int(part["minute"] or 0), int(part["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("no such time of day")
    digits = part["fraction"] or "0"
    fraction = round(int(digits) * 10 ** (7 - len(digits)))
    zone = part["zone"] or ("Z" if text[-1] in "Zz" else None)
    offset = 0 if zone is None or zone.upper() in {"Z", "GMT", "UTC"} else _offset_seconds(zone)
    start = Moment.of(date, utc=zone is not None)
    ticks = (hour * 3600 + minute * 60 + second - offset) * TICKS_PER_SECOND + fraction
    return Moment(start.ticks + ticks, start.utc)


def _hour(hour: str | None, half: str | None) -> int:
    number = int(hour or 0)
    if half is None:
        return number
    if not 1 <= number <= 12:
        raise ValueError("no such hour")
    return number % 12 + (12 if half in "Pp" else 0)


def _offset_seconds(zone: str) -> int:
    digits = zone[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    if seconds > 14 * 3600:
        raise ValueError("no such offset")
    return seconds if zone[0] == "+" else -seconds
