"""SetVariable does not read the variable that it writes, as in Synapse: the order of parallel writes is open."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definition.activities.control import SetVariableBody
from headwater.definition.pipeline import Pipeline
from headwater.definition.workspace import Workspace
from headwater.errors import Fault
from headwater.language.expression.references import references
from headwater.plan.nesting import walk


def no_self_reference(_: Workspace, pipeline: Pipeline) -> Iterator[Fault]:
    """Yield a fault for each SetVariable whose value mentions its own variable."""
    for activity, _above in walk(pipeline.activities):
        body = activity.body
        if not isinstance(body, SetVariableBody) or body.is_return_value:
            continue
        own = body.variable.lower()
        if any(m.kind == "variable" and (m.name or "").lower() == own for m in references(body.value)):
            yield Fault(
                "PLN-027",
                f'Activity "{activity.name}" of pipeline "{pipeline.name}" reads the variable "{body.variable}" '
                "that it writes",
                activity.place,
                "Write to a second variable first, then set this one from it.",
            )
