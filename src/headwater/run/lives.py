"""The runs that this process carries, and how one comes to life: from a new plan, or from the journal after a crash."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping

from headwater.definition.pipeline import Pipeline, Variable
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, RunError
from headwater.language.expression.ast import Json
from headwater.plan.build import build_plan, find_pipeline
from headwater.plan.parameters import secure_parameters
from headwater.plan.plan import Plan
from headwater.run.entries import StoredRun
from headwater.run.journal import RunJournal
from headwater.run.live import LiveRun, steps_by_name
from headwater.run.masking import Masker
from headwater.run.progress import OnEvent, guarded
from headwater.run.records import ENDED, MASK, MASKED_DEFAULT

_INITIAL: Mapping[str, Json] = {"array": [], "string": ""}


class LiveRuns:
    """Thread-safe; a run is at most once in it."""

    def __init__(self, workspaces: Mapping[str, Workspace], journal: RunJournal) -> None:
        self._workspaces = workspaces
        self._journal = journal
        self._lock = threading.Lock()
        self._lives: dict[str, LiveRun] = {}

    def get(self, run_id: str) -> LiveRun | None:
        with self._lock:
            return self._lives.get(run_id)

    def all(self) -> tuple[LiveRun, ...]:
        with self._lock:
            return tuple(self._lives.values())

    def remove(self, live: LiveRun) -> None:
        """Forget a run, then wake all who wait for it."""
        with self._lock:
            self._lives.pop(live.run_id, None)
        live.done.set()

    def add(self, stored: StoredRun, plan: Plan, pipeline: Pipeline, on_event: OnEvent) -> LiveRun:
        """Return the live run of this id: the one that is there, or a new one."""
        with self._lock:
            if stored.run_id not in self._lives:
                self._lives[stored.run_id] = LiveRun(
                    stored=stored,
                    plan=plan,
                    pipeline=pipeline,
                    steps=steps_by_name(plan),
                    masker=Masker(plan.parameters, plan.secure),
                    on_event=guarded(on_event),
                )
            return self._lives[stored.run_id]

    def revive(self, run_id: str, on_event: OnEvent) -> LiveRun | None:
        """Return the live run of this id, if need be from the journal; None for one that has ended or is not known.

        Raises PlanError, RunError if it cannot go on: its definition has changed, or a secret is not known any more.
        """
        live = self.get(run_id)
        if live is not None:
            return live
        stored = self._journal.run(run_id)
        if stored is None or stored.status in ENDED:
            return None
        workspace = self._workspaces.get(stored.workspace)
        if workspace is None:
            message = f'Run {run_id} belongs to workspace "{stored.workspace}", which is not here'
            raise RunError(Fault("RUN-011", message, cure="Add the workspace to headwater.toml."))
        pipeline = find_pipeline(workspace, stored.pipeline)
        if definition_digest(pipeline) != stored.definition:
            message = f'Pipeline "{pipeline.name}" was changed while its run was interrupted'
            raise RunError(Fault("RUN-010", message, pipeline.place, "Start the pipeline again."))
        plan = build_plan(workspace, pipeline.name, _parameters(pipeline, stored), from_pipeline=True)
        live = self.add(stored, plan, pipeline, on_event)
        if stored.status == "Canceling":
            live.cancelled.set()
        return live


def definition_digest(pipeline: Pipeline) -> str:
    """Return a digest of all that a pipeline says; a run goes on only with the definition that it began with."""
    return hashlib.sha256(repr(pipeline).encode()).hexdigest()


def initial_variables(variables: tuple[Variable, ...]) -> dict[str, Json]:
    """Return the variables' values at the start of a run."""
    return {one.name: one.default if one.default is not None else _INITIAL.get(one.type.lower()) for one in variables}


def stored_parameters(plan: Plan, pipeline: Pipeline) -> dict[str, Json]:
    """Return the parameters as the journal may hold them: secrets are replaced, defaults can be read again."""
    defaults = {one.name: one.default for one in pipeline.parameters if one.has_default}
    return {
        name: value
        if name not in plan.secure
        else MASKED_DEFAULT
        if name in defaults and defaults[name] == value
        else MASK
        for name, value in plan.parameters.items()
    }


def _parameters(pipeline: Pipeline, stored: StoredRun) -> dict[str, Json]:
    secure = secure_parameters(pipeline)
    lost = sorted(name for name, value in stored.parameters.items() if name in secure and value == MASK)
    if lost:
        names = ", ".join(f'"{name}"' for name in lost)
        message = f'The run of pipeline "{pipeline.name}" was interrupted; its secure parameters {names} are not kept'
        raise RunError(Fault("RUN-010", message, pipeline.place, "Start the pipeline again."))
    return {name: value for name, value in stored.parameters.items() if name not in secure}
