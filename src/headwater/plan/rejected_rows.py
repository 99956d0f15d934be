"""Where the rows go that a sink of a data flow sets apart: files in the linked service that the flow names for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from headwater.data.locations import FileLocation
from headwater.data.schema import Schema
from headwater.definition.data_flow import DataFlow
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, HeadwaterError
from headwater.language.expression.context import Context
from headwater.plan.datasets import resolve_linked_service
from headwater.plan.flow_ends import keeps_rejects
from headwater.plan.resolved import ResolvedDataset
from headwater.transformations.graph import Graph
from headwater.transformations.options import SinkOptions


def with_rejects(
    workspace: Workspace,
    flow: DataFlow,
    graph: Graph,
    sinks: Mapping[str, ResolvedDataset],
    context: Context,
    faults: list[Fault],
) -> dict[str, ResolvedDataset]:
    """Return the sinks' datasets, with the store for rejected rows where one is used; add what is wrong to `faults`."""
    found = dict(sinks)
    ends = {end.name: end for end in flow.sinks}
    for node in graph.sinks:
        end = ends.get(node.name)
        reference = end.rejected_data_linked_service if end else None
        if reference is None or not isinstance(node.options, SinkOptions) or not keeps_rejects(node.options):
            continue
        try:
            store, connection = resolve_linked_service(workspace, reference, context)
        except HeadwaterError as error:
            faults.extend(error.faults)
            continue
        location = FileLocation(store, "", "", None)
        rejects = ResolvedDataset(f"{node.name} (rejected)", "DelimitedText", location, None, Schema(), {}, connection)
        found[node.name] = replace(found[node.name], rejects=rejects)
    return found
