"""Fail: end as failed with a message and a code."""

from __future__ import annotations

from headwater.definition.activities.control import FailBody
from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.reader import Reader


def read(properties: Reader, _: Reader, __: ReadActivities) -> FailBody:
    """Read a Fail activity."""
    return FailBody(properties.value("message", required=True), properties.value("errorCode", required=True))
