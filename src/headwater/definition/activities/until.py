"""Until: repeat activities until an expression is true."""

from __future__ import annotations

from headwater.definition.activities.control import UntilBody
from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.pipeline import Policy
from headwater.definition.read.timespan import read_timespan
from headwater.definition.reader import Reader


def read(properties: Reader, _: Reader, nested: ReadActivities) -> UntilBody:
    """Read an Until activity, which lasts 7 days if nothing else is said."""
    return UntilBody(
        expression=properties.value("expression", required=True),
        activities=nested(properties, "activities"),
        timeout=read_timespan(properties, "timeout", Policy().timeout),
    )
