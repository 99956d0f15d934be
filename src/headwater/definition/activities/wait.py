"""Wait: let some seconds pass."""

from __future__ import annotations

from headwater.definition.activities.control import WaitBody
from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.reader import Reader


def read(properties: Reader, _: Reader, __: ReadActivities) -> WaitBody:
    """Read a Wait activity."""
    return WaitBody(properties.value("waitTimeInSeconds", required=True))
