"""The body of an activity as its runner knows it."""

from __future__ import annotations

from typing import TypeVar

from headwater.definition.pipeline import Activity

T = TypeVar("T")


def typed_body(activity: Activity, type_: type[T]) -> T:
    """Return the body, which the loader made of the type that the runner's table line stands for."""
    if not isinstance(activity.body, type_):
        raise TypeError(f"{activity.type} {activity.name} has a {type(activity.body).__name__}")
    return activity.body
