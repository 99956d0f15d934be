"""Which activities hold others, and under which names: the one place where the plan looks into bodies for steps."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definition.activities.control import ForEachBody, IfConditionBody, SwitchBody, UntilBody
from headwater.definition.pipeline import Activity

DEFAULT_BRANCH = "default"


def branches_of(activity: Activity) -> tuple[tuple[str, tuple[Activity, ...]], ...]:
    """Return the branches of an activity, each with its activities; none for one that holds no others."""
    match activity.body:
        case ForEachBody(activities=activities):
            return (("activities", activities),)
        case IfConditionBody(if_true=if_true, if_false=if_false):
            return (("ifTrue", if_true), ("ifFalse", if_false))
        case SwitchBody(cases=cases, default=default):
            return (*((case_branch(case.value), case.activities) for case in cases), (DEFAULT_BRANCH, default))
        case UntilBody(activities=activities):
            return (("activities", activities),)
        case _:
            return ()


def case_branch(value: str) -> str:
    """Return the name of the branch of a Switch's case."""
    return f"case {value}"


def walk(
    activities: tuple[Activity, ...], above: tuple[Activity, ...] = ()
) -> Iterator[tuple[Activity, tuple[Activity, ...]]]:
    """Yield every activity with those that hold it, outermost first."""
    for activity in activities:
        yield activity, above
        for _, nested in branches_of(activity):
            yield from walk(nested, (*above, activity))


def walk_active(activities: tuple[Activity, ...]) -> Iterator[Activity]:
    """Yield every activity that may run: active, and so are all that hold it."""
    for activity, above in walk(activities):
        if activity.active and all(outer.active for outer in above):
            yield activity


def blocks(activities: tuple[Activity, ...]) -> Iterator[tuple[Activity, ...]]:
    """Yield every list of activities that depend on each other: the pipeline's own and each branch's."""
    yield activities
    for activity in activities:
        for _, nested in branches_of(activity):
            yield from blocks(nested)
