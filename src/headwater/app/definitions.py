"""The definitions of a project: loaded once, checked, planned. Cheap to import: nothing here opens a store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from headwater.app import checking
from headwater.app.locate import project_at, workspaces_at
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, Place, SettingsError
from headwater.language.expression.ast import Json
from headwater.plan.build import build_plan
from headwater.plan.explain import explain
from headwater.plan.explanation import Explanation
from headwater.settings import Project


class Definitions:
    """The workspaces of a project by name; one that nobody asks for is never read."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._loaded: dict[str, Workspace] = {}

    @classmethod
    def open(cls, folder: Path) -> Definitions:
        """Open the project that a folder belongs to. Raises SettingsError."""
        return cls(project_at(folder))

    def workspace(self, name: str) -> Workspace:
        """Return a workspace, loaded and checked once. Raises DefinitionError with all its faults."""
        if name not in self._loaded:
            self._loaded[name] = checking.sound(self.project, name)
        return self._loaded[name]

    def workspace_at(self, folder: Path, pipeline: str) -> str:
        """Return the workspace that a folder means; where it means several, the one that has the pipeline."""
        names = workspaces_at(self.project, folder)
        if len(names) == 1:
            return names[0]
        having = [n for n in names if pipeline.lower() in (p.lower() for p in self.workspace(n).pipelines)]
        if len(having) == 1:
            return having[0]
        cure = "Give the workspace's folder: headwater run FOLDER --pipeline NAME"
        which = f"several workspaces have it: {', '.join(having)}" if having else f"none of {', '.join(names)} has it"
        raise SettingsError(Fault("SET-005", f"Pipeline '{pipeline}': {which}", Place(), cure))

    def explain(self, workspace: str, pipeline: str, parameters: Mapping[str, Json]) -> Explanation:
        """Return what a pipeline would do. Raises PlanError, DefinitionError."""
        return explain(build_plan(self.workspace(workspace), pipeline, parameters))
