"""OpenLineage's names of datasets as the catalog's: the inverse of `lineage/sinks/openlineage_events.dataset_name`.

A namespace is `scheme://authority`, and a scheme is read into the location that a pipeline's dataset on the same store
would have; lineage's naming then gives it the same qualified name. What no scheme knows is a plain DataSet.
One line a scheme in `SCHEMES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from headwater.catalog.openlineage import Holder, NamedAsset
from headwater.connectors.registry import KINDS
from headwater.data.locations import FileLocation, Store, TableLocation
from headwater.lineage.naming import normalize
from headwater.lineage.naming.generic import TYPE
from headwater.lineage.naming.registry import naming_of
from headwater.lineage.sinks.atlas_entities import COLUMNS, HOLDERS

Location = FileLocation | TableLocation
Reader = Callable[[str, str], Location | None]
"""Reads what follows the scheme, and the name."""
_KINDS = {kind.lower(): kind for kind in KINDS}
_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?://)?(.*)", re.DOTALL)
_DOTS_OF_A_SERVER = "server.database.windows.net".count(".")
_EXTENSION = re.compile(r"[^/=]\.[A-Za-z][A-Za-z0-9]{0,9}$")


class DatasetNames:
    """Where the catalog keeps what OpenLineage names."""

    def asset(self, namespace: str, name: str) -> NamedAsset:
        """Return the asset of a dataset; the same names always give the same one."""
        location = _location(namespace, name)
        if location is None:
            return _plain(namespace, name)
        found = naming_of(location.store.kind).asset(location, view=False)
        type_name = found.id.type_name
        holders: list[Holder] = []
        for parent in found.parents:
            relation = HOLDERS.get(parent.id.type_name, "") if holders else ""
            holders.append(Holder(parent.id.type_name, str(parent.id.qualified_name), parent.name, relation))
        return NamedAsset(
            type_name=type_name,
            qualified_name=str(found.id.qualified_name),
            name=found.name or name,
            holders=tuple(holders),
            relation=HOLDERS.get(type_name, ""),
            attributes=_file_attributes(location) if type_name != TYPE else (),
        )

    def view(self, type_name: str) -> str | None:
        """Return the type of a view beside tables of this type."""
        found = type_name.removesuffix("_table") + "_view"
        return found if type_name.endswith("_table") and found in COLUMNS else None

    def columns(self, type_name: str) -> tuple[str, str] | None:
        """Return the type of an asset's columns and their relationship to it; None for a tabular schema."""
        return COLUMNS.get(type_name)


def _file_attributes(location: Location) -> tuple[tuple[str, object], ...]:
    if not isinstance(location, FileLocation):
        return ()
    path = "/" + "/".join(section for section in (location.container, location.path) if section)
    return ("path", path), ("isFile", location.file is not None)


def _location(namespace: str, name: str) -> Location | None:
    uri = _URI.fullmatch(namespace)
    scheme, authority = (uri[1].lower(), uri[2]) if uri else (namespace.lower(), "")
    reader = SCHEMES.get(scheme)
    if reader is None and (kind := _KINDS.get(scheme)) is not None:
        reader = _by_kind(kind)
    return reader(authority.rstrip("/"), name) if reader else None


def _by_kind(kind: str) -> Reader:
    """Return how a namespace is read whose scheme is a linked service type, as Headwater's own sink writes it."""
    return _container_below_host(kind) if KINDS[kind].shape == "files" else _three_levels(kind)


def _plain(namespace: str, name: str) -> NamedAsset:
    """Name by namespace and name alone; a namespace that is no URI is one section below `openlineage://`."""
    uri = "://" in namespace
    root = normalize.section(namespace.rstrip("/")) if uri else "openlineage://" + _one_section(namespace)
    path = "/".join(normalize.section(section) for section in name.strip("/").split("/"))
    # Columns and schemas hang on a name by `#`, so it must not end in the asset's own.
    path = path.replace("#", "%23")
    return NamedAsset(TYPE, f"{root}/{path}", name.rstrip("/").rpartition("/")[2] or name)


def _one_section(text: str) -> str:
    return normalize.section(text).replace("/", "%2F").replace("#", "%23")


# Files


def _file(store: Store, container: str, path: str) -> FileLocation:
    """Return a file, or a folder for what ends with a slash or has no extension, as Spark's output has none."""
    sections = [section for section in path.split("/") if section]
    if not sections or path.endswith("/") or not _EXTENSION.search(sections[-1]):
        return FileLocation(store, container, "/".join(sections))
    return FileLocation(store, container, "/".join(sections[:-1]), sections[-1])


def _azure(kind: str, host: str, container: str, path: str) -> FileLocation:
    service = "dfs" if kind == "AzureBlobFS" else "blob"
    # Spark drivers take either host for either scheme; the scheme says which service it is.
    host = re.sub(r"\.(dfs|blob)\.core\.", f".{service}.core.", host.lower())
    return _file(Store("", kind, host), container, path)


def _container_at_host(kind: str) -> Reader:
    def read(authority: str, name: str) -> Location | None:
        root, _, rest = authority.partition("/")
        container, at, host = root.rpartition("@")
        return _azure(kind, host, container, f"{rest}/{name}") if at else None

    return read


