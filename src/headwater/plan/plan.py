"""The plan of a pipeline: its steps in the order they may start, parameters filled in. Printable; run reads the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from headwater.definition.pipeline import Activity, Dependency
from headwater.definition.workspace import Workspace
from headwater.language.expression.ast import Json

MASK = "***"


@dataclass(frozen=True, slots=True)
class Branch:
    """Nested steps: `activities` of a loop, `ifTrue` and `ifFalse` of a condition."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One activity. `invokes` is the pipeline that an ExecutePipeline runs, by its name in the workspace."""

    activity: Activity
    branches: tuple[Branch, ...] = ()
    invokes: str | None = None

    @property
    def name(self) -> str:
        return self.activity.name

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        return self.activity.depends_on

    def branch(self, name: str) -> tuple[Step, ...]:
        """Return the steps of a branch; none if the activity has no such branch."""
        return next((branch.steps for branch in self.branches if branch.name == name), ())

    def walk(self) -> Iterator[Step]:
        """Yield this step and all nested ones, outer first."""
        yield self
        for branch in self.branches:
            for step in branch.steps:
                yield from step.walk()


@dataclass(frozen=True, slots=True)
class Plan:
    """A pipeline with checked parameters. Steps stand after all steps that they depend on."""

    workspace: Workspace = field(repr=False)
    pipeline: str
    parameters: Mapping[str, Json]
    """Every parameter has a value: given, or the default. `str` masks those in `secure`."""
    steps: tuple[Step, ...]
    secure: frozenset[str] = frozenset()
    invoked: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    """Steps of the pipelines that are run by ExecutePipeline, however deep."""

    def walk(self) -> Iterator[Step]:
        """Yield every step of this pipeline, outer before nested."""
        for step in self.steps:
            yield from step.walk()
