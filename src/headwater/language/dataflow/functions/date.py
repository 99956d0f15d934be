"""Dates and timestamps. Timestamps are in UTC; a duration is a number of milliseconds."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from headwater.data import types
from headwater.data.types import DataType
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.arithmetic import shifted
from headwater.language.dataflow.functions.function import Arguments, Builder, Function
from headwater.language.dataflow.functions.zones import UTC, from_zone, in_zone, zone
from headwater.language.dataflow.scope import Resolved

_DAY_SECONDS = 86_400


def _same(given: tuple[DataType, ...]) -> DataType | None:
    return given[0]


def _days(sign: int) -> Builder:
    def build(args: Arguments) -> exp.Expr:
        amount = args[1].sql if sign > 0 else exp.Neg(this=sql.paren(args[1].sql))
        if args[0].type == types.DATE:
            return shifted(args[0], amount)
        return exp.TimestampAdd(this=sql.paren(args[0].sql), expression=amount, unit=exp.var("DAY"))

    return build


def _months(sign: int) -> Builder:
    """The day stays, but the last day of a month stays the last; a time zone is refused."""

    def build(args: Arguments) -> exp.Expr:
        if len(args) > 2 and args[0].type == types.TIMESTAMP:
            local = replace(args[0], sql=in_zone(args[0].sql, args, 2))
            return from_zone(build((local, args[1])), args, 2)
        amount = sql.paren(args[1].sql if sign > 0 else exp.Neg(this=sql.paren(args[1].sql)))
        day = sql.converted(args[0], types.DATE)
        moved = sql.cast(exp.AddMonths(this=day, expression=amount, preserve_end_of_month=True), args[0].type)
        if args[0].type != types.TIMESTAMP:
            return moved
        midnight = sql.cast(day.copy(), types.TIMESTAMP)
        return exp.Add(this=moved, expression=exp.Paren(this=sql.binary(exp.Sub, args[0].sql.copy(), midnight)))

    return build


def _part(unit: str) -> Builder:
    def build(args: Arguments) -> exp.Expr:
        moment = args[0].sql
        if len(args) > 1:
            moment = in_zone(sql.converted(args[0], types.TIMESTAMP), args, 1)
        return sql.cast(exp.Extract(this=exp.var(unit), expression=moment), types.INTEGER)

    return build


def _second(args: Arguments) -> exp.Expr:
    return _part("SECOND")(args)


def _millisecond(args: Arguments) -> exp.Expr:
    """The engine counts the milliseconds of the minute."""
    of_minute = exp.Extract(this=exp.var("MILLISECOND"), expression=sql.converted(args[0], types.TIMESTAMP))
    return sql.cast(exp.Mod(this=of_minute, expression=sql.number(1000)), types.INTEGER)


def _day_of_week(args: Arguments) -> exp.Expr:
    """Sunday is 1."""
    monday_first = exp.DayOfWeekIso(this=sql.converted(args[0], types.DATE))
    sunday_first = exp.Add(this=exp.Mod(this=monday_first, expression=sql.number(7)), expression=sql.number(1))
    return sql.cast(sunday_first, types.INTEGER)


def _last_day(args: Arguments) -> exp.Expr:
    return exp.LastDay(this=sql.converted(args[0], types.DATE))


def _extracted(unit: str, value: Resolved) -> exp.Expr:
    return exp.Extract(this=exp.var(unit), expression=sql.converted(value, types.TIMESTAMP).copy())


def _months_between(args: Arguments) -> exp.Expr:
    """Whole months, and the rest in months of 31 days, to eight digits unless rounding is off."""
    left, right = args[0], args[1]
    if len(args) > 3:
        moments = [in_zone(sql.converted(arg, types.TIMESTAMP), args, 3) for arg in (left, right)]
        left, right = (replace(left, type=types.TIMESTAMP, sql=moment) for moment in moments)
    years = sql.binary(exp.Sub, _extracted("YEAR", left), _extracted("YEAR", right))
    months = sql.binary(exp.Sub, _extracted("MONTH", left), _extracted("MONTH", right))
    whole = sql.cast(sql.binary(exp.Add, sql.binary(exp.Mul, years, sql.number(12)), months), types.DOUBLE)
    seconds = sql.binary(exp.Sub, _seconds_of_month(left), _seconds_of_month(right))
    part = exp.Div(this=sql.paren(seconds), expression=sql.number(31 * _DAY_SECONDS), typed=False, safe=False)
    exact = sql.binary(exp.Add, whole.copy(), part)
    rounded: exp.Expr = exp.Round(this=exact, decimals=sql.number(8))
    if len(args) > 2 and sql.constant(args[2]) is not True:
        rounded = sql.case([(args[2].sql, rounded)], exact.copy())
    same_day = exp.EQ(this=_extracted("DAY", left), expression=_extracted("DAY", right))
    ends = exp.And(this=_is_last_day(left), expression=_is_last_day(right))
    return sql.case([(exp.Or(this=same_day, expression=exp.Paren(this=ends)), whole)], rounded)


def _is_last_day(value: Resolved) -> exp.Expr:
    day = sql.converted(value, types.DATE).copy()
    return exp.EQ(this=day, expression=exp.LastDay(this=day.copy()))


def _seconds_of_month(value: Resolved) -> exp.Expr:
    days = sql.binary(exp.Mul, _extracted("DAY", value), sql.number(_DAY_SECONDS))
    hours = sql.binary(exp.Mul, _extracted("HOUR", value), sql.number(3600))
    minutes = sql.binary(exp.Mul, _extracted("MINUTE", value), sql.number(60))
    clock = exp.Add(this=exp.Add(this=hours, expression=minutes), expression=_extracted("SECOND", value))
    return exp.Add(this=days, expression=exp.Paren(this=clock))


def _now(args: Arguments) -> exp.Expr:
    """The start of the statement's transaction, in UTC or as the clocks of a zone show it."""
    return exp.AtTimeZone(this=exp.CurrentTimestamp(), zone=zone(args, 0) if args else sql.text(UTC))


