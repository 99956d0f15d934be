"""The four conditions against the four ends, and what that makes of an activity and of a block."""

from __future__ import annotations

import pytest

from headwater.definition.pipeline import Condition, Dependency
from headwater.plan.rules.runnable_types import RUNNABLE
from headwater.run.activities.registry import ACTIVITIES
from headwater.run.conditions import readiness
from headwater.run.records import ActivityStatus

ENDS: tuple[ActivityStatus, ...] = ("Succeeded", "Failed", "Skipped", "Cancelled")
MET: dict[Condition, tuple[ActivityStatus, ...]] = {
    "Succeeded": ("Succeeded",),
    "Failed": ("Failed",),
    "Skipped": ("Skipped",),
    "Completed": ("Succeeded", "Failed"),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("condition", list(MET))
def test_condition_holds_for_its_ends(condition: Condition, end: ActivityStatus) -> None:
    expected = "run" if end in MET[condition] else "skip"
    assert readiness([Dependency("A", (condition,))], {"A": end}) == expected


def test_conditions_of_one_dependency_are_alternatives() -> None:
    assert readiness([Dependency("A", ("Succeeded", "Skipped"))], {"A": "Skipped"}) == "run"


def test_dependencies_all_have_to_hold() -> None:
    both = [Dependency("A", ("Succeeded",)), Dependency("B", ("Succeeded",))]
    assert readiness(both, {"A": "Succeeded", "B": "Failed"}) == "skip"


def test_activity_waits_for_all_even_if_one_cannot_hold() -> None:
    both = [Dependency("A", ("Succeeded",)), Dependency("B", ("Succeeded",))]
    assert readiness(both, {"A": "Failed"}) == "wait"


def test_activity_without_dependencies_runs() -> None:
    assert readiness([], {}) == "run"


def test_every_type_that_the_plan_lets_through_can_be_run() -> None:
    assert set(ACTIVITIES) == RUNNABLE
