"""Java's date patterns as strptime and strftime formats, where both mean the same; refused where not."""

from __future__ import annotations

import re

from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.function import Refused
from headwater.language.dataflow.scope import Resolved

_RUN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+", re.DOTALL)

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
_NAMES = frozenset("Ea")


def time_format(value: Resolved, argument: int, *, has_locale: bool = False) -> str:
    """Return the strftime format of a constant Java pattern. Raises Refused for what has no exact counterpart.

    Names of days and months are English, so with a locale they are refused.
    """
    pattern = sql.constant(value)
    if not isinstance(pattern, str):
        raise Refused("LNG-031", "The date pattern must be a constant", "Write it as a string.", argument)
    position, parts = 0, []
    while position < len(pattern):
        match = _RUN.match(pattern, position)
        if match is None:
            raise Refused("LNG-032", f"The date pattern '{pattern}' has an open quote", "Close it.", argument)
        run = match.group(2) and match.group()
        if has_locale and run and (run[0] in _NAMES or run.startswith("MMM")):
            message = f"The part '{run}' of the date pattern '{pattern}' would need names in another language"
            raise Refused("LNG-032", message, "Leave the locale out for English names.", argument)
        parts.append(_part(match, pattern, argument))
        position = match.end()
    return "".join(parts)


def _part(match: re.Match[str], pattern: str, argument: int) -> str:
    run = match.group()
    if match.group(2) is None:
        literal = match.group(1).replace("''", "'") or "'" if match.group(1) is not None else run
        return literal.replace("%", "%%")
    if run not in _FIELDS:
        cure = "Known letters are " + ", ".join(_FIELDS) + "."
        message = f"The part '{run}' of the date pattern '{pattern}' has no exact counterpart in the engine"
        raise Refused("LNG-032", message, cure, argument)
    return _FIELDS[run]
