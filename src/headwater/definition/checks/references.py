"""Whatever is referred to by name must be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from headwater.definition.read.references import find_references
from headwater.definition.reference import Reference
from headwater.definition.workspace import Workspace, key_of, suggest
from headwater.errors import Fault, Place


def check_references(workspace: Workspace) -> Iterator[Fault]:
    """Yield a fault for each reference to a definition that does not exist. Pools and the like are not in Git."""
    targets: dict[str, tuple[str, str, Mapping[str, object]]] = {
        "DataFlowReference": ("data flow", "dataflow", workspace.data_flows),
        "DatasetReference": ("dataset", "dataset", workspace.datasets),
        "LinkedServiceReference": ("linked service", "linkedService", workspace.linked_services),
        "PipelineReference": ("pipeline", "pipeline", workspace.pipelines),
    }
    for reference in _references(workspace):
        what, folder, names = targets.get(reference.type, ("", "", {}))
        if what and key_of(names, reference.name) is None:
            message = f"There is no {what} '{reference.name}'"
            cure = f"{suggest(names, reference.name)} Correct the name, or add {folder}/{reference.name}.json."
            yield Fault("DEF-008", message, reference.place, cure)


def _references(workspace: Workspace) -> Iterator[Reference]:
    for definitions in (workspace.pipelines, workspace.datasets, workspace.data_flows, workspace.linked_services):
        for definition in definitions.values():
            yield from definition.references
    for name, trigger in workspace.other.get("trigger", {}).items():
        yield from find_references(dict(trigger), Place(f"trigger/{name}.json", "$"))
