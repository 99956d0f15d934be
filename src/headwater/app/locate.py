"""Which project and which workspace a folder on the command line means."""

from __future__ import annotations

from pathlib import Path

from headwater import settings
from headwater.errors import Fault, Place, SettingsError
from headwater.settings import Project, Settings, WorkspaceSettings

_DEFINITIONS = ("pipeline", "dataset", "dataflow", "linkedService")


def holds_definitions(folder: Path) -> bool:
    """Tell whether a folder looks like a workspace in the Git layout."""
    return any((folder / name).is_dir() for name in _DEFINITIONS)


def project_at(folder: Path) -> Project:
    """Return the project that a folder belongs to.

    The nearest headwater.toml at or above it counts; without one, a folder of definitions is a project of its own with
    embedded defaults, whose data lie in `.headwater` in the current folder. Raises SettingsError.
    """
    if not folder.is_dir():
        raise SettingsError(
            Fault("SET-006", f"'{folder}' is not a folder", Place(), "Give the folder that holds pipeline/, dataset/ …")
        )
    try:
        return settings.load(folder)
    except SettingsError as error:
        if error.code != "SET-003" or not holds_definitions(folder):
            raise
    name = folder.resolve().name
    return Project(folder.resolve(), Settings(data=str(Path.cwd() / ".headwater"), workspaces={name: _default()}))


def _default() -> WorkspaceSettings:
    return WorkspaceSettings(folder=".")


def workspaces_at(project: Project, folder: Path) -> tuple[str, ...]:
    """Return the names of the workspaces that a folder means: the one it lies in, or all of its project."""
    here = folder.resolve()
    inside = tuple(
        name
        for name, workspace in project.settings.workspaces.items()
        if here.is_relative_to((project.root / workspace.folder).resolve())
    )
    return inside or tuple(project.settings.workspaces)
