"""Time and identity as the catalog writes them."""

from __future__ import annotations

import datetime
import os
import time

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def now() -> int:
    """Milliseconds since 1970 in UTC."""
    return time.time_ns() // 1_000_000


def moment(at: int) -> datetime.datetime:
    """Milliseconds as an aware time."""
    return datetime.datetime.fromtimestamp(at / 1000, datetime.UTC)


def milliseconds(at: datetime.datetime) -> int:
    """Return an aware time as whole milliseconds, exactly."""
    return (at - EPOCH) // datetime.timedelta(milliseconds=1)


def new_guid() -> str:
    """Return a guid that begins with the time (UUID version 7), so that its index grows at the end and not all over."""
    return new_guids(1)[0]


def new_guids(count: int) -> list[str]:
    """Return guids as `new_guid` does, made together."""
    time, chance = f"{now():012x}", os.urandom(10 * count).hex()
    start = f"{time[:8]}-{time[8:]}-7"
    pieces = (chance[at : at + 20] for at in range(0, 20 * count, 20))
    return [f"{start}{some[1:4]}-{_VARIANT[some[4]]}{some[5:8]}-{some[8:]}" for some in pieces]


_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
