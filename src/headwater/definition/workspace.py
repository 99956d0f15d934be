"""A workspace: every definition of one Synapse workspace or data factory, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from headwater.definition.data_flow import DataFlow
from headwater.definition.dataset import Dataset
from headwater.definition.linked_service import LinkedService
from headwater.definition.pipeline import Pipeline
from headwater.errors import Fault
from headwater.language.expression.ast import Json

Kind = Literal["synapse", "factory"]


@dataclass(frozen=True, slots=True)
class Workspace:
    """Names are case-insensitive in Synapse; the mappings are keyed by the name as written, `find_*` ignores case."""

    name: str
    kind: Kind = "synapse"
    pipelines: Mapping[str, Pipeline] = field(default_factory=dict)
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    linked_services: Mapping[str, LinkedService] = field(default_factory=dict)
    data_flows: Mapping[str, DataFlow] = field(default_factory=dict)
    other: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """Folder (`trigger`, `integrationRuntime`, `notebook`, …) → name → JSON as read."""
    global_parameters: Mapping[str, Json] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
