"""The declaration of a variable of the pipeline that an activity stands in."""

from __future__ import annotations

from headwater.definition.pipeline import Variable
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, PlanError
from headwater.language.expression.context import Context
from headwater.plan.build import find_pipeline
from headwater.plan.lookup import cure_for_name


def declared_variable(workspace: Workspace, context: Context, name: str) -> Variable:
    """Return the variable of this name, in any case. Raises PlanError with the nearest name."""
    pipeline = find_pipeline(workspace, str(context.pipeline["Pipeline"]))
    for variable in pipeline.variables:
        if variable.name.lower() == name.lower():
            return variable
    cure = cure_for_name(name, (variable.name for variable in pipeline.variables))
    raise PlanError(Fault("PLN-025", f'Pipeline "{pipeline.name}" has no variable "{name}"', pipeline.place, cure))
