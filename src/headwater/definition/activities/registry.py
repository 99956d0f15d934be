"""The table of activity types. A new type is a file here and a line in the table."""

from __future__ import annotations

import difflib

from headwater.definition.activities import (
    append_variable,
    copy,
    execute_data_flow,
    execute_pipeline,
    fail,
    for_each,
    if_condition,
    other,
    set_variable,
    switch,
    until,
    wait,
)
from headwater.definition.activities import filter as filter_
from headwater.definition.activities.protocol import ActivityType

_READ: tuple[ActivityType, ...] = (
    ActivityType("AppendVariable", append_variable.read),
    ActivityType("Copy", copy.read),
    ActivityType("ExecuteDataFlow", execute_data_flow.read),
    ActivityType("ExecutePipeline", execute_pipeline.read),
    ActivityType("Fail", fail.read),
    ActivityType("Filter", filter_.read),
    ActivityType("ForEach", for_each.read),
    ActivityType("IfCondition", if_condition.read),
    ActivityType("SetVariable", set_variable.read),
    ActivityType("Switch", switch.read),
    ActivityType("Until", until.read),
    ActivityType("Wait", wait.read),
)
_KEPT = tuple(ActivityType(name, other.read, runs=False) for name in other.NAMES)

ACTIVITY_TYPES: dict[str, ActivityType] = {
    activity_type.name: activity_type for activity_type in sorted((*_READ, *_KEPT), key=lambda item: item.name)
}
"""Name as in the JSON → type, sorted."""


def nearest_activity_type(name: str) -> str | None:
    """Return the known type whose name is most like this one, or None."""
    by_lower = {known.lower(): known for known in ACTIVITY_TYPES}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else None
