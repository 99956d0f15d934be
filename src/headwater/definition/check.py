"""All that is wrong with a workspace: the faults of its files, and those that only show across definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from headwater.definition.checks.activities import check_activities
from headwater.definition.checks.arguments import check_arguments
from headwater.definition.checks.data_flows import check_data_flows
from headwater.definition.checks.names import check_names
from headwater.definition.checks.pipelines import check_pipelines
from headwater.definition.checks.references import check_references
from headwater.definition.workspace import Workspace
from headwater.errors import Fault

Rule: TypeAlias = Callable[[Workspace], Iterator[Fault]]

RULES: tuple[Rule, ...] = (
    check_activities,
    check_arguments,
    check_data_flows,
    check_names,
    check_pipelines,
    check_references,
)


def check(workspace: Workspace) -> tuple[Fault, ...]:
    """Return every fault, in the order of files and of places in them; nothing for a sound workspace."""
    found = (*workspace.faults, *(fault for rule in RULES for fault in rule(workspace)))
    return tuple(sorted(dict.fromkeys(found), key=lambda fault: (fault.place.file or "", fault.place.line or 0)))
