"""Which activity type is run by what. A new type is a file here, a line in the table, and one in the plan's rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from headwater.run.activities.append_variable import AppendVariableRunner
from headwater.run.activities.copy import CopyRunner
from headwater.run.activities.execute_data_flow import ExecuteDataFlowRunner
from headwater.run.activities.execute_pipeline import ExecutePipelineRunner
from headwater.run.activities.fail import FailRunner
from headwater.run.activities.filter import FilterRunner
from headwater.run.activities.for_each import ForEachRunner
from headwater.run.activities.if_condition import IfConditionRunner
from headwater.run.activities.protocol import ActivityRunner
from headwater.run.activities.set_variable import SetVariableRunner
from headwater.run.activities.switch import SwitchRunner
from headwater.run.activities.until import UntilRunner
from headwater.run.activities.wait import WaitRunner

# What a runner plans, only that runner takes: no type is common to all plans.
AnyRunner: TypeAlias = ActivityRunner[Any]

ACTIVITIES: Mapping[str, AnyRunner] = {
    "AppendVariable": AppendVariableRunner(),
    "Copy": CopyRunner(),
    "ExecuteDataFlow": ExecuteDataFlowRunner(),
    "ExecutePipeline": ExecutePipelineRunner(),
    "Fail": FailRunner(),
    "Filter": FilterRunner(),
    "ForEach": ForEachRunner(),
    "IfCondition": IfConditionRunner(),
    "SetVariable": SetVariableRunner(),
    "Switch": SwitchRunner(),
    "Until": UntilRunner(),
    "Wait": WaitRunner(),
}