def _today(args: Arguments) -> exp.Expr:
    return sql.cast(_now(args), types.DATE)


def _utc(args: Arguments) -> exp.Expr:
    """A time zone is that of the clock, which is not asked: now is now everywhere."""
    if args:
        zone(args, 0)
    return _now(())


def _duration(milliseconds: int) -> Builder:
    def build(args: Arguments) -> exp.Expr:
        value = sql.cast(args[0].sql, types.LONG)
        return value if milliseconds == 1 else exp.Mul(this=value, expression=sql.number(milliseconds))

    return build


def _from_utc(args: Arguments) -> exp.Expr:
    moment = sql.converted(args[0], types.TIMESTAMP)
    return in_zone(moment, args, 1) if len(args) > 1 else moment


def _to_utc(args: Arguments) -> exp.Expr:
    moment = sql.converted(args[0], types.TIMESTAMP)
    return from_zone(moment, args, 1) if len(args) > 1 else moment


_I, _T, _L = types.INTEGER, types.TIMESTAMP, types.LONG
_MOVED = "datetime, integral"


def _function(name: str, parameters: str, result: DataType, build: Builder, doc: str) -> Function:
    return Function(name, parameters, result, build, doc, "date")


FUNCTIONS: tuple[Function, ...] = (
    Function("addDays", _MOVED, _same, _days(1), "Moves a date or timestamp by days.", "date"),
    Function("addMonths", f"{_MOVED}, [string]", _same, _months(1), "Moves a date or timestamp by months.", "date"),
    _function("currentDate", "[string]", types.DATE, _today, "Today, in UTC or a time zone."),
    _function("currentTimestamp", "", _T, _now, "Now, in UTC."),
    _function("currentUTC", "[string]", _T, _utc, "Now, in UTC."),
    _function("dayOfMonth", "datetime", _I, _part("DAY"), "Day of the month."),
    _function("dayOfWeek", "datetime", _I, _day_of_week, "Day of the week; Sunday is 1."),
    _function("dayOfYear", "datetime", _I, _part("DOY"), "Day of the year."),
    _function("days", "integral", _L, _duration(86_400_000), "Milliseconds in a number of days."),
    _function("fromUTC", "timestamp, [string]", _T, _from_utc, "A timestamp in UTC in a time zone."),
    _function("hour", "timestamp, [string]", _I, _part("HOUR"), "Hour of a timestamp."),
    _function("hours", "integral", _L, _duration(3_600_000), "Milliseconds in a number of hours."),
    _function("lastDayOfMonth", "datetime", types.DATE, _last_day, "Last day of the month."),
    _function("millisecond", "timestamp", _I, _millisecond, "Millisecond of a timestamp."),
    _function("milliseconds", "integral", _L, _duration(1), "A number of milliseconds."),
    _function("minute", "timestamp, [string]", _I, _part("MINUTE"), "Minute of a timestamp."),
    _function("minutes", "integral", _L, _duration(60_000), "Milliseconds in a number of minutes."),
    _function("month", "datetime", _I, _part("MONTH"), "Month of the year."),
    _function(
        "monthsBetween",
        "datetime, datetime, [boolean], [string]",
        types.DOUBLE,
        _months_between,
        "Months between two dates.",
    ),
    _function("second", "timestamp", _I, _second, "Second of a timestamp."),
    _function("seconds", "integral", _L, _duration(1000), "Milliseconds in a number of seconds."),
    Function("subDays", _MOVED, _same, _days(-1), "Moves a date or timestamp back by days.", "date"),
    Function("subMonths", _MOVED, _same, _months(-1), "Moves a date or timestamp back by months.", "date"),
    _function("toUTC", "timestamp, [string]", _T, _to_utc, "A timestamp of a time zone in UTC."),
    _function("weekOfYear", "datetime", _I, _part("WEEK"), "Week of the year, as ISO counts."),
    _function("weeks", "integral", _L, _duration(604_800_000), "Milliseconds in a number of weeks."),
    _function("year", "datetime", _I, _part("YEAR"), "The year."),
)
