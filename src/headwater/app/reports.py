"""What the command line and the demo are told: values, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from headwater.lineage.connection import ConnectionStatus
from headwater.lineage.report import ReportLineage
from headwater.run.records import ActivityRun, PipelineRun

MOVING_TYPES = frozenset({"Copy", "ExecuteDataFlow"})
"""The activity types that give lineage."""


@dataclass(frozen=True, slots=True)
class ActivityReport:
    """One attempt of an activity, and the state of its lineage."""

    run: ActivityRun
    lineage: ReportLineage
    output: dict[str, object]
    """With `reportLineageToPurview` where the type gives lineage."""

    @property
    def moves_data(self) -> bool:
        return self.run.activity_type in MOVING_TYPES

    @property
    def rows(self) -> int | None:
        """Rows written, where the output tells."""
        copied = self.output.get("rowsCopied")
        if isinstance(copied, int):
            return copied
        return self._of_sinks("rowsWritten")

    @property
    def bytes(self) -> int | None:
        """Bytes written, where the output tells."""
        written = self.output.get("dataWritten")
        return written if isinstance(written, int) else None

    def _of_sinks(self, key: str) -> int | None:
        status = self.output.get("runStatus")
        metrics = status.get("metrics") if isinstance(status, dict) else None
        if not isinstance(metrics, dict):
            return None
        counts = [sink.get(key) for sink in metrics.values() if isinstance(sink, dict)]
        return sum(count for count in counts if isinstance(count, int))


@dataclass(frozen=True, slots=True)
class RunReport:
    """A pipeline run, its activities, and the runs of the pipelines that it ran."""

    run: PipelineRun
    activities: tuple[ActivityReport, ...]
    children: tuple[RunReport, ...] = ()


class Connection(msgspec.Struct, frozen=True, rename="camel"):
    """The connection of one workspace to the account. `waiting` counts facts that have not arrived."""

    workspace: str
    account: str
    status: ConnectionStatus
    reason: str = ""
    fix: str = ""
    waiting: int = 0


class LineageLine(msgspec.Struct, frozen=True, rename="camel"):
    """A column, or an asset where `column` is empty, and what it comes from. `via` is the operation between."""

    asset: str
    type_name: str
    name: str
    column: str = ""
    kind: str = ""
    subtype: str = ""
    expression: str = ""
    via: str = ""
    steps: tuple[str, ...] = ()
    sources: tuple[LineageLine, ...] = ()
