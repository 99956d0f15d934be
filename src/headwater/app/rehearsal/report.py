"""What rehearsals of a path came to: the values that the command line shows, and the document that CI reads."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.run.rehearsal.outcome import FlowRehearsal, PipelineRehearsal


@dataclass(frozen=True, slots=True)
class WorkspaceRehearsal:
    """One workspace; `skipped` are data flows of a kind that nobody runs: name and kind."""

    name: str
    flows: tuple[FlowRehearsal, ...]
    pipelines: tuple[PipelineRehearsal, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    error_count: int = 0
    """Faults of definitions, which `headwater check` tells."""

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "errors": self.error_count,
            "flows": [flow.to_json() for flow in self.flows],
            "pipelines": [pipeline.to_json() for pipeline in self.pipelines],
            "skipped": [{"name": name, "type": kind} for name, kind in self.skipped],
        }


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there were, ran, and were traced: every column of every sink has an edge or is made from none."""

    total: int
    run: int
    traced: int

    @property
    def refused(self) -> int:
        return self.total - self.run

    @property
    def percent(self) -> float:
        """Those that ran of all, in percent with one digit, rounded down; 100 of nothing."""
        return 1000 * self.run // self.total / 10 if self.total else 100.0

    def to_json(self) -> dict[str, object]:
        return {"total": self.total, "run": self.run, "refused": self.refused, "percent": self.percent}


@dataclass(frozen=True, slots=True)
class RehearsalReport:
    seed: int
    rows: int
    workspaces: tuple[WorkspaceRehearsal, ...]

    @property
    def flows(self) -> Tally:
        flows = [flow for workspace in self.workspaces for flow in workspace.flows]
        return Tally(len(flows), sum(flow.ran for flow in flows), sum(flow.is_traced for flow in flows))

    @property
    def pipelines(self) -> Tally:
        pipelines = [pipeline for workspace in self.workspaces for pipeline in workspace.pipelines]
        ran = sum(pipeline.ran for pipeline in pipelines)
        return Tally(len(pipelines), ran, ran)

    @property
    def is_ok(self) -> bool:
        return not self.flows.refused and not self.pipelines.refused

    def to_json(self) -> dict[str, object]:
        return {
            "ok": self.is_ok,
            "seed": self.seed,
            "rows": self.rows,
            "summary": {
                "flows": {**self.flows.to_json(), "traced": self.flows.traced},
                "pipelines": self.pipelines.to_json(),
            },
            "workspaces": [workspace.to_json() for workspace in self.workspaces],
        }
