"""How a fact becomes Atlas entities: the shapes of docs/decisions/0001, pure, as bodies of `POST entity/bulk`.

Negative guids tie the entities of one body together; the account finds out by qualified name which of them exist.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import msgspec

from headwater.data.locations import FileLocation
from headwater.data.names import AssetId
from headwater.lineage.facts import Asset, LineageFact, Operation, Parent
from headwater.lineage.naming.workspace import activity_id, operation_id, pipeline_id, workspace_id

Json = dict[str, object]

OPERATIONS_IN_A_BODY = 200

_TABLE_FAMILIES = (
    "azure_mysql",
    "azure_postgresql",
    "azure_sql",
    "azure_sql_dw",
    "azure_sql_mi",
    "azure_synapse_dedicated_sql",
    "azure_synapse_serverless_sql",
    "mssql",
    "postgresql",
)

# Type of a table or view → type of its columns, and the column's relationship to it.
COLUMNS: dict[str, tuple[str, str]] = {
    f"{family}_{kind}": (f"{family}_column", kind) for family in _TABLE_FAMILIES for kind in ("table", "view")
}

# Type of a thing → its relationship to what holds it.
HOLDERS: dict[str, str] = {
    "aws_s3_v2_directory": "bucket",
    "aws_s3_v2_object": "bucket",
    "azure_blob_container": "service",
    "azure_blob_path": "container",
    "azure_blob_service": "storageAccount",
    "azure_datalake_gen2_filesystem": "service",
    "azure_datalake_gen2_path": "filesystem",
    "azure_datalake_gen2_service": "storageAccount",
    "azure_file": "share",
    "azure_file_directory": "share",
    "azure_file_service": "storageAccount",
    "azure_file_share": "service",
    "azure_sql_dw": "server",
    **{f"{family}_db": "server" for family in _TABLE_FAMILIES},
    **{f"{family}_schema": "db" for family in _TABLE_FAMILIES},
    **{f"{family}_{kind}": "dbSchema" for family in _TABLE_FAMILIES for kind in ("table", "view")},
    "azure_mysql_table": "db",
    "azure_mysql_view": "db",
}


class ExpectedOperation(msgspec.Struct, frozen=True):
    """What the account must show of an operation once it has it; guids are those of the request."""

    guid: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    column_mapping: str
    column_lineage: str


class Body(msgspec.Struct, frozen=True):
    """One request and what must be found afterwards. A body without operations must show the activity."""

    entities: tuple[Json, ...]
    operations: tuple[ExpectedOperation, ...]
    activity: str

    def encode(self) -> bytes:
        """Return the JSON of the request."""
        return msgspec.json.encode({"entities": self.entities})


def bodies(fact: LineageFact) -> Iterator[Body]:
    """Yield the requests of a fact: one, unless it has a great many operations."""
    operations = fact.operations
    for start in range(0, max(1, len(operations)), OPERATIONS_IN_A_BODY):
        yield _Writer(fact).body(operations[start : start + OPERATIONS_IN_A_BODY])


class _Writer:
    """Writes one body; every entity once, holders before what they hold."""

    def __init__(self, fact: LineageFact) -> None:
        self._fact = fact
        self._guids: dict[AssetId, str] = {}
        self._entities: list[Json] = []

    def body(self, operations: Sequence[Operation]) -> Body:
        activity = self._processes()
        chunk = msgspec.structs.replace(self._fact, operations=tuple(operations))
        for asset in chunk.assets():
            self._asset(asset)
        expected = tuple(self._operation(operation, activity) for operation in operations)
        return Body(tuple(self._entities), expected, activity["guid"])

    def _add(self, id: AssetId, attributes: Json, relations: Json | None = None, custom: Json | None = None) -> str:
        if id in self._guids:
            return self._guids[id]
        guid = f"-{len(self._entities) + 1}"
        self._guids[id] = guid
        entity: Json = {
            "typeName": id.type_name,
            "guid": guid,
            "attributes": {"qualifiedName": str(id.qualified_name), **attributes},
        }
        if relations:
            entity["relationshipAttributes"] = relations
        if custom:
            entity["customAttributes"] = custom
        self._entities.append(entity)
        return guid

    def _reference(self, id: AssetId) -> dict[str, str]:
        return {"guid": self._guids[id], "typeName": id.type_name}

    def _processes(self) -> dict[str, str]:
        fact, identity = self._fact, self._fact.identity
        place = {"subscriptionId": identity.subscription_id, "resourceGroupName": identity.resource_group}
        workspace, pipeline, activity = workspace_id(identity), pipeline_id(fact), activity_id(fact)
        self._add(workspace, {"name": identity.name, **place})
        run: Json = {"lastRunTime": _milliseconds(fact), "runId": fact.key.pipeline_run_id}
        self._add(pipeline, {"name": fact.pipeline, **run}, {"workspace": self._reference(workspace)})
        numbers: Json = {
            "rowCount": _total(operation.rows for operation in fact.operations),
            "dataSize": _total(operation.bytes for operation in fact.operations),
        }
        outcome: Json = {"status": _status(fact), "errorMessage": fact.error or ""}
        self._add(
            activity,
            {"name": fact.activity, **outcome, **run, **numbers},
            {"pipeline": self._reference(pipeline)},
        )
        return self._reference(activity)

    def _holder(self, parents: Sequence[Parent]) -> AssetId | None:
        """Write what holds an asset, outermost first, and return the innermost."""
        above: AssetId | None = None
        for parent in parents:
            self._add(parent.id, {"name": parent.name}, self._held(parent.id, above))
            above = parent.id
        return above

    def _held(self, id: AssetId, above: AssetId | None) -> Json:
        relation = HOLDERS.get(id.type_name)
        return {} if above is None or relation is None else {relation: self._reference(above)}

    def _asset(self, asset: Asset) -> None:
        relations = self._held(asset.id, self._holder(asset.parents))
        attributes: Json = {"name": asset.name}
        if isinstance(asset.location, FileLocation) and asset.id.type_name != "DataSet":
            sections = (asset.location.container, asset.location.path)
            attributes["path"] = "/" + "/".join(section for section in sections if section)
            attributes["isFile"] = asset.location.file is not None
        if asset.columns and asset.id.type_name not in COLUMNS:
            relations["tabular_schema"] = self._tabular_schema(asset)
        custom: Json = {}
        if asset.unsupported:
            custom = {"unsupportedReason": asset.unsupported, "storeType": asset.store.kind}
        self._add(asset.id, attributes, relations, custom)
        if asset.id.type_name in COLUMNS:
            self._table_columns(asset)

    def _table_columns(self, asset: Asset) -> None:
        type_name, relation = COLUMNS[asset.id.type_name]
        for ordinal, column in enumerate(asset.columns, start=1):
            self._add(
                AssetId(type_name, asset.qualified_name.part(column.name)),
                {"name": column.name, "data_type": column.type, "ordinal": ordinal},
                {relation: self._reference(asset.id)},
            )

    def _tabular_schema(self, asset: Asset) -> dict[str, str]:
        schema = AssetId("tabular_schema", asset.qualified_name.part("__tabular_schema"))
        self._add(schema, {"name": "__tabular_schema"})
        for ordinal, column in enumerate(asset.columns, start=1):
            self._add(
                AssetId("column", asset.qualified_name.part(f"__tabular_schema//{column.name}")),
                {"name": column.name, "type": column.type, "ordinal": ordinal},
                {"composeSchema": self._reference(schema)},
            )
        return self._reference(schema)

    def _operation(self, operation: Operation, activity: dict[str, str]) -> ExpectedOperation:
        fact = self._fact
        inputs = [self._reference(asset.id) for asset in operation.inputs]
        outputs = [self._reference(operation.sink.id)]
        mapping, lineage = _column_mapping(operation), _column_lineage(operation)
        guid = self._add(
            operation_id(fact, operation),
            {
                "name": fact.activity,
                "inputs": inputs,
                "outputs": outputs,
                "columnMapping": mapping,
                "columnLineage": lineage,
                "steps": _dumps(msgspec.to_builtins(operation.steps)),
                "runId": fact.key.pipeline_run_id,
                "activityRunId": fact.key.activity_run_id,
                "lastRunTime": _milliseconds(fact),
                "rowCount": operation.rows,
                "dataSize": operation.bytes,
                "status": _status(fact),
                "errorMessage": fact.error or "",
                "evidence": _evidence(fact, operation),
            },
            {"parent": activity},
        )
        return ExpectedOperation(
            guid,
            tuple(reference["guid"] for reference in inputs),
            tuple(reference["guid"] for reference in outputs),
            mapping,
            lineage,
        )


def _column_mapping(operation: Operation) -> str:
    """Return Purview's form: per input the DIRECT pairs of columns, each once."""
    direct = [edge for edge in operation.edges if edge.kind == "DIRECT"]
    by_source = {str(asset.qualified_name): dict[tuple[str, str], None]() for asset in operation.inputs}
    for edge in direct:
        by_source[str(edge.source)][edge.source_column, edge.sink_column] = None
    return _dumps(
        [
            {
                "DatasetMapping": {"Source": source, "Sink": str(operation.sink.qualified_name)},
                "ColumnMapping": [{"Source": one, "Sink": other} for one, other in pairs],
            }
            for source, pairs in by_source.items()
            if pairs
        ]
    )


def _column_lineage(operation: Operation) -> str:
    return _dumps(
        [
            {
                "source": str(edge.source),
                "sourceColumn": edge.source_column,
                "sinkColumn": edge.sink_column,
                "type": edge.kind,
                "subtype": edge.subtype,
                "expression": edge.expression,
                "steps": msgspec.to_builtins(edge.steps),
            }
            for edge in operation.edges
        ]
    )


def _evidence(fact: LineageFact, operation: Operation) -> str:
    evidence: Json = {
        "iteration": fact.key.iteration,
        "attempt": fact.key.attempt,
        "written": operation.written,
        "bindings": dict(operation.bindings),
    }
    if operation.features:
        evidence["features"] = list(operation.features)
    if operation.notes:
        evidence["notes"] = list(operation.notes)
    return _dumps(evidence)


def _status(fact: LineageFact) -> str:
    return "Completed" if fact.status == "Succeeded" else "Failed"


def _milliseconds(fact: LineageFact) -> int:
    return round(fact.ended_at.timestamp() * 1000)


def _total(numbers: Iterator[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
