"""When an activity may start, and what a block of activities comes to: pure functions of the others' states.

A block succeeds if each of its leaves does. A leaf that was skipped says nothing itself: then those that it waited
for count. So an activity whose failure is handled (`Failed` → handler) does not fail the run, but a failure beside
a handled success path does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from headwater.definition.pipeline import Condition, Dependency
from headwater.plan.plan import Step
from headwater.run.records import ActivityStatus

Readiness = Literal["run", "skip", "wait"]
_MEETS: Mapping[Condition, frozenset[ActivityStatus]] = {
    "Completed": frozenset({"Succeeded", "Failed"}),
    "Failed": frozenset({"Failed"}),
    "Skipped": frozenset({"Skipped"}),
    "Succeeded": frozenset({"Succeeded"}),
}


def readiness(dependencies: Iterable[Dependency], states: Mapping[str, ActivityStatus]) -> Readiness:
    """Return what to do with an activity: every dependency must hold, each by any of its conditions."""
    dependencies = tuple(dependencies)
    if any(dependency.activity not in states for dependency in dependencies):
        return "wait"
    met = (any(states[d.activity] in _MEETS[condition] for condition in d.conditions) for d in dependencies)
    return "run" if all(met) else "skip"


def failed_activities(steps: Iterable[Step], states: Mapping[str, ActivityStatus]) -> tuple[str, ...]:
    """Return the activities that make an ended block fail, in the order of the steps; none if it succeeded."""
    steps = tuple(steps)
    waited_for = {dependency.activity for step in steps for dependency in step.dependencies}
    counted: set[str] = set()
    waiting = [step.name for step in steps if step.name not in waited_for]
    by_name = {step.name: step for step in steps}
    while waiting:
        name = waiting.pop()
        if name in counted:
            continue
        counted.add(name)
        if states[name] == "Skipped":
            waiting += [dependency.activity for dependency in by_name[name].dependencies]
    return tuple(
        step.name for step in steps if step.name in counted and states[step.name] not in ("Succeeded", "Skipped")
    )
