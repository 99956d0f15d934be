"""A pipeline run while this process carries it: its plan, its way to be stopped, and what must not be written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headwater.definition.pipeline import Pipeline
from headwater.language.expression.ast import Json
from headwater.plan.plan import Plan, Step
from headwater.run.entries import StoredRun
from headwater.run.masking import Masker
from headwater.run.progress import OnEvent
from headwater.run.signal import Signal


class Stopped(Exception):
    """The run is given up by its process without having ended; it goes on when it is recovered."""


@dataclass(frozen=True, slots=True)
class LiveRun:
    """`steps` holds every step by its activity's name, nested ones too."""

    stored: StoredRun
    plan: Plan
    pipeline: Pipeline
    steps: Mapping[str, Step]
    masker: Masker
    on_event: OnEvent
    cancelled: Signal = field(default_factory=Signal)
    """Set when the run is to end as Cancelled, and when this process is to give it up."""
    stopping: Signal = field(default_factory=Signal)
    """Set when this process is to give it up; set before `cancelled`."""
    done: Signal = field(default_factory=Signal)
    secure_outputs: dict[str, Mapping[str, object]] = field(default_factory=dict)
    """Outputs that history holds masked, by activity run id: expressions may read them as they were."""
    items: dict[str, Json] = field(default_factory=dict)
    """`item()` of each pass of a loop that has begun here, by its iteration."""

    @property
    def run_id(self) -> str:
        return self.stored.run_id


def steps_by_name(plan: Plan) -> dict[str, Step]:
    """Return every step of the plan's own pipeline by the name of its activity."""
    return {step.name: step for step in plan.walk()}
