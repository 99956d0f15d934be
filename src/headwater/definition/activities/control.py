"""The bodies of control activities, which start, order and repeat others but touch no data."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headwater.definition.reference import Reference, empty
from headwater.language.expression.ast import Value

if TYPE_CHECKING:
    from headwater.definition.pipeline import Activity


@dataclass(frozen=True, slots=True)
class ForEachBody:
    items: Value
    activities: tuple[Activity, ...]
    is_sequential: Value = False
    batch_count: Value = 20


@dataclass(frozen=True, slots=True)
class IfConditionBody:
    expression: Value
    if_true: tuple[Activity, ...] = ()
    if_false: tuple[Activity, ...] = ()


@dataclass(frozen=True, slots=True)
class SetVariableBody:
    """`is_return_value` for `pipelineReturnValue`, whose value is a list of key/value pairs."""

    variable: str
    value: Value
    is_return_value: bool = False


@dataclass(frozen=True, slots=True)
class AppendVariableBody:
    variable: str
    value: Value


@dataclass(frozen=True, slots=True)
class ExecutePipelineBody:
    pipeline: Reference
    wait_on_completion: Value = True


@dataclass(frozen=True, slots=True)
class WaitBody:
    wait_time_s: Value


@dataclass(frozen=True, slots=True)
class FailBody:
    message: Value
    error_code: Value


@dataclass(frozen=True, slots=True)
class OtherBody:
    """A type that Synapse knows and this project does not run yet: kept whole, refused by the plan only.

    A web activity may hold a password, so the properties stay out of `repr`.
    """

    type_properties: Mapping[str, Value] = field(default_factory=empty, repr=False)


@dataclass(frozen=True, slots=True)
class SwitchCase:
    value: str
    activities: tuple[Activity, ...]


@dataclass(frozen=True, slots=True)
class SwitchBody:
    """The case whose value equals `on`, else `default`."""

    on: Value
    cases: tuple[SwitchCase, ...] = ()
    default: tuple[Activity, ...] = ()


@dataclass(frozen=True, slots=True)
class UntilBody:
    """Repeats at least once, until `expression` is true after a pass."""

    expression: Value
    activities: tuple[Activity, ...]
    timeout: datetime.timedelta = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class FilterBody:
    items: Value
    condition: Value
