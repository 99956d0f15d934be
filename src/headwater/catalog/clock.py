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
    value = now() << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
