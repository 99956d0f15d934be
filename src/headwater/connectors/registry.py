"""Which linked service is which kind of store, who implements it, and what a binding may put in its place.

Separate, because it is the one place that knows all stores: a new one is a file and a line in `KINDS`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol, cast

import msgspec

from headwater.connectors.protocol import AnyStore, FileStore, TableStore
from headwater.data.locations import Store
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json
from headwater.settings import Binding

Shape = Literal["files", "tables"]

NO_EXTRA = "It is part of Headwater's own dependencies: install Headwater again."
POSTGRESQL_EXTRA = "Install the driver: pip install 'headwater[postgresql]'"


class StoreKind(msgspec.Struct, frozen=True):
    """A type of linked service: files or tables, the module that implements it, and how to get its driver."""

    shape: Shape
    module: str | None = None
    """With `open_linked_service(store, connection)`; None: only through a binding."""
    extra: str = NO_EXTRA


class Scheme(msgspec.Struct, frozen=True):
    """A scheme of a binding's URL: the module with `open_binding(store, binding, root, shape)`."""

    module: str
    shapes: tuple[Shape, ...]
    extra: str = NO_EXTRA


_AZURE = "headwater.connectors.azure_blob"
_POSTGRESQL = "headwater.connectors.postgresql"

KINDS: Mapping[str, StoreKind] = {
    "AmazonRdsForOracle": StoreKind("tables"),
    "AmazonRdsForSqlServer": StoreKind("tables"),
    "AmazonRedshift": StoreKind("tables"),
    "AmazonS3": StoreKind("files"),
    "AzureBlobFS": StoreKind("files", _AZURE),
    "AzureBlobStorage": StoreKind("files", _AZURE),
    "AzureDataExplorer": StoreKind("tables"),
    "AzureDataLakeStore": StoreKind("files"),
    "AzureDatabricksDeltaLake": StoreKind("tables"),
    "AzureFileStorage": StoreKind("files"),
    "AzureMariaDB": StoreKind("tables"),
    "AzureMySql": StoreKind("tables"),
    "AzurePostgreSql": StoreKind("tables", _POSTGRESQL, POSTGRESQL_EXTRA),
    "AzureSqlDW": StoreKind("tables"),
    "AzureSqlDatabase": StoreKind("tables"),
    "AzureSqlMI": StoreKind("tables"),
    "AzureStorage": StoreKind("files", _AZURE),
    "AzureTableStorage": StoreKind("tables"),
    "CommonDataServiceForApps": StoreKind("tables"),
    "CosmosDb": StoreKind("tables"),
    "Db2": StoreKind("tables"),
    "Dynamics": StoreKind("tables"),
    "DynamicsAX": StoreKind("tables"),
    "DynamicsCrm": StoreKind("tables"),
    "FileServer": StoreKind("files"),
    "FtpServer": StoreKind("files"),
    "GoogleBigQuery": StoreKind("tables"),
    "GoogleBigQueryV2": StoreKind("tables"),
    "GoogleCloudStorage": StoreKind("files"),
    "Hdfs": StoreKind("files"),
    "Hive": StoreKind("tables"),
    "HttpServer": StoreKind("files"),
    "Informix": StoreKind("tables"),
    "Lakehouse": StoreKind("tables"),
    "MariaDB": StoreKind("tables"),
    "MicrosoftAccess": StoreKind("tables"),
    "MySql": StoreKind("tables"),
    "Netezza": StoreKind("tables"),
    "OData": StoreKind("tables"),
    "Odbc": StoreKind("tables"),
    "Office365": StoreKind("tables"),
    "OnPremisesFileServer": StoreKind("files"),
    "Oracle": StoreKind("tables"),
    "PostgreSql": StoreKind("tables", _POSTGRESQL, POSTGRESQL_EXTRA),
    "PostgreSqlV2": StoreKind("tables", _POSTGRESQL, POSTGRESQL_EXTRA),
    "Salesforce": StoreKind("tables"),
    "SapHana": StoreKind("tables"),
    "SapOpenHub": StoreKind("tables"),
    "SapTable": StoreKind("tables"),
    "Sftp": StoreKind("files"),
    "SharePointOnlineList": StoreKind("tables"),
    "Snowflake": StoreKind("tables"),
    "SnowflakeV2": StoreKind("tables"),
    "SqlServer": StoreKind("tables"),
    "Sybase": StoreKind("tables"),
    "Teradata": StoreKind("tables"),
    "Vertica": StoreKind("tables"),
}

