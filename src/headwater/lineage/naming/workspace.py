"""Names of what runs: workspace, pipeline, activity, operation."""

from __future__ import annotations

import msgspec

from headwater.data.names import AssetId, QualifiedName
from headwater.lineage.facts import LineageFact, Operation, WorkspaceIdentity


class ProcessTypes(msgspec.Struct, frozen=True):
    """Atlas types of one kind of workspace; activities and operations by activity type."""

    provider: str
    workspace: str
    pipeline: str
    activities: dict[str, str]
    operations: dict[str, str]


PROCESS_TYPES: dict[str, ProcessTypes] = {
    "factory": ProcessTypes(
        provider="Microsoft.DataFactory/factories",
        workspace="azure_data_factory",
        pipeline="adf_pipeline",
        activities={"Copy": "adf_copy_activity", "ExecuteDataFlow": "adf_dataflow_activity"},
        operations={"Copy": "adf_copy_operation", "ExecuteDataFlow": "adf_dataflow_operation"},
    ),
    "synapse": ProcessTypes(
        provider="Microsoft.Synapse/workspaces",
        workspace="azure_synapse_workspace",
        pipeline="azure_synapse_pipeline",
        activities={"Copy": "azure_synapse_copy_activity", "ExecuteDataFlow": "azure_synapse_dataflow_activity"},
        operations={"Copy": "azure_synapse_operation", "ExecuteDataFlow": "azure_synapse_operation"},
    ),
}


def workspace_id(identity: WorkspaceIdentity) -> AssetId:
    """Name a workspace or data factory."""
    types = PROCESS_TYPES[identity.kind]
    name = (
        f"/subscriptions/{identity.subscription_id}/resourceGroups/{identity.resource_group}"
        f"/providers/{types.provider}/{identity.name}"
    )
    return AssetId(types.workspace, QualifiedName(name))


def pipeline_id(fact: LineageFact) -> AssetId:
    """Name the pipeline of a fact."""
    name = workspace_id(fact.identity).qualified_name.child("pipelines", fact.pipeline)
    return AssetId(PROCESS_TYPES[fact.identity.kind].pipeline, name)


def activity_id(fact: LineageFact) -> AssetId:
    """Name the activity of a fact."""
    name = pipeline_id(fact).qualified_name.child("activities", fact.activity)
    return AssetId(PROCESS_TYPES[fact.identity.kind].activities[fact.activity_type], name)


def operation_id(fact: LineageFact, operation: Operation) -> AssetId:
    """Name one operation of a fact: its sink, the sink's type and the digest of its inputs."""
    sink = operation.sink.id
    name = activity_id(fact).qualified_name.part(str(sink.qualified_name), sink.type_name, operation.digest)
    return AssetId(PROCESS_TYPES[fact.identity.kind].operations[fact.activity_type], name)
