"""Time zones: a timestamp is in UTC, and a zone says what its clocks show then."""

from __future__ import annotations

import zoneinfo

from sqlglot import exp

from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.function import Arguments, Refused

UTC = "UTC"
# Names of Java that the engine knows too, but not the time zone database.
_SHORT_ZONES = frozenset({"ACT", "AST", "CST", "CTT", "IST", "JST", "PST"})


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
    instant = exp.AtTimeZone(this=sql.paren(moment), zone=sql.text(UTC))
    return exp.AtTimeZone(this=exp.Paren(this=instant), zone=zone(args, index))


def from_zone(moment: exp.Expr, args: Arguments, index: int) -> exp.Expr:
    """Return in UTC what the clocks of the zone that an argument names show."""
    instant = exp.AtTimeZone(this=sql.paren(moment), zone=zone(args, index))
    return exp.AtTimeZone(this=exp.Paren(this=instant), zone=sql.text(UTC))
