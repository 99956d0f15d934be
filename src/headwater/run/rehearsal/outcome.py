"""What a rehearsal found out about one data flow: values that are printed as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from headwater.errors import Fault

LEFT_OUT = "Left out"
"""The status of an activity that no run does."""
Stage = Literal["parse", "type", "run"]


@dataclass(frozen=True, slots=True)
class RehearsedSource:
    """A source, its generated rows, and whether its columns were guessed from what the flow asks of them."""

    name: str
    rows: int
    columns: int
    is_guessed: bool = False

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, "rows": self.rows, "columns": self.columns, "guessed": self.is_guessed}


@dataclass(frozen=True, slots=True)
class Untraced:
    """A column of a sink that comes from no column of a source, and why."""

    column: str
    why: str

    def to_json(self) -> dict[str, object]:
        return {"column": self.column, "why": self.why}


@dataclass(frozen=True, slots=True)
class RehearsedSink:
    """A sink, the rows that landed, and its column edges; `path` is where its rows are kept, if they are."""

    name: str
    rows: int
    columns: int
    edges: int
    untraced: tuple[Untraced, ...]
    unexplained: tuple[str, ...] = ()
    """Columns that have no edge though they are not known to be made from nothing."""
    path: str | None = None

    @property
    def is_traced(self) -> bool:
        """Return whether every column has an edge or is made from no column."""
        return not self.unexplained

    def to_json(self) -> dict[str, object]:
        document: dict[str, object] = {
            "name": self.name,
            "rows": self.rows,
            "columns": self.columns,
            "edges": self.edges,
            "traced": self.is_traced,
            "untraced": [one.to_json() for one in self.untraced],
        }
        return document if self.path is None else document | {"path": self.path}


@dataclass(frozen=True, slots=True)
class FlowRehearsal:
    """One data flow: how far it came, what it read and wrote, what stopped it, and what a real run would need."""

    name: str
    file: str | None
    failed: Stage | None = None
    sources: tuple[RehearsedSource, ...] = ()
    sinks: tuple[RehearsedSink, ...] = ()
    faults: tuple[Fault, ...] = ()
    needs: tuple[Fault, ...] = ()
    """What a real run lacks: a dataset, a connector, an option that no run does."""
    duration_ms: int = 0

    @property
    def ran(self) -> bool:
        return self.failed is None

    @property
    def is_traced(self) -> bool:
        """Return whether it ran and every column of every sink has its edges."""
        return self.ran and all(sink.is_traced for sink in self.sinks)

    def stages(self) -> Mapping[Stage, bool]:
        """Return which stages it came through."""
        order: tuple[Stage, ...] = ("parse", "type", "run")
        reached = len(order) if self.failed is None else order.index(self.failed)
        return {stage: place < reached for place, stage in enumerate(order)}

    def to_json(self) -> dict[str, object]:
        stages = self.stages()
        return {
            "name": self.name,
            "file": self.file,
            "parsed": stages["parse"],
            "typed": stages["type"],
            "run": stages["run"],
            "traced": self.is_traced,
            "sources": [source.to_json() for source in self.sources],
            "sinks": [sink.to_json() for sink in self.sinks],
            "faults": [fault.to_json() for fault in self.faults],
            "needs": [fault.to_json() for fault in self.needs],
            "duration_ms": self.duration_ms,
        }


@dataclass(frozen=True, slots=True)
class RehearsedActivity:
    """One activity run of a pipeline; `reason` says why it failed or was left out."""

    name: str
    type: str
    status: str
    rows: int | None = None
    reason: str = ""

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "type": self.type,
            "status": self.status,
            "rows": self.rows,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class PipelineRehearsal:
    """One pipeline: how it ended, its activities, and what a real run would need."""

    name: str
    file: str | None
    status: str
    """As of a run: `Succeeded`, `Failed`, `Cancelled`; `Refused` where the planner does not let it begin."""
    activities: tuple[RehearsedActivity, ...] = ()
    faults: tuple[Fault, ...] = ()
    needs: tuple[Fault, ...] = ()
    """What a real run lacks: activities that were left out, connectors, options that no run does."""
    duration_ms: int = 0

    @property
    def ran(self) -> bool:
        return self.status == "Succeeded"

    @property
    def left_out_count(self) -> int:
        return sum(activity.status == LEFT_OUT for activity in self.activities)

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "file": self.file,
            "status": self.status,
            "run": self.ran,
            "activities": [activity.to_json() for activity in self.activities],
            "faults": [fault.to_json() for fault in self.faults],
            "needs": [fault.to_json() for fault in self.needs],
            "duration_ms": self.duration_ms,
        }
