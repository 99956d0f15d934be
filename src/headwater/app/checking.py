"""Loading workspaces and telling what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from headwater.app.locate import project_at, workspaces_at
from headwater.definition.check import check as check_workspace
from headwater.definition.load import load_folder
from headwater.definition.workspace import Workspace
from headwater.errors import DefinitionError, Fault, raise_if_any
from headwater.plan.flow_checks import check_flows
from headwater.settings import Project


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `check` found in one workspace."""

    workspace: str
    counts: str
    """How many definitions of each kind, as a phrase."""
    faults: tuple[Fault, ...]

    @property
    def error_count(self) -> int:
        return sum(1 for fault in self.faults if fault.severity == "error")

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.workspace,
            "errors": self.error_count,
            "warnings": len(self.faults) - self.error_count,
            "faults": [fault.to_json() for fault in self.faults],
        }


def load(project: Project, name: str) -> Workspace:
    """Load a workspace with its faults. Raises DefinitionError if its folder is not there."""
    settings = project.settings.workspaces[name]
    return load_folder(project.root / settings.folder, name, settings.kind)


def sound(project: Project, name: str) -> Workspace:
    """Load a workspace that has no errors. Raises DefinitionError with all of them."""
    workspace = load(project, name)
    raise_if_any(DefinitionError, _faults(project, workspace))
    return workspace


def check(folder: Path) -> tuple[CheckReport, ...]:
    """Check the workspaces that a folder means. Raises SettingsError, DefinitionError if there are none."""
    project = project_at(folder)
    return tuple(_report(project, load(project, name)) for name in workspaces_at(project, folder))


def _faults(project: Project, workspace: Workspace, more: tuple[Fault, ...] = ()) -> tuple[Fault, ...]:
    """Return what is wrong in a workspace, in the order of files and of places in them.

    Files are told from the project's folder, because workspaces share names.
    """
    folder = PurePosixPath(project.settings.workspaces[workspace.name].folder)

    def placed(fault: Fault) -> Fault:
        file = fault.place.file
        return fault if file is None else replace(fault, place=replace(fault.place, file=str(folder / file)))

    found = dict.fromkeys((*check_workspace(workspace), *more))
    return tuple(placed(fault) for fault in sorted(found, key=lambda one: (one.place.file or "", one.place.line or 0)))


def _report(project: Project, workspace: Workspace) -> CheckReport:
    kinds = {
        "pipelines": workspace.pipelines,
        "data flows": workspace.data_flows,
        "datasets": workspace.datasets,
        "linked services": workspace.linked_services,
    }
    counts = ", ".join(f"{len(things)} {kind}" for kind, things in kinds.items() if things)
    # A run needs only its own flows to be sound, and plans them; so scripts are typed here and not in `sound`.
    faults = _faults(project, workspace, check_flows(workspace))
    return CheckReport(workspace.name, counts or "no definitions", faults)
