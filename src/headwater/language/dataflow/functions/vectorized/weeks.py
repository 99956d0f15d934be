"""Weeks as Java counts them: by the language, from Sunday with Jan 1 in week 1, or as ISO does."""

from __future__ import annotations

import datetime

# Languages whose weeks begin on Sunday, of which the first holds January 1; the others count as ISO does.
_FROM_SUNDAY = frozenset({"en", "pt"})
_WEEK = 7


def _first_weekday(language: str) -> int:
    """Return the first day of the week, Monday 1."""
    return 7 if language in _FROM_SUNDAY else 1


def _start(year: int, language: str) -> datetime.date:
    """Return the first day of the first week of a year."""
    first = datetime.date(year, 1, 1)
    before = (first.isoweekday() - _first_weekday(language)) % _WEEK
    least = 1 if language in _FROM_SUNDAY else 4
    start = first - datetime.timedelta(days=before)
    return start if _WEEK - before >= least else start + datetime.timedelta(days=_WEEK)


def of_year(moment: datetime.datetime, language: str) -> tuple[int, int]:
    """Return the week year and the week of it."""
    day = moment.date()
    for year in (day.year + 1, day.year, day.year - 1):
        start = _start(year, language)
        if start <= day:
            return year, (day - start).days // _WEEK + 1
    raise ValueError(f"{day} lies in no week")


def of_month(moment: datetime.datetime, language: str) -> int:
    """Return the week of the month; 0 before its first week."""
    first = moment.date().replace(day=1)
    before = (first.isoweekday() - _first_weekday(language)) % _WEEK
    least = 1 if language in _FROM_SUNDAY else 4
    week = (moment.day - 1 + before) // _WEEK
    return week + 1 if _WEEK - before >= least else week


def first_day(year: int, week: int, language: str, weekday: int | None) -> datetime.date:
    """Return a day of a week of a week year, its first unless a weekday is given, Monday 1."""
    first = _first_weekday(language)
    ahead = 0 if weekday is None else (weekday - first) % _WEEK
    return _start(year, language) + datetime.timedelta(days=(week - 1) * _WEEK + ahead)