def _azure_https(authority: str, name: str) -> Location | None:
    host, _, rest = authority.partition("/")
    kinds = {"blob": "AzureBlobStorage", "dfs": "AzureBlobFS", "file": "AzureFileStorage"}
    kind = kinds.get(host.lower().partition(".")[2].partition(".")[0]) if ".core." in host.lower() else None
    if kind is None:
        return None
    container, _, path = f"{rest}/{name}".strip("/").partition("/")
    path += "/" if name.endswith("/") and path else ""
    if kind == "AzureFileStorage":
        return _file(Store("", kind, host), container, path)
    return _azure(kind, host, container, path)


def _container_below_host(kind: str) -> Reader:
    def read(authority: str, name: str) -> Location | None:
        host, _, rest = authority.partition("/")
        container, _, path = rest.partition("/")
        return _file(Store(host, kind, host), container, f"{path}/{name}") if host else None

    return read


def _bucket(kind: str, endpoint: str = "") -> Reader:
    def read(authority: str, name: str) -> Location | None:
        bucket, _, rest = authority.partition("/")
        return _file(Store(bucket, kind, endpoint), bucket, f"{rest}/{name}") if bucket else None

    return read


# Tables


def _table(store: Store, parts: list[str]) -> TableLocation:
    """Return the table that parts name: table, schema and table, or database, schema and table."""
    if len(parts) > 2:
        store = Store(store.linked_service, store.kind, store.endpoint, parts[0])
        return TableLocation(store, parts[1], ".".join(parts[2:]))
    return TableLocation(store, parts[0] if len(parts) == 2 else None, parts[-1])


def _sql_server(authority: str, name: str) -> Location | None:
    host, *options = authority.split(";")
    pairs = dict(option.lower().partition("=")[::2] for option in options)
    values = {key: option.partition("=")[2] for key, option in zip(pairs, options, strict=False)}
    database = values.get("database") or values.get("databasename")
    host = host.replace(",", ":").removesuffix(":1433").lower()
    if host.endswith((".sql.azuresynapse.net", ".datawarehouse.fabric.microsoft.com")):
        kind = "AzureSqlDW"
    elif ".database.windows.net" in host or ".database.chinacloudapi.cn" in host:
        # A managed instance has its zone in its name, and a port of its own at its public end.
        kind = "AzureSqlMI" if host.endswith(":3342") or host.count(".") > _DOTS_OF_A_SERVER else "AzureSqlDatabase"
    else:
        kind = "SqlServer"
    return _table(Store(host, kind, host, database), _parts(name))


def _parts(name: str) -> list[str]:
    return [part.strip('[]"`') for part in name.split(".", 2)]


def _postgres(authority: str, name: str) -> Location | None:
    host, _, path = authority.lower().partition("/")
    server, _, port = host.partition(":")
    database = path or None
    if ".postgres.database.azure.com" in server or ".postgres.database.chinacloudapi.cn" in server:
        return _table(Store(server, "AzurePostgreSql", _with_port(server, port, "5432"), database), _parts(name))
    return _table(Store(server, "PostgreSqlV2", host, database), _parts(name))


def _with_port(server: str, port: str, usual: str) -> str:
    return server if port in ("", usual) else f"{server}:{port}"


def _mysql(authority: str, name: str) -> Location | None:
    server, _, port = authority.lower().partition("/")[0].partition(":")
    kind = "AzureMySql" if ".mysql.database.azure.com" in server else "MySql"
    endpoint = _with_port(server, port, "3306")
    database, dot, table = name.partition(".")
    if not dot:
        return TableLocation(Store(server, kind, endpoint), None, database)
    return TableLocation(Store(server, kind, endpoint, database), None, table)


def _three_levels(kind: str) -> Reader:
    def read(authority: str, name: str) -> Location | None:
        host = authority.partition("/")[0]
        return _table(Store(host, kind, host), _parts(name)) if host else None

    return read


# Scheme of a namespace → how it is read. A scheme without an authority is a namespace of its own.
SCHEMES: Mapping[str, Reader] = MappingProxyType(
    {
        "abfs": _container_at_host("AzureBlobFS"),
        "abfss": _container_at_host("AzureBlobFS"),
        "gs": _bucket("GoogleCloudStorage", "storage.googleapis.com"),
        "http": _azure_https,
        "https": _azure_https,
        "mssql": _sql_server,
        "mysql": _mysql,
        "oracle": _three_levels("Oracle"),
        "postgres": _postgres,
        "postgresql": _postgres,
        "redshift": _three_levels("AmazonRedshift"),
        "s3": _bucket("AmazonS3"),
        "s3a": _bucket("AmazonS3"),
        "s3n": _bucket("AmazonS3"),
        "snowflake": _three_levels("Snowflake"),
        "sqlserver": _sql_server,
        "teradata": _three_levels("Teradata"),
        "wasb": _container_at_host("AzureBlobStorage"),
        "wasbs": _container_at_host("AzureBlobStorage"),
    }
)
