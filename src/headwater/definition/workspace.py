"""A workspace: every definition of one Synapse workspace or data factory, by name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from headwater.definition.data_flow import DataFlow
from headwater.definition.dataset import Dataset
from headwater.definition.linked_service import LinkedService
from headwater.definition.pipeline import Pipeline
from headwater.errors import DefinitionError, Fault, Place
from headwater.language.expression.ast import Json

Kind = Literal["synapse", "factory"]
Definition = TypeVar("Definition")


@dataclass(frozen=True, slots=True)
class Workspace:
    """Names are case-insensitive in Synapse; the mappings are keyed by the name as written, `find_*` ignores case."""

    name: str
    kind: Kind = "synapse"
    pipelines: Mapping[str, Pipeline] = field(default_factory=dict)
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    linked_services: Mapping[str, LinkedService] = field(default_factory=dict)
    data_flows: Mapping[str, DataFlow] = field(default_factory=dict)
    other: Mapping[str, Mapping[str, Mapping[str, Json]]] = field(default_factory=dict)
    """Folder (`trigger`, `integrationRuntime`, `notebook`, …) → name → JSON as read."""
    global_parameters: Mapping[str, Json] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def find_pipeline(self, name: str) -> Pipeline:
        """Return the pipeline of this name, ignoring case. Raises DefinitionError with the nearest name."""
        return _find(self.pipelines, "pipeline", name)

    def find_dataset(self, name: str) -> Dataset:
        """Return the dataset of this name, ignoring case. Raises DefinitionError with the nearest name."""
        return _find(self.datasets, "dataset", name)

    def find_linked_service(self, name: str) -> LinkedService:
        """Return the linked service of this name, ignoring case. Raises DefinitionError with the nearest name."""
        return _find(self.linked_services, "linked service", name)

    def find_data_flow(self, name: str) -> DataFlow:
        """Return the data flow of this name, ignoring case. Raises DefinitionError with the nearest name."""
        return _find(self.data_flows, "data flow", name)


def key_of(names: Mapping[str, object], name: str) -> str | None:
    """Return the key that `name` means: exactly, or else ignoring case. None if there is none."""
    if name in names:
        return name
    lowered = name.lower()
    return next((key for key in names if key.lower() == lowered), None)


def suggest(names: Mapping[str, object], name: str) -> str:
    """Return the cure for a name that is not among `names`: the nearest ones, or all there are."""
    by_lower = {key.lower(): key for key in names}
    near = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(repr(by_lower[key]) for key in near)}?"
    listed = sorted(names)
    shown = ", ".join(f"'{key}'" for key in listed[:10]) + (", …" if len(listed) > 10 else "")
    return f"There are: {shown}." if listed else "There is none."


def _find(definitions: Mapping[str, Definition], what: str, name: str) -> Definition:
    key = key_of(definitions, name)
    if key is None:
        message = f"There is no {what} '{name}' in the workspace"
        raise DefinitionError(Fault("DEF-008", message, Place(), suggest(definitions, name)))
    return definitions[key]
