"""Pipelines written in few words, and a project to run them in."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from headwater.connectors.protocol import AnyStore
from headwater.definition.load import load_files
from headwater.definition.workspace import Workspace
from headwater.plan.resolved import ResolvedDataset
from headwater.run.database import RunDatabase
from headwater.run.events import Listener
from headwater.run.history import RunHistory
from headwater.run.records import ActivityRun, PipelineRun
from headwater.run.runner import Runner

Properties = Mapping[str, object]


def activity(
    name: str, type_: str, properties: Properties, after: Mapping[str, str] | None = None, **envelope: object
) -> dict[str, object]:
    """Return an activity; `after` maps activities to their conditions, as `Failed|Skipped`."""
    depends_on = [{"activity": a, "dependencyConditions": c.split("|")} for a, c in (after or {}).items()]
    return {"name": name, "type": type_, "typeProperties": dict(properties), "dependsOn": depends_on, **envelope}


def set_variable(name: str, variable: str, value: object, after: Mapping[str, str] | None = None) -> dict[str, object]:
    return activity(name, "SetVariable", {"variableName": variable, "value": value}, after)


def fail(
    name: str, message: str = "no", after: Mapping[str, str] | None = None, **envelope: object
) -> dict[str, object]:
    return activity(name, "Fail", {"message": message, "errorCode": "E42"}, after, **envelope)


def wait(
    name: str, seconds: object = 0, after: Mapping[str, str] | None = None, **envelope: object
) -> dict[str, object]:
    return activity(name, "Wait", {"waitTimeInSeconds": seconds}, after, **envelope)


def workspace(pipelines: Mapping[str, Properties], files: Mapping[str, Properties] | None = None) -> Workspace:
    """Return a workspace of these pipelines (their `properties`) and other definitions by file name."""
    texts = {f"pipeline/{name}.json": {"name": name, "properties": one} for name, one in pipelines.items()}
    loaded = load_files({name: json.dumps(one).encode() for name, one in {**texts, **(files or {})}.items()}, "sales")
    errors = [str(fault) for fault in loaded.faults if fault.severity == "error"]
    assert not errors, errors
    return loaded


def pipeline(*activities: Properties, **properties: object) -> Properties:
    return {"activities": list(activities), **properties}


class SkippingClock:
    """Waits take no time: the clock goes to where the wait would end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

    def now(self) -> datetime.datetime:
        with self._lock:
            self._now += datetime.timedelta(milliseconds=1)
            return self._now

    def wait(self, signal: threading.Event, until: datetime.datetime) -> None:
        with self._lock:
            if not signal.is_set():
                self._now = max(self._now, until)


def no_stores(dataset: ResolvedDataset) -> AnyStore:
    raise AssertionError(f"no activity here has a store, but {dataset.name} is asked for")


class Project:
    """A run database and the runner of one workspace on it; the runner is closed with the block."""

    def __init__(self, folder: Path, loaded: Workspace, listeners: Sequence[Listener] = (), **given: object) -> None:
        self.database = RunDatabase(folder / "runs.db")
        self.history = RunHistory(self.database)
        options = {"connect": no_stores, "clock": SkippingClock(), **given}
        self.runner = Runner(
            database=self.database,
            workspaces={"sales": loaded},
            scratch=folder / "scratch",
            listeners=listeners,
            **options,  # type: ignore[arg-type]  # test options, checked by the runner itself
        )

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.close()
        self.database.close()

    def run(self, name: str, parameters: Mapping[str, object] | None = None) -> PipelineRun:
        return self.runner.wait(self.runner.start("sales", name, parameters))  # type: ignore[arg-type]  # JSON

    def activities(self, run: PipelineRun) -> dict[str, ActivityRun]:
        """Return the last attempt of each activity by `iteration/name`."""
        runs = self.history.activity_runs(run.run_id)
        return {f"{one.iteration}/{one.activity_name}" if one.iteration else one.activity_name: one for one in runs}

    def statuses(self, run: PipelineRun) -> dict[str, str]:
        return {name: one.status for name, one in self.activities(run).items()}
