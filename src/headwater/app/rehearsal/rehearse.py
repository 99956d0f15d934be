"""Rehearses what a path holds: a folder of definitions, a project's workspaces, or an ARM template."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from headwater.app import checking
from headwater.app.locate import project_at, workspaces_at
from headwater.app.rehearsal.report import RehearsalReport, WorkspaceRehearsal
from headwater.definition.data_flow import DataFlow
from headwater.definition.template import load_template
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, Place, RunError, SettingsError
from headwater.plan.lookup import cure_for_name, find
from headwater.run.rehearsal.outcome import FlowRehearsal, PipelineRehearsal
from headwater.run.rehearsal.perform import Terms, rehearse_flow
from headwater.run.rehearsal.pipelines import RehearsedPipelines
from headwater.run.rehearsal.scratch import file_name
from headwater.settings import Settings

MAPPING = "MappingDataFlow"
_LIBRARIES = ("Flowlet", "UDFLibrary")
"""Kinds that are rehearsed in the flows that use them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be rehearsed, and how; without a name all data flows and pipelines. `keep` is where sinks are left."""

    data_flow: str | None = None
    pipeline: str | None = None
    rows: int
    seed: int
    keep: Path | None = None

    @property
    def is_all(self) -> bool:
        return self.data_flow is None and self.pipeline is None


@dataclass(frozen=True, slots=True)
class Progressed:
    """Told before each rehearsal, and once at the end."""

    done: int
    total: int
    name: str = ""


Tell = Callable[[Progressed], None]


def rehearse(path: Path, asked: Asked, tell: Tell = lambda _: None) -> RehearsalReport:
    """Rehearse what a path holds and return what came of it; nothing that is wrong with one flow stops the others.

    Raises SettingsError, DefinitionError if there is nothing to rehearse.
    """
    workspaces, settings = _loaded(path)
    chosen = [(workspace, *_chosen(workspace, asked)) for workspace in workspaces]
    _refuse_nothing(asked, workspaces, sum(len(flows) + len(pipelines) for _, flows, pipelines in chosen))
    total = sum(len(flows) + len(pipelines) for _, flows, pipelines in chosen)
    done: list[WorkspaceRehearsal] = []
    with _folder(asked.keep) as folder:
        counting = _Counting(tell, total)
        for workspace, flows, pipelines in chosen:
            terms = Terms(
                folder / file_name(workspace.name),
                rows=asked.rows,
                seed=asked.seed,
                is_kept=asked.keep is not None,
                engine=settings.engine,
                bound=frozenset(settings.bindings),
            )
            done.append(_rehearsed(workspace, flows, pipelines, terms, asked, counting))
    tell(Progressed(total, total))
    return RehearsalReport(asked.seed, asked.rows, tuple(done))


@dataclass(slots=True)
class _Counting:
    tell: Tell
    total: int
    done: int = 0

    def next(self, name: str) -> None:
        self.tell(Progressed(self.done, self.total, name))
        self.done += 1


def _loaded(path: Path) -> tuple[tuple[Workspace, ...], Settings]:
    if path.is_file():
        return (load_template(path),), Settings()
    project = project_at(path)
    names = workspaces_at(project, path)
    return tuple(checking.load(project, name) for name in names), project.settings


def _chosen(workspace: Workspace, asked: Asked) -> tuple[tuple[DataFlow, ...], tuple[str, ...]]:
    if asked.data_flow is not None:
        found = find(workspace.data_flows, asked.data_flow)
        return ((found,) if found is not None else ()), ()
    if asked.pipeline is not None:
        pipeline = find(workspace.pipelines, asked.pipeline)
        return (), ((pipeline.name,) if pipeline is not None else ())
    flows = tuple(flow for flow in workspace.data_flows.values() if flow.kind == MAPPING)
    return flows, tuple(workspace.pipelines)


def _refuse_nothing(asked: Asked, workspaces: tuple[Workspace, ...], count: int) -> None:
    if count:
        return
    what, name = ("data flow", asked.data_flow) if asked.data_flow else ("pipeline", asked.pipeline)
    if name is None:
        cure = "Name a folder that holds dataflow/ or pipeline/, or an ARM template with data flows or pipelines."
        raise SettingsError(Fault("SET-006", "There is nothing to rehearse", Place(), cure))
    known = [n for w in workspaces for n in (w.data_flows if what == "data flow" else w.pipelines)]
    raise SettingsError(Fault("SET-006", f"There is no {what} '{name}'", Place(), cure_for_name(name, known)))


def _skipped(workspace: Workspace) -> tuple[tuple[str, str], ...]:
    flows = workspace.data_flows.values()
    return tuple((flow.name, flow.kind) for flow in flows if flow.kind not in (MAPPING, *_LIBRARIES))


def _rehearsed(
    workspace: Workspace,
    flows: tuple[DataFlow, ...],
    pipelines: tuple[str, ...],
    terms: Terms,
    asked: Asked,
    counting: _Counting,
) -> WorkspaceRehearsal:
    rehearsed: list[FlowRehearsal] = []
    for flow in flows:
        counting.next(flow.name)
        with _folder(terms.folder / "flows" / file_name(flow.name) if terms.is_kept else None) as folder:
            rehearsed.append(_rim(workspace, flow, replace(terms, folder=folder)))
    ran: list[PipelineRehearsal] = []
    if pipelines:
        with (
            _folder(terms.folder / "pipelines" if terms.is_kept else None) as folder,
            RehearsedPipelines(workspace, replace(terms, folder=folder)) as runner,
        ):
            for name in pipelines:
                counting.next(name)
                ran.append(runner.rehearse(name))
    return WorkspaceRehearsal(
        name=workspace.name,
        flows=tuple(rehearsed),
        pipelines=tuple(ran),
        skipped=_skipped(workspace) if asked.is_all else (),
        error_count=sum(fault.severity == "error" for fault in workspace.faults),
    )


def _rim(workspace: Workspace, flow: DataFlow, terms: Terms) -> FlowRehearsal:
    try:
        return rehearse_flow(workspace, flow, terms)
    except Exception as error:  # the rim: a defect of ours in one flow must not hide what the others come to
        message = f"Headwater broke: {type(error).__name__}: {error}"
        fault = Fault("RUN-006", message, flow.place, "Please report it.")
        return FlowRehearsal(flow.name, flow.place.file, "run", faults=(fault,))


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """Give a folder that is removed in the end, or the one to keep. Raises RunError if it cannot be made."""
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="headwater-rehearsal-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
        return
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        cure = "Name another folder: --keep DIR"
        raise RunError(Fault("RUN-005", f"'{kept}' cannot be made: {error.strerror}", Place(), cure)) from error
    yield kept
