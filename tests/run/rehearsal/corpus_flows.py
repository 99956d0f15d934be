"""Rehearses the data flows of a repository of the corpus; by itself, so that processes can be handed it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from headwater.definition.load import load_files
from headwater.definition.template import load_template
from headwater.definition.workspace import Workspace
from headwater.errors import HeadwaterError
from headwater.run.rehearsal.outcome import FlowRehearsal
from headwater.run.rehearsal.perform import Terms, rehearse_flow
from headwater.settings import EngineSettings

ROWS = 20


def workspaces(repository: Path) -> Iterator[Workspace]:
    """Yield the folder of a repository, once more for each other version of a flow (`x~2.json`), and its templates."""
    files = {
        f"{file.parent.name}/{file.name}": file.read_bytes()
        for file in sorted(repository.glob("*/*.json"))
        if file.parent.name != "arm"
    }
    first = {name: data for name, data in files.items() if "~" not in name}
    yield load_files(first, repository.name)
    for name in (name for name in files if "~" in name and name.startswith("dataflow/")):
        others = {other: data for other, data in first.items() if other != f"{name.partition('~')[0]}.json"}
        yield load_files({**others, name: files[name]}, repository.name)
    for file in sorted(repository.glob("arm/*.json")):
        try:
            yield load_template(file)
        except HeadwaterError:
            continue  # not every template holds definitions


def rehearsed(repository: Path) -> list[tuple[str, FlowRehearsal]]:
    """Return each script of a repository with what it came to."""
    found: dict[str, FlowRehearsal] = {}
    for workspace in workspaces(repository):
        for flow in workspace.data_flows.values():
            if flow.kind == "MappingDataFlow" and flow.source.text not in found:
                with TemporaryDirectory() as folder:
                    terms = Terms(Path(folder), rows=ROWS, engine=EngineSettings(threads=1))
                    found[flow.source.text] = rehearse_flow(workspace, flow, terms)
    return list(found.items())


def size(repository: Path) -> int:
    return sum(
        file.stat().st_size for file in repository.rglob("*.json") if "arm" in file.parts or "dataflow" in file.parts
    )
