"""Windows names of time zones, as the service takes them, and the moments on both sides of a conversion."""

from __future__ import annotations

import datetime
import difflib
import functools
import importlib.resources
import json
import zoneinfo

from headwater.language.expression.moment import Moment


class UnknownTimeZoneError(ValueError):
    """No such time zone; the message is the cure."""


class NoSuchTimeError(ValueError):
    """The clocks of the zone never showed this time."""


@functools.cache
def windows_zones() -> dict[str, str]:
    """Return Windows name → IANA name."""
    file = importlib.resources.files(__package__) / "windows_time_zones.json"
    zones: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return zones


def find_zone(name: str) -> zoneinfo.ZoneInfo:
    """Return the zone of a Windows name, ignoring case. Raises UnknownTimeZoneError."""
    zones = windows_zones()
    folded = {windows.lower(): iana for windows, iana in zones.items()}
    if iana := folded.get(name.lower()):
        return zoneinfo.ZoneInfo(iana)
    same = next((windows for windows, iana in zones.items() if iana.lower() == name.lower()), None)
    near = difflib.get_close_matches(name, zones, n=1, cutoff=0.5)
    if same or near:
        raise UnknownTimeZoneError(f"Time zones have their Windows names; did you mean '{same or near[0]}'?")
    raise UnknownTimeZoneError("Time zones have their Windows names: 'Pacific Standard Time', 'UTC', …")


def to_utc(moment: Moment, zone: zoneinfo.ZoneInfo) -> Moment:
    """Take the clock's time in `zone` to UTC; a time that occurs twice is standard time. Raises NoSuchTimeError."""
    local = moment.to_datetime().replace(tzinfo=zone, fold=1)
    if local.astimezone(datetime.UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchTimeError("the clocks of the zone were put forward over this time")
    return _shifted(moment, -_offset(local), utc=True)


def from_utc(moment: Moment, zone: zoneinfo.ZoneInfo) -> Moment:
    """Take a time in UTC to the clock's time in `zone`."""
    offset = _offset(moment.to_datetime().replace(tzinfo=datetime.UTC).astimezone(zone))
    return _shifted(moment, offset, utc=zone.key == "Etc/UTC")


def _offset(local: datetime.datetime) -> datetime.timedelta:
    return local.utcoffset() or datetime.timedelta()


def _shifted(moment: Moment, by: datetime.timedelta, *, utc: bool) -> Moment:
    return Moment(moment.plus_seconds(round(by.total_seconds())).ticks, utc)
