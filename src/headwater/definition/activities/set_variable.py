"""SetVariable: give a variable, or the pipeline's return value, a value."""

from __future__ import annotations

from headwater.definition.activities.control import SetVariableBody
from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.reader import Reader

RETURN_VALUE = "pipelineReturnValue"


def read(properties: Reader, _: Reader, __: ReadActivities) -> SetVariableBody:
    """Read a SetVariable activity; `setSystemVariable` marks a return value."""
    name = properties.text("variableName", required=True)
    is_return_value = properties.flag("setSystemVariable") or name == RETURN_VALUE
    return SetVariableBody(name, properties.value("value", required=True), is_return_value)
