"""How a fact becomes OpenLineage run events: one job and run an operation, so that no edge is drawn that was not there.

Datasets have OpenLineage's own names, which other producers use, not the catalog's.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator

from headwater.data.locations import FileLocation, TableLocation
from headwater.data.names import QualifiedName
from headwater.lineage.facts import Asset, AssetEdge, LineageFact, Operation
from headwater.lineage.naming import normalize
from headwater.lineage.naming.registry import naming_of
from headwater.lineage.naming.workspace import operation_id

Json = dict[str, object]

PRODUCER = "urn:headwater:lineage"
_SPEC = "https://openlineage.io/spec"
_EVENT = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
_RUNS = uuid.UUID("8f4a7f0e-6a0b-5c1e-9b39-2f6c6c1d7e55")


def events(fact: LineageFact) -> Iterator[Json]:
    """Yield START and then COMPLETE or FAIL of each operation; the same fact always gives the same events."""
    for operation in fact.operations:
        yield _event(fact, operation, "START", fact.started_at)
        yield _event(fact, operation, "COMPLETE" if fact.status == "Succeeded" else "FAIL", fact.ended_at)


def _event(fact: LineageFact, operation: Operation, kind: str, moment: datetime.datetime) -> Json:
    return {
        "eventType": kind,
        "eventTime": moment.isoformat(),
        "producer": PRODUCER,
        "schemaURL": _EVENT,
        "run": {"runId": _run_id(fact, operation), "facets": _run_facets(fact, kind)},
        "job": {"namespace": fact.identity.name, "name": f"{fact.pipeline}.{fact.activity}#{operation.sink.name}"},
        "inputs": [_dataset(asset, {}) for asset in operation.inputs],
        "outputs": [_dataset(operation.sink, _column_lineage(operation))],
    }


def _run_id(fact: LineageFact, operation: Operation) -> str:
    key = fact.key
    name = operation_id(fact, operation).qualified_name
    return str(uuid.uuid5(_RUNS, f"{name} {key.activity_run_id} {key.iteration} {key.attempt}"))


def _run_facets(fact: LineageFact, kind: str) -> Json:
    parent = {
        **_facet("facets/1-1-0/ParentRunFacet.json#/$defs/ParentRunFacet"),
        "run": {"runId": _uuid(fact.key.pipeline_run_id)},
        "job": {"namespace": fact.identity.name, "name": fact.pipeline},
    }
    if kind != "FAIL":
        return {"parent": parent}
    failure = _facet("facets/1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet")
    message = {"message": fact.error or fact.status, "programmingLanguage": "Data Factory"}
    return {"parent": parent, "errorMessage": {**failure, **message}}


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid5(_RUNS, text))


def _facet(path: str) -> Json:
    return {"_producer": PRODUCER, "_schemaURL": f"{_SPEC}/{path}"}


def _dataset(asset: Asset, facets: Json) -> Json:
    namespace, name = dataset_name(asset)
    schema = _facet("facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet")
    fields = [{"name": column.name, "type": column.type} for column in asset.columns]
    known: Json = {"schema": {**schema, "fields": fields}} if fields else {}
    if asset.id.type_name.endswith("_view"):
        kind = _facet("facets/1-0-1/DatasetTypeDatasetFacet.json#/$defs/DatasetTypeDatasetFacet")
        known["datasetType"] = {**kind, "datasetType": "VIEW"}
    return {"namespace": namespace, "name": name, "facets": {**facets, **known}}


def _column_lineage(operation: Operation) -> Json:
    if not operation.edges:
        return {}
    assets = {asset.qualified_name: asset for asset in operation.inputs}
    fields: dict[str, dict[tuple[QualifiedName, str], list[Json]]] = {}
    for edge in operation.edges:
        by_input = fields.setdefault(edge.sink_column, {})
        by_input.setdefault((edge.source, edge.source_column), []).append(_transformation(edge))
    listed = {
        sink_column: [
            {**_named(assets, source), "field": column, "transformations": transformations}
            for (source, column), transformations in by_input.items()
        ]
        for sink_column, by_input in fields.items()
    }
    whole = listed.pop("*", [])
    facet = _facet("facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet")
    columns = {name: {"inputFields": inputs} for name, inputs in listed.items()}
    return {"columnLineage": {**facet, "fields": columns, **({"dataset": whole} if whole else {})}}


def _named(assets: dict[QualifiedName, Asset], source: QualifiedName) -> Json:
    namespace, name = dataset_name(assets[source])
    return {"namespace": namespace, "name": name}


def _transformation(edge: AssetEdge) -> Json:
    return {"type": edge.kind, "subtype": edge.subtype, "description": edge.expression, "masking": False}


def dataset_name(asset: Asset) -> tuple[str, str]:
    """Return OpenLineage's namespace and name of an asset."""
    host = normalize.host(asset.store.endpoint or asset.store.linked_service)
    if isinstance(asset.location, FileLocation):
        container, known = asset.location.container, FILE_NAMESPACES.get(asset.store.kind)
        namespace = known(host, container) if known else f"{asset.store.kind.lower()}://{host}/{container}"
        return namespace, asset.location.path or "/"
    prefix, port = TABLE_NAMESPACES.get(asset.store.kind, (asset.store.kind.lower(), None))
    namespace = f"{prefix}://{host}" if port is None or ":" in host else f"{prefix}://{host}:{port}"
    if not isinstance(asset.location, TableLocation):
        return namespace, asset.store.database or "/"
    schema = asset.location.schema or naming_of(asset.store.kind).default_schema
    parts = (asset.location.store.database, schema, asset.location.table)
    return namespace, ".".join(part for part in parts if part)


# Store kind → namespace of a container's files; name is the path in the container.
FILE_NAMESPACES: dict[str, Callable[[str, str], str]] = {
    "AmazonS3": lambda _, container: f"s3://{container}",
    "AzureBlobFS": lambda host, container: f"abfss://{container}@{host}",
    "AzureBlobStorage": lambda host, container: f"wasbs://{container}@{host}",
    "AzureStorage": lambda host, container: f"wasbs://{container}@{host}",
}

# Store kind → scheme and usual port; name is database, schema and table.
TABLE_NAMESPACES: dict[str, tuple[str, int | None]] = {
    "AzureMySql": ("mysql", 3306),
    "AzurePostgreSql": ("postgres", 5432),
    "AzureSqlDW": ("sqlserver", 1433),
    "AzureSqlDatabase": ("sqlserver", 1433),
    "AzureSqlMI": ("sqlserver", 1433),
    "PostgreSql": ("postgres", 5432),
    "PostgreSqlV2": ("postgres", 5432),
    "SqlServer": ("sqlserver", 1433),
}
