"""What the reader of an activity type is given and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from headwater.definition.pipeline import Activity, Body
from headwater.definition.reader import Reader

ReadActivities: TypeAlias = Callable[[Reader, str], tuple[Activity, ...]]
"""Reads the nested activities in a property of an object; none if it is absent."""

ReadBody: TypeAlias = Callable[[Reader, Reader, ReadActivities], Body]
"""Gets `typeProperties`, the activity around it, and the reader of nested activities."""


@dataclass(frozen=True, slots=True)
class ActivityType:
    """`name` as in the JSON. `runs` is False for a type that is only kept."""

    name: str
    read: ReadBody
    runs: bool = True
