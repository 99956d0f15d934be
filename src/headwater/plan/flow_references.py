"""What a data flow's script refers to in its workspace: UDF libraries and flowlets."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definition.data_flow import DataFlow
from headwater.definition.workspace import Workspace
from headwater.errors import LanguageError
from headwater.language.dataflow.library import parse_library
from headwater.language.dataflow.scope import UserFunction
from headwater.plan.lookup import find
from headwater.transformations.known import Flowlet, Known


def known_of(workspace: Workspace, flow: DataFlow) -> Known:
    """Return the functions of the libraries that a flow or its flowlets name, and the flowlets of the workspace.

    Raises LanguageError for a library that does not parse.
    """
    flowlets = {
        other.name: Flowlet(other.script, other.source)
        for other in workspace.data_flows.values()
        if other.kind == "Flowlet" and other.script is not None
    }
    called = {node.flowlet.name for node in flow.transformations if node.flowlet is not None}
    named = [flow, *(other for name in called if (other := find(workspace.data_flows, name)) is not None)]
    functions = {function.name: function for one in named for function in _functions(workspace, one)}
    return Known(functions, flowlets)


def _functions(workspace: Workspace, flow: DataFlow) -> Iterator[UserFunction]:
    for reference in flow.references:
        library = find(workspace.data_flows, reference.name)
        if library is None or library.kind != "UDFLibrary":
            continue
        functions, faults = parse_library(library.source)
        if faults:
            raise LanguageError(*faults)
        yield from functions
