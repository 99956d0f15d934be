"""An attempt that was interrupted between its commits: what is committed stays, what is missing is written."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from headwater.connectors.protocol import Token
from headwater.data.locations import FileLocation, Store
from headwater.data.schema import Schema
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.errors import Cancelled, Fault
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Resumption, SinkToken, Surroundings
from headwater.run.activities.registry import ACTIVITIES
from headwater.run.clock import SystemClock
from run.pipelines import Project, pipeline, wait, workspace

SINKS = {
    name: ResolvedDataset(name, "Binary", FileLocation(Store(name, "AzureBlobFS"), "c"), None, Schema())
    for name in ("a", "b")
}
TOKENS = [SinkToken("a", {"id": "a1"}), SinkToken("a", {"id": "a2"}), SinkToken("b", {"id": "b1"})]
RESULT = ActivityResult({"rowsWritten": 3})


class Ledger:
    """A store that only knows which tokens are committed."""

    def __init__(self) -> None:
        self.tokens: set[Json] = set()

    def committed(self, token: Token) -> bool:
        return token["id"] in self.tokens


@dataclass
class TwoSinks:
    """Commits `first`, and then goes on until it is stopped; resumed, it only tells what it was given."""

    ledger: Ledger
    first: tuple[str, ...]
    begun: threading.Event
    resumptions: list[Resumption | None] = field(default_factory=list)

    def plan(self, activity: Activity, workspace: Workspace, context: Context) -> Mapping[str, ResolvedDataset]:
        return SINKS

    def input(self, plan: Mapping[str, ResolvedDataset]) -> Mapping[str, Json]:
        return {}

    def sinks(self, plan: Mapping[str, ResolvedDataset]) -> Mapping[str, ResolvedDataset]:
        return plan

    def run(self, plan: Mapping[str, ResolvedDataset], surroundings: Surroundings) -> ActivityResult:
        self.resumptions.append(surroundings.resumption)
        if len(self.resumptions) > 1:
            return RESULT
        surroundings.checkpoint.prepared(TOKENS, RESULT)
        self.ledger.tokens.update(self.first)
        self.begun.set()
        while not surroundings.cancelled():
            pass
        raise Cancelled(Fault("RUN-004", "stopped"))


@pytest.mark.parametrize(
    ("first", "resumption"),
    [
        ((), None),
        (("a1",), Resumption(frozenset(), RESULT)),
        (("a1", "a2"), Resumption(frozenset({"a"}), RESULT)),
        (("b1",), Resumption(frozenset({"b"}), RESULT)),
        (("a1", "a2", "b1"), Resumption(frozenset({"a", "b"}), RESULT, is_complete=True)),
    ],
)
def test_recovered_attempt_is_told_which_sinks_are_in_place(
    tmp_path: Path, first: tuple[str, ...], resumption: Resumption | None
) -> None:
    ledger, loaded = Ledger(), workspace({"main": pipeline(wait("A"))})
    runner = TwoSinks(ledger, first, threading.Event())
    given = {"connect": lambda _: ledger, "activities": {**ACTIVITIES, "Wait": runner}, "clock": SystemClock()}
    with Project(tmp_path, loaded, **given) as project:
        run_id = project.runner.start("sales", "main")
        runner.begun.wait()
    with Project(tmp_path, loaded, **given) as project:
        project.runner.recover()
        run = project.runner.wait(run_id)
        assert project.activities(run)["A"].output == {"rowsWritten": 3}
    assert runner.resumptions == [None, resumption]
    assert run.status == "Succeeded"
