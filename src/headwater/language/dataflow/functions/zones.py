"""Time zones: a timestamp is in UTC, and a zone says what its clocks show then."""

from __future__ import annotations

import re
import zoneinfo

from sqlglot import exp

from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.function import Arguments, Refused

UTC = "UTC"
# Names of Java that the engine knows too, but not the time zone database.
_SHORT_ZONES = frozenset({"ACT", "AST", "CST", "CTT", "IST", "JST", "PST"})


# A distance from UTC, as Java writes it: `GMT+2`, `+05:30`.
_DISTANCE = re.compile(r"(?:GMT|UTC|UT)?([+-])(\d{1,2})(?::?([0-5]\d))?")
_FARTHEST = 18 * 3600


def zone(args: Arguments, index: int) -> exp.Expr:
    """Return the time zone that an argument names. Raises Refused for a constant that is no zone."""
    name = sql.constant(args[index])
    if isinstance(name, str) and name not in _SHORT_ZONES:
        try:
            zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            cure = "Write a name such as 'Europe/Paris' or 'UTC'."
            raise Refused("LNG-037", f"There is no time zone '{name}'", cure, index) from error
    return args[index].sql.copy()


def in_zone(moment: exp.Expr, args: Arguments, index: int) -> exp.Expr:
    """Return a timestamp in UTC as the clocks of the zone that an argument names show it."""
    distance = _distance(args, index)
    if distance is not None:
        return _moved(moment, distance)
    instant = exp.AtTimeZone(this=sql.paren(moment), zone=sql.text(UTC))
    return exp.AtTimeZone(this=exp.Paren(this=instant), zone=zone(args, index))


def from_zone(moment: exp.Expr, args: Arguments, index: int) -> exp.Expr:
    """Return in UTC what the clocks of the zone that an argument names show; of an hour that comes twice, the first."""
    distance = _distance(args, index)
    if distance is not None:
        return _moved(moment, -distance)
    instant = exp.AtTimeZone(this=sql.paren(moment), zone=zone(args, index))
    utc = exp.AtTimeZone(this=exp.Paren(this=instant), zone=sql.text(UTC))
    earlier = exp.Paren(this=_moved(utc.copy(), -3600))
    shown = exp.Paren(this=in_zone(earlier, args, index))
    return sql.case([(exp.EQ(this=shown, expression=sql.paren(moment.copy())), earlier.copy())], utc)


def _distance(args: Arguments, index: int) -> int | None:
    """Return the seconds from UTC that a constant names; None if it names a zone."""
    name = sql.constant(args[index])
    found = _DISTANCE.fullmatch(name) if isinstance(name, str) else None
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    seconds = int(hours) * 3600 + int(minutes or 0) * 60
    if seconds > _FARTHEST:
        cure = "Write a distance up to 18 hours, or a name such as 'Europe/Paris'."
        raise Refused("LNG-037", f"There is no time zone '{name}'", cure, index)
    return -seconds if sign == "-" else seconds


def _moved(moment: exp.Expr, seconds: int) -> exp.Expr:
    return exp.TimestampAdd(this=sql.paren(moment), expression=sql.number(seconds), unit=exp.var("SECOND"))
