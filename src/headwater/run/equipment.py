"""What every part of a running pipeline works with, handed in once when the runner is composed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from headwater.connectors.protocol import AnyStore
from headwater.definition.workspace import Workspace
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.registry import AnyRunner
from headwater.run.clock import Clock
from headwater.run.journal import RunJournal
from headwater.settings import EngineSettings

Connect: TypeAlias = Callable[[ResolvedDataset], AnyStore]


@dataclass(frozen=True, slots=True)
class Equipment:
    workspaces: Mapping[str, Workspace]
    connect: Connect
    engine: EngineSettings
    scratch: Path
    clock: Clock
    journal: RunJournal
    activities: Mapping[str, AnyRunner]
