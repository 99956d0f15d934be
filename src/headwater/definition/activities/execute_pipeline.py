"""ExecutePipeline: run another pipeline of the workspace."""

from __future__ import annotations

from dataclasses import replace

from headwater.definition.activities.control import ExecutePipelineBody
from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.reader import Reader
from headwater.definition.reference import Reference


def read(properties: Reader, _: Reader, __: ReadActivities) -> ExecutePipelineBody:
    """Read an ExecutePipeline activity; the arguments stand beside the reference."""
    reference = properties.reference("pipeline", required=True) or Reference("", place=properties.at("pipeline"))
    arguments = properties.mapping("parameters")
    return ExecutePipelineBody(replace(reference, parameters=arguments), properties.value("waitOnCompletion", True))
