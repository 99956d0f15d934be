"""Date functions. Timestamps are strings; results are in .NET's round-trip form unless a format is given."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from headwater.language.expression.ast import Json
from headwater.language.expression.date_format import BadFormatError, format_moment
from headwater.language.expression.functions.function import Arguments, Function
from headwater.language.expression.moment import READABLE, TICKS_PER_DAY, TICKS_PER_SECOND, Moment, parse_moment
from headwater.language.expression.time_zones import NoSuchTimeError, UnknownTimeZoneError, find_zone, from_utc, to_utc

_UNITS: dict[str, Callable[[Moment, int], Moment]] = {
    "day": lambda moment, count: moment.plus_seconds(count * 86_400),
    "hour": lambda moment, count: moment.plus_seconds(count * 3_600),
    "minute": lambda moment, count: moment.plus_seconds(count * 60),
    "month": lambda moment, count: moment.plus_months(count),
    "second": lambda moment, count: moment.plus_seconds(count),
    "week": lambda moment, count: moment.plus_seconds(count * 7 * 86_400),
    "year": lambda moment, count: moment.plus_months(count * 12),
}


def _moment(args: Arguments, index: int = 0) -> Moment:
    moment = parse_moment(args.text(index))
    if moment is None:
        raise args.refuse(index, "the text is no timestamp", f"Timestamps look like {READABLE}.")
    return moment


def _written(args: Arguments, moment: Moment, format_index: int) -> str:
    try:
        return format_moment(moment, args.optional_text(format_index) or "o")
    except BadFormatError as error:
        cure = "Use a .NET date format: 'o', 'D', 'yyyy-MM-dd HH:mm:ss', …"
        raise args.refuse(format_index, str(error), cure) from None


def _moved(args: Arguments, moment: Moment, count_index: int, unit: str, sign: int = 1) -> Moment:
    try:
        return _UNITS[unit](moment, sign * args.integer(count_index))
    except OverflowError as error:
        raise args.refuse(count_index, str(error), "Pass a smaller number.") from None


def _unit(args: Arguments, index: int) -> str:
    unit = args.text(index).lower()
    if unit not in _UNITS:
        names = ", ".join(f"'{name.title()}'" for name in _UNITS)
        raise args.refuse(index, "it is no unit of time", f"The units are {names}.")
    return unit


def _adder(unit: str) -> Callable[[Arguments], Json]:
    def add(args: Arguments) -> Json:
        return _written(args, _moved(args, _moment(args), 1, unit), 2)

    return add


def _add_to_time(args: Arguments) -> Json:
    return _written(args, _moved(args, _moment(args), 1, _unit(args, 2)), 3)


def _subtract_from_time(args: Arguments) -> Json:
    return _written(args, _moved(args, _moment(args), 1, _unit(args, 2), -1), 3)


def _now(args: Arguments) -> Moment:
    return Moment.from_datetime(args.context.clock())


def _utc_now(args: Arguments) -> Json:
    return _written(args, _now(args), 0)


def _get_future_time(args: Arguments) -> Json:
    return _written(args, _moved(args, _now(args), 0, _unit(args, 1)), 2)


def _get_past_time(args: Arguments) -> Json:
    return _written(args, _moved(args, _now(args), 0, _unit(args, 1), -1), 2)


def _zone(args: Arguments, index: int) -> ZoneInfo:
    try:
        return find_zone(args.text(index))
    except UnknownTimeZoneError as error:
        raise args.refuse(index, "no such time zone", str(error)) from None


def _to_utc(args: Arguments, zone: ZoneInfo) -> Moment:
    moment = _moment(args)
    if moment.utc and zone.key != "Etc/UTC":
        cure = "Leave out the zone of the timestamp, or convert it from 'UTC'."
        raise args.refuse(0, "the timestamp is in UTC, but the source time zone is another", cure)
    try:
        return to_utc(moment, zone)
    except NoSuchTimeError as error:
        raise args.refuse(0, str(error), "Take a time an hour later.") from None


def _from_utc(args: Arguments, moment: Moment, zone: ZoneInfo) -> Moment:
    try:
        return from_utc(moment, zone)
    except OverflowError as error:
        raise args.refuse(0, str(error), "Take a time further from the ends of the calendar.") from None


def _convert_from_utc(args: Arguments) -> Json:
    return _written(args, _from_utc(args, _moment(args), _zone(args, 1)), 2)


def _convert_to_utc(args: Arguments) -> Json:
    return _written(args, _to_utc(args, _zone(args, 1)), 2)


def _convert_time_zone(args: Arguments) -> Json:
    return _written(args, _from_utc(args, _to_utc(args, _zone(args, 1)), _zone(args, 2)), 3)


def _day_of_month(args: Arguments) -> Json:
    return _moment(args).date.day


def _day_of_week(args: Arguments) -> Json:
    return _moment(args).date.isoweekday() % 7


def _day_of_year(args: Arguments) -> Json:
    return _moment(args).date.timetuple().tm_yday


def _format_date_time(args: Arguments) -> Json:
    return _written(args, _moment(args), 1)


def _start_of_day(args: Arguments) -> Json:
    return _written(args, _moment(args).floor(TICKS_PER_DAY), 1)


def _start_of_hour(args: Arguments) -> Json:
    return _written(args, _moment(args).floor(3_600 * TICKS_PER_SECOND), 1)


def _start_of_month(args: Arguments) -> Json:
    moment = _moment(args)
    return _written(args, Moment.of(moment.date.replace(day=1), utc=moment.utc), 1)


def _ticks(args: Arguments) -> Json:
    return _moment(args).ticks


FUNCTIONS: tuple[Function, ...] = (
    Function("addDays", "addDays(timestamp, days, format?)", 2, 3, _adder("day"), "Add days."),
    Function("addHours", "addHours(timestamp, hours, format?)", 2, 3, _adder("hour"), "Add hours."),
    Function("addMinutes", "addMinutes(timestamp, minutes, format?)", 2, 3, _adder("minute"), "Add minutes."),
    Function("addSeconds", "addSeconds(timestamp, seconds, format?)", 2, 3, _adder("second"), "Add seconds."),
    Function("addToTime", "addToTime(timestamp, interval, unit, format?)", 3, 4, _add_to_time, "Add units of time."),
    Function(
        "convertFromUtc",
        "convertFromUtc(timestamp, zone, format?)",
        2,
        3,
        _convert_from_utc,
        "Convert from UTC to a time zone, given by its Windows name.",
    ),
    Function(
        "convertTimeZone",
        "convertTimeZone(timestamp, from, to, format?)",
        3,
        4,
        _convert_time_zone,
        "Convert between two time zones, given by their Windows names.",
    ),
    Function(
        "convertToUtc",
        "convertToUtc(timestamp, zone, format?)",
        2,
        3,
        _convert_to_utc,
        "Convert from a time zone, given by its Windows name, to UTC.",
    ),
    Function("dayOfMonth", "dayOfMonth(timestamp)", 1, 1, _day_of_month, "Return the day of the month, from 1."),
    Function("dayOfWeek", "dayOfWeek(timestamp)", 1, 1, _day_of_week, "Return the day of the week; Sunday is 0."),
    Function("dayOfYear", "dayOfYear(timestamp)", 1, 1, _day_of_year, "Return the day of the year, from 1."),
    Function("formatDateTime", "formatDateTime(timestamp, format?)", 1, 2, _format_date_time, "Format a timestamp."),
    Function("getFutureTime", "getFutureTime(interval, unit, format?)", 2, 3, _get_future_time, "Add to now."),
    Function("getPastTime", "getPastTime(interval, unit, format?)", 2, 3, _get_past_time, "Subtract from now."),
    Function("startOfDay", "startOfDay(timestamp, format?)", 1, 2, _start_of_day, "Return the start of the day."),
    Function("startOfHour", "startOfHour(timestamp, format?)", 1, 2, _start_of_hour, "Return the start of the hour."),
    Function(
        "startOfMonth", "startOfMonth(timestamp, format?)", 1, 2, _start_of_month, "Return the start of the month."
    ),
    Function(
        "subtractFromTime",
        "subtractFromTime(timestamp, interval, unit, format?)",
        3,
        4,
        _subtract_from_time,
        "Subtract units of time.",
    ),
    Function("ticks", "ticks(timestamp)", 1, 1, _ticks, "Return the 100 ns units since the year 1."),
    Function("utcNow", "utcNow(format?)", 0, 1, _utc_now, "Return the current time in UTC."),
)
