"""The sources and sinks of a data flow's JSON and of its script must be the same."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definition.data_flow import DataFlow, FlowNode
from headwater.definition.workspace import Workspace, suggest
from headwater.errors import Fault
from headwater.language.dataflow.ast import Script, Statement


def check_data_flows(workspace: Workspace) -> Iterator[Fault]:
    """Yield a fault for each stream that only the JSON or only the script knows."""
    for flow in workspace.data_flows.values():
        if flow.script is not None:
            yield from _compare(flow, flow.script, flow.sources, "source")
            yield from _compare(flow, flow.script, flow.sinks, "sink")


def _compare(flow: DataFlow, script: Script, nodes: tuple[FlowNode, ...], verb: str) -> Iterator[Fault]:
    statements: dict[str, Statement] = {s.name: s for s in script.statements if s.verb == verb}
    for node in nodes:
        if node.name not in statements:
            message = f"The {verb} '{node.name}' of data flow '{flow.name}' is not in its script"
            yield Fault("DEF-016", message, node.place, suggest(statements, node.name))
    named = {node.name for node in nodes}
    for name, statement in statements.items():
        if name not in named:
            message = f"The script has a {verb} '{name}', which the JSON of data flow '{flow.name}' does not list"
            cure = f"Add it to '{verb}s', with its dataset."
            yield flow.source.fault("DEF-016", message, statement.span, cure)
