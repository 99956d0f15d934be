"""Datasets with their parameters and those of their linked services filled in.

The chain is: arguments of the reference (evaluated where the reference stands) → the dataset's `@dataset()` →
arguments of its linked service → the linked service's `@linkedService()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from headwater.connectors.formats.registry import format_from_dataset
from headwater.data.locations import FileLocation, Location, QueryLocation, Store, TableLocation
from headwater.definition.dataset import Dataset
from headwater.definition.linked_service import LinkedService
from headwater.definition.reference import Parameter, Reference
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, PlanError, raise_if_any
from headwater.language.expression.ast import Json, Value
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.legacy_datasets import in_todays_words
from headwater.plan.lookup import cure_for_name, find
from headwater.plan.native_types import schema_from_dataset
from headwater.plan.resolved import ResolvedDataset
from headwater.plan.stores import store_from_linked_service


@dataclass(frozen=True, slots=True)
class TableNames:
    """Which properties of a table dataset name the table, and the dialect of a name in one string."""

    dialect: str
    schema: str = "schema"
    table: str = "table"
    whole: str = "tableName"


# Location type → the property that names the container; None where the store itself is the container.
CONTAINERS: Mapping[str, str | None] = {
    "AmazonS3CompatibleLocation": "bucketName",
    "AmazonS3Location": "bucketName",
    "AzureBlobFSLocation": "fileSystem",
    "AzureBlobStorageLocation": "container",
    "AzureDataLakeStoreLocation": None,
    "AzureFileStorageLocation": None,
    "FileServerLocation": None,
    "FtpServerLocation": None,
    "GoogleCloudStorageLocation": "bucketName",
    "HttpServerLocation": None,
    "SftpLocation": None,
}

TABLES: Mapping[str, TableNames] = {
    "AmazonRdsForOracleTable": TableNames("oracle"),
    "AmazonRdsForSqlServerTable": TableNames("tsql"),
    "AmazonRedshiftTable": TableNames("redshift"),
    "AzureMySqlTable": TableNames("mysql"),
    "AzurePostgreSqlTable": TableNames("postgres"),
    "AzureSqlDWTable": TableNames("tsql"),
    "AzureSqlMITable": TableNames("tsql"),
    "AzureSqlTable": TableNames("tsql"),
    "GoogleBigQueryObject": TableNames("bigquery", schema="dataset"),
    "MariaDBTable": TableNames("mysql"),
    "MySqlTable": TableNames("mysql"),
    "OdbcTable": TableNames(""),
    "OracleTable": TableNames("oracle"),
    "PostgreSqlTable": TableNames("postgres"),
    "PostgreSqlV2Table": TableNames("postgres"),
    "SnowflakeTable": TableNames("snowflake"),
    "SnowflakeV2Table": TableNames("snowflake"),
    "SqlServerTable": TableNames("tsql"),
    "TeradataTable": TableNames("teradata", schema="database"),
}


def resolve_dataset(
    workspace: Workspace, reference: Reference, context: Context, query: str | None = None
) -> ResolvedDataset:
    """Return what a dataset reference comes to in a context: store, location, format, stored schema.

    With `query`, the location is that query in the dataset's store. Raises PlanError with all faults, LanguageError.
    """
    dataset = find(workspace.datasets, reference.name)
    if dataset is None:
        cure = cure_for_name(reference.name, workspace.datasets)
        raise PlanError(Fault("PLN-010", f'There is no dataset "{reference.name}"', reference.place, cure))
    arguments = _arguments(f'dataset "{dataset.name}"', dataset.parameters, reference, context)
    inner = Context(dataset=arguments, clock=context.clock, random=context.random)
    evaluated = _object(evaluate(dataset.type_properties, inner))
    type_, properties = in_todays_words(dataset.name, dataset.type, evaluated)
    store, connection = resolve_linked_service(workspace, dataset.linked_service, inner)
    location = QueryLocation(store, query) if query is not None else _location(dataset, store, properties)
    return ResolvedDataset(
        name=dataset.name,
        type=dataset.type,
        location=location,
        format=format_from_dataset(type_, properties),
        schema=schema_from_dataset(dataset.type, dataset.schema),
        properties=properties,
        connection=connection,
    )


def resolve_linked_service(
    workspace: Workspace, reference: Reference, context: Context
) -> tuple[Store, Mapping[str, Json]]:
    """Return the store that a linked service reference comes to, and the resolved properties, secrets included."""
    service: LinkedService | None = find(workspace.linked_services, reference.name)
    if service is None:
        cure = cure_for_name(reference.name, workspace.linked_services)
        raise PlanError(Fault("PLN-011", f'There is no linked service "{reference.name}"', reference.place, cure))
    arguments = _arguments(f'linked service "{service.name}"', service.parameters, reference, context)
    inner = Context(linked_service=arguments, clock=context.clock, random=context.random)
    connection = _object(evaluate(service.type_properties, inner))
    return store_from_linked_service(service.name, service.type, connection), connection


def _arguments(what: str, parameters: tuple[Parameter, ...], reference: Reference, context: Context) -> dict[str, Json]:
    """Return a value for every parameter. Synapse ignores the case of their names, and arguments that nobody takes."""
    given: dict[str, tuple[str, Value]] = {name.lower(): (name, v) for name, v in reference.parameters.items()}
    values: dict[str, Json] = {}
    faults: list[Fault] = []
    for parameter in parameters:
        if parameter.name.lower() in given:
            values[parameter.name] = evaluate(given[parameter.name.lower()][1], context)
        elif parameter.has_default:
            values[parameter.name] = parameter.default
        else:
            faults.append(
                Fault(
                    "PLN-012",
                    f'Parameter "{parameter.name}" of {what} has no value',
                    reference.place,
                    "Give it one where it is referenced, or a default value where it is declared.",
                )
            )
    raise_if_any(PlanError, faults)
    return values


def _location(dataset: Dataset, store: Store, properties: Mapping[str, Json]) -> Location:
    names = TABLES.get(dataset.type)
    if names is not None:
        return _table(dataset, store, properties, names)
    location = properties.get("location")
    if isinstance(location, dict):
        return _file(dataset, store, location)
    raise PlanError(
        Fault(
            "PLN-013",
            f'Dataset "{dataset.name}" is of type "{dataset.type}", which cannot be read or written',
            dataset.place,
            "Use a file format with a `location`, or one of the table types " + ", ".join(TABLES),
        )
    )


def _table(dataset: Dataset, store: Store, properties: Mapping[str, Json], names: TableNames) -> TableLocation:
    table, schema = _name(properties.get(names.table)), _name(properties.get(names.schema))
    if table:
        return TableLocation(store, schema or None, table)
    whole = _name(properties.get(names.whole))
    if not whole:
        raise PlanError(
            Fault(
                "PLN-014",
                f'Dataset "{dataset.name}" names no table',
                dataset.place,
                f"Set `{names.table}` in its typeProperties, or give the activity a query.",
            )
        )
    try:
        parsed = exp.to_table(whole, dialect=names.dialect or None)
    except sqlglot.errors.SqlglotError as error:
        cure = "Write schema.table; put names with blanks or dots into the store's quotes."
        message = f'The table name "{whole}" of dataset "{dataset.name}" cannot be read'
        raise PlanError(Fault("PLN-014", message, dataset.place, cure)) from error
    if store.database and parsed.catalog and parsed.catalog.lower() != store.database.lower():
        message = (
            f'Dataset "{dataset.name}" names a table of the database "{parsed.catalog}", '
            f'its linked service points to "{store.database}"'
        )
        cure = "Use a linked service that points to that database."
        raise PlanError(Fault("PLN-014", message, dataset.place, cure))
    return TableLocation(store, parsed.db or None, parsed.name)


def _file(dataset: Dataset, store: Store, location: Mapping[str, Json]) -> FileLocation:
    kind = _name(location.get("type"))
    if kind not in CONTAINERS:
        cure = f"Use one of {', '.join(CONTAINERS)}."
        message = f'Dataset "{dataset.name}" has a location of the unknown type "{kind}"'
        raise PlanError(Fault("PLN-013", message, dataset.place, cure))
    key = CONTAINERS[kind]
    container = "" if key is None else _name(location.get(key)).strip("/")
    folder, file = _name(location.get("folderPath")), _name(location.get("fileName"))
    if key is not None and not container:
        message = f'Dataset "{dataset.name}" names no {key}'
        raise PlanError(Fault("PLN-014", message, dataset.place, f"Set `location.{key}` in its typeProperties."))
    if not folder and not file and kind == "HttpServerLocation":
        folder, _, file = _name(location.get("relativeUrl")).rpartition("/")
    return FileLocation(store, container, _path(folder), _path(file) or None)


def _path(text: str) -> str:
    return text.replace("\\", "/").strip("/")


def _name(value: Json) -> str:
    return "" if value is None else str(value)


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
