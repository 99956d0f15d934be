"""SetVariable and AppendVariable name a variable that the pipeline declares, of a fitting type."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definition.activities.control import AppendVariableBody, SetVariableBody
from headwater.definition.pipeline import Pipeline
from headwater.definition.workspace import Workspace
from headwater.errors import Fault
from headwater.plan.lookup import cure_for_name
from headwater.plan.nesting import walk


def known_variables(_: Workspace, pipeline: Pipeline) -> Iterator[Fault]:
    """Yield a fault for each activity that writes a variable that is not there, or appends to one that is no array."""
    types = {variable.name.lower(): variable.type.lower() for variable in pipeline.variables}
    for activity, _above in walk(pipeline.activities):
        body = activity.body
        if not isinstance(body, SetVariableBody | AppendVariableBody):
            continue
        if isinstance(body, SetVariableBody) and body.is_return_value:
            continue
        type_ = types.get(body.variable.lower())
        if type_ is None:
            yield Fault(
                "PLN-025",
                f'Activity "{activity.name}" of pipeline "{pipeline.name}" writes the variable "{body.variable}", '
                "which is not declared",
                activity.place,
                cure_for_name(body.variable, (variable.name for variable in pipeline.variables)),
            )
        elif isinstance(body, AppendVariableBody) and type_ != "array":
            yield Fault(
                "PLN-026",
                f'Activity "{activity.name}" of pipeline "{pipeline.name}" appends to "{body.variable}", '
                "which is no array",
                activity.place,
                "Declare the variable as Array.",
            )
