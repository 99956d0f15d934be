"""What an expression may look at while it is evaluated: passed in, so that evaluation has no effects."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random, SystemRandom

from headwater.language.expression.ast import Json


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of an expression; a name that is absent raises a LanguageError with the names there are."""

    parameters: Mapping[str, Json] = field(default_factory=dict)
    variables: Mapping[str, Json] = field(default_factory=dict)
    activities: Mapping[str, Json] = field(default_factory=dict)
    """Name → `{"output", "error", "Status", "ActivityRunId", …}` of the activities that have ended."""
    pipeline: Mapping[str, Json] = field(default_factory=dict)
    """System variables: `DataFactory`, `Pipeline`, `RunId`, `TriggerType`, …"""
    global_parameters: Mapping[str, Json] = field(default_factory=dict)
    trigger: Mapping[str, Json] = field(default_factory=dict)
    item: Json = None
    in_loop: bool = False
    dataset: Mapping[str, Json] = field(default_factory=dict)
    linked_service: Mapping[str, Json] = field(default_factory=dict)
    clock: Callable[[], datetime.datetime] = _now
    random: Random = field(default_factory=SystemRandom, compare=False)
    """Source of `guid()` and `rand()`."""
