"""The plan of a pipeline: its steps in the order they may start, parameters filled in. The run reads the same value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from headwater.definition.pipeline import Activity, Dependency
from headwater.definition.workspace import Workspace
from headwater.language.expression.ast import Json

MASK = "***"
"""What stands in place of a secure parameter wherever a plan is shown."""


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

    def to_json(self) -> dict[str, Json]:
        document: dict[str, Json] = {"name": self.name, "type": self.activity.type}
        if self.dependencies:
            document["dependsOn"] = [
                {"activity": dependency.activity, "conditions": list(dependency.conditions)}
                for dependency in self.dependencies
            ]
        if not self.activity.active:
            document["inactive"] = self.activity.on_inactive_mark_as
        if self.invokes:
            document["invokes"] = self.invokes
        for branch in self.branches:
            document[branch.name] = [step.to_json() for step in branch.steps]
        return document


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

    def shown_parameters(self) -> dict[str, Json]:
        """Return the parameters with secure ones masked."""
        return {name: MASK if name in self.secure else value for name, value in self.parameters.items()}

    def to_json(self) -> dict[str, Json]:
        """Return the plan as the object that `headwater plan --json` prints."""
        document: dict[str, Json] = {
            "workspace": self.workspace.name,
            "pipeline": self.pipeline,
            "parameters": self.shown_parameters(),
            "steps": [step.to_json() for step in self.steps],
        }
        if self.invoked:
            document["invoked"] = {name: [step.to_json() for step in steps] for name, steps in self.invoked.items()}
        return document

    def __str__(self) -> str:
        lines = [f"pipeline {self.pipeline} in workspace {self.workspace.name}"]
        lines += [f"  parameter {name} = {json_text(value)}" for name, value in self.shown_parameters().items()]
        for step in self.steps:
            lines += _lines(step, "  ")
        for name, steps in self.invoked.items():
            lines.append(f"invoked pipeline {name}")
            for step in steps:
                lines += _lines(step, "  ")
        return "\n".join(lines)


def _lines(step: Step, indent: str) -> Iterator[str]:
    yield indent + headline(step)
    for branch in step.branches:
        if not branch.steps:
            continue
        yield f"{indent}  {branch.name}:"
        for nested in branch.steps:
            yield from _lines(nested, indent + "    ")


def json_text(value: Json) -> str:
    """Return a value as JSON in one line."""
    return msgspec.json.encode(value).decode()


def headline(step: Step) -> str:
    """Return one line about a step: type, name, what it waits for, whether it is inactive."""
    parts = [f"{step.activity.type} {step.name}"]
    if step.invokes:
        parts.append(f"runs {step.invokes}")
    if step.dependencies:
        after = ", ".join(f"{d.activity} {' or '.join(d.conditions)}" for d in step.dependencies)
        parts.append(f"after {after}")
    if not step.activity.active:
        parts.append(f"inactive, marked {step.activity.on_inactive_mark_as}")
    return "; ".join(parts)