SCHEMES: Mapping[str, Scheme] = {
    "azure+http": Scheme(_AZURE, ("files",)),
    "azure+https": Scheme(_AZURE, ("files",)),
    "duckdb": Scheme("headwater.connectors.duckdb", ("tables",)),
    "folder": Scheme("headwater.connectors.folder", ("files",)),
    "memory": Scheme("headwater.connectors.memory", ("files", "tables")),
    "postgresql": Scheme(_POSTGRESQL, ("tables",), POSTGRESQL_EXTRA),
}


class _Module(Protocol):
    def open_linked_service(self, store: Store, connection: Mapping[str, Json]) -> AnyStore: ...

    def open_binding(self, store: Store, binding: Binding, root: Path, shape: Shape) -> AnyStore: ...


class _FolderModule(Protocol):
    def open_folder_tables(self, files: FileStore, properties: Mapping[str, Json]) -> TableStore: ...


FOLDER_TABLES: Mapping[str, str] = {"Delta": "headwater.connectors.delta"}
"""Types of datasets whose tables are folders in a store of files, and the module with `open_folder_tables`."""


def connect(store: Store, connection: Mapping[str, Json], binding: Binding | None, root: Path) -> AnyStore:
    """Return the store behind a linked service: its binding if there is one, else the real thing.

    `connection` is the linked service's typeProperties, resolved; `root` the folder that a binding's paths are
    relative to. Nothing is opened yet: the first operation finds out whether the store answers. Raises ConnectorError.
    """
    kind = KINDS.get(store.kind)
    if kind is None:
        raise ConnectorError(
            Fault(
                "CON-001",
                f"Linked service '{store.linked_service}': type '{store.kind}' is not a store that Headwater knows",
                cure="docs/reference/connectors.md lists the types; use one of them in the dataset.",
            )
        )
    if binding is not None:
        return _open_bound(store, binding, root, kind.shape)
    if kind.module is None:
        raise ConnectorError(without_connector(store, kind))
    return _load(kind.module, kind.extra, store).open_linked_service(store, connection)


def without_connector(store: Store, kind: StoreKind) -> Fault:
    """Return the fault of a linked service whose store can only be run on a stand-in."""
    return Fault(
        "CON-002",
        f"Linked service '{store.linked_service}' is of type '{store.kind}', which has no connector yet",
        cure=f'Bind it to a stand-in: [bindings.{store.linked_service}] url = "{_stand_in(kind.shape)}"',
    )


def folder_tables(type_: str, files: FileStore, properties: Mapping[str, Json]) -> TableStore:
    """Return the tables of a type of dataset that are folders of a store. Raises ConnectorError."""
    # Loaded only then: the library of such a format takes its time.
    module = cast(_FolderModule, importlib.import_module(FOLDER_TABLES[type_]))
    return module.open_folder_tables(files, properties)


def scheme_of(binding: Binding) -> str:
    """Return the scheme of a binding's URL, the kind of stand-in that it is."""
    return binding.url.partition(":")[0].lower()


def _open_bound(store: Store, binding: Binding, root: Path, shape: Shape) -> AnyStore:
    scheme = SCHEMES.get(scheme_of(binding))
    fitting = ", ".join(f"{name}:" for name, known in SCHEMES.items() if shape in known.shapes)
    if scheme is None or shape not in scheme.shapes:
        problem = "is not known" if scheme is None else f"does not hold {shape}"
        raise ConnectorError(
            Fault(
                "CON-003",
                f"Binding of '{store.linked_service}' ({store.kind}): scheme '{scheme_of(binding)}' {problem}",
                cure=f"Begin the url under [bindings.{store.linked_service}] with one of {fitting}",
            )
        )
    return _load(scheme.module, scheme.extra, store).open_binding(store, binding, root, shape)


def _stand_in(shape: Shape) -> str:
    return "folder:some/folder" if shape == "files" else "duckdb:some/file.duckdb"


def _load(module: str, extra: str, store: Store) -> _Module:
    try:
        # A module has no type of its own; the contract test calls both functions of every module in the tables.
        return cast(_Module, importlib.import_module(module))
    except ModuleNotFoundError as error:
        raise ConnectorError(
            Fault(
                "CON-004",
                f"Linked service '{store.linked_service}' ({store.kind}) needs the package '{error.name}'",
                cure=extra,
            )
        ) from error
