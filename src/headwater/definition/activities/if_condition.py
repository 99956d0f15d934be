"""IfCondition: one of two lists of activities."""

from __future__ import annotations

from headwater.definition.activities.control import IfConditionBody
from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.reader import Reader


def read(properties: Reader, _: Reader, nested: ReadActivities) -> IfConditionBody:
    """Read an IfCondition activity; either branch may be absent."""
    return IfConditionBody(
        expression=properties.value("expression", required=True),
        if_true=nested(properties, "ifTrueActivities"),
        if_false=nested(properties, "ifFalseActivities"),
    )
