"""Java's date patterns as strptime and strftime formats, where both mean the same."""

from __future__ import annotations

import re

from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.function import Refused
from headwater.language.dataflow.functions.vectorized.moments import language_of, needs_language, runs_of
from headwater.language.dataflow.scope import Resolved

ENGLISH = "en"
# Written where a language belongs; Java has no names for them, and takes its own.
_NO_LANGUAGES = ("GMT", "UTC")
_TAG = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*")
_FIELDS: dict[str, str] = {
    "D": "%-j",
    "DDD": "%j",
    "E": "%a",
    "EE": "%a",
    "EEE": "%a",
    "EEEE": "%A",
    "H": "%-H",
    "HH": "%H",
    "M": "%-m",
    "MM": "%m",
    "MMM": "%b",
    "MMMM": "%B",
    "SSS": "%g",
    "SSSSSS": "%f",
    "a": "%p",
    "d": "%-d",
    "dd": "%d",
    "h": "%-I",
    "hh": "%I",
    "m": "%-M",
    "mm": "%M",
    "s": "%-S",
    "ss": "%S",
    "yy": "%y",
    "yyyy": "%Y",
}


def locale(value: Resolved, argument: int) -> str:
    """Return a constant locale such as `de` or `en-US`. Raises Refused for what is none.

    Java takes any tag, `UTC` too, and has no names of its own for one that it does not know.
    """
    text = sql.constant(value)
    if not isinstance(text, str) or not _TAG.fullmatch(text):
        raise Refused("LNG-031", f"The locale '{text}' is not known", "Write one such as 'en-US' or 'de'.", argument)
    return ENGLISH if text.upper() in _NO_LANGUAGES else text


def spoken(locale_: str) -> str:
    """Return the locale whose names and weeks stand for those of a locale that is not known."""
    return locale_ if language_of(locale_) else ENGLISH


def time_format(value: Resolved, argument: int, locale_: str = ENGLISH) -> str | None:
    """Return the strftime format of a constant Java pattern; None where the vectorized functions have to read it.

    Raises Refused for what they do not read either.
    """
    pattern = sql.constant(value)
    if not isinstance(pattern, str):
        raise Refused("LNG-031", "The date pattern must be a constant", "Write it as a string.", argument)
    if not pattern:
        raise Refused("LNG-032", "The date pattern is empty", "Write one such as 'yyyy-MM-dd'.", argument)
    try:
        runs = runs_of(pattern)
        names = needs_language(pattern) and not locale_.lower().startswith("en")
    except ValueError as error:
        message, cure = (
            str(error),
            "Known letters are " + ", ".join(_FIELDS) + ", and F, Q, S, W, X, Y, Z, k, u, w, x, z.",
        )
        raise Refused("LNG-032", message[:1].upper() + message[1:], cure, argument) from error
    if names:
        _check_language(pattern, locale_, argument)
        return None
    if any(letters and letters not in _FIELDS for letters, _ in runs):
        return None
    return "".join(_FIELDS[letters] if letters else literal.replace("%", "%%") for letters, literal in runs)


def _check_language(pattern: str, locale_: str, argument: int) -> None:
    if language_of(locale_) is None or any(
        letters[:1] in ("E", "M", "L") and (len(letters) == 3 or (letters[:1] == "E" and len(letters) < 4))
        for letters, _ in runs_of(pattern)
    ):
        message = f"The names that the date pattern '{pattern}' needs are not known for the locale '{locale_}'"
        cure = "Write MMMM and EEEE, which are known for de, en, es, fr, it, nl and pt; or leave the locale out."
        raise Refused("LNG-032", message, cure, argument)


def java_pattern(format_: str) -> str:
    """Return the Java pattern of a format that `time_format` has made."""
    letters = {code: letter for letter, code in _FIELDS.items()}
    parts = re.findall(r"%-?[a-zA-Z%]|[^%]+", format_)
    return "".join(
        letters[part] if part in letters else "'" + part.replace("%%", "%").replace("'", "''") + "'" for part in parts
    )
