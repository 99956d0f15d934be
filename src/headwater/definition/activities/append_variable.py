"""AppendVariable: put a value at the end of an array variable."""

from __future__ import annotations

from headwater.definition.activities.control import AppendVariableBody
from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.reader import Reader


def read(properties: Reader, _: Reader, __: ReadActivities) -> AppendVariableBody:
    """Read an AppendVariable activity."""
    return AppendVariableBody(properties.text("variableName", required=True), properties.value("value", required=True))
