"""A pipeline and its activities. An activity is an envelope (name, dependencies, policy) around a typed body."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from headwater.definition.reference import Parameter, Reference, empty
from headwater.errors import Place
from headwater.language.expression.ast import Json, Value

Condition = Literal["Succeeded", "Failed", "Skipped", "Completed"]


@dataclass(frozen=True, slots=True)
class Dependency:
    """The activity must have ended in one of the conditions; several dependencies all must hold."""

    activity: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    timeout: datetime.timedelta = datetime.timedelta(days=7)
    retry: Value = 0
    retry_interval_s: int = 30
    secure_input: bool = False
    secure_output: bool = False


class Body(Protocol):
    """The typed `typeProperties` of an activity; one class a file in `definition/activities/`."""


@dataclass(frozen=True, slots=True)
class Activity:
    name: str
    type: str
    body: Body
    depends_on: tuple[Dependency, ...] = ()
    policy: Policy = Policy()
    active: bool = True
    on_inactive_mark_as: str = "Succeeded"
    linked_service: Reference | None = None
    user_properties: Mapping[str, Value] = field(default_factory=empty)
    description: str = ""
    unknown: Mapping[str, Value] = field(default_factory=empty, repr=False)
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    type: str
    default: Json = None


@dataclass(frozen=True, slots=True)
class Pipeline:
    name: str
    activities: tuple[Activity, ...]
    parameters: tuple[Parameter, ...] = ()
    variables: tuple[Variable, ...] = ()
    concurrency: int | None = None
    folder: str | None = None
    annotations: tuple[Json, ...] = ()
    description: str = ""
    references: tuple[Reference, ...] = field(default=(), repr=False)
    """Every reference that its JSON holds, at any depth."""
    unknown: Mapping[str, Value] = field(default_factory=empty, repr=False)
    place: Place = field(default=Place(), compare=False)
