"""Time spans as definitions write them: `[days.]hours:minutes:seconds`."""

from __future__ import annotations

import datetime
import re

from headwater.definition.reader import Reader

_TIMESPAN = re.compile(r"(?:(\d{1,6})\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d{1,7})?", re.ASCII)


def read_timespan(reader: Reader, name: str, default: datetime.timedelta) -> datetime.timedelta:
    """Return a time span property; a fault for anything but `d.hh:mm:ss`."""
    text = reader.text(name)
    if not text:
        return default
    match = _TIMESPAN.fullmatch(text)
    if match is None:
        cure = "Write days.hours:minutes:seconds, for example 0.12:00:00."
        reader.fault("DEF-020", f"'{name}' is no time span", name, cure)
        return default
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return datetime.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
