"""Where a linked service points to: host and database, read from its properties without ever touching a secret.

One line a type in `ADDRESSES`; a type that is not there is asked for the properties that most types have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from headwater.data.locations import Store
from headwater.language.expression.ast import Json

_SQL_HOST = ("data source", "server", "addr", "address", "network address", "host")
_SQL_DATABASE = ("initial catalog", "database", "db")
_PAIR = re.compile(r"\s*([^=;]+?)\s*=\s*(\"[^\"]*\"|'[^']*'|[^;]*)\s*(?:;|$)")


@dataclass(frozen=True, slots=True)
class Address:
    """Which properties tell the host: `urls` and `hosts` directly, `host_keys` inside `connectionString`."""

    urls: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    host_keys: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    database_keys: tuple[str, ...] = ()
    default_port: str = ""
    account_domain: str = ""
    """`blob`: a connection string may name the account and the endpoint suffix apart."""


_BLOB = Address(urls=("serviceEndpoint", "sasUri", "containerUri"), host_keys=("blobendpoint",), account_domain="blob")
_SQL_SERVER = Address(
    hosts=("server",),
    host_keys=_SQL_HOST,
    databases=("database",),
    database_keys=_SQL_DATABASE,
    default_port="1433",
)
_POSTGRESQL = Address(
    hosts=("server", "host"),
    host_keys=_SQL_HOST,
    databases=("database",),
    database_keys=_SQL_DATABASE,
    default_port="5432",
)
_MYSQL = Address(
    hosts=("server", "host"),
    host_keys=_SQL_HOST,
    databases=("database",),
    database_keys=_SQL_DATABASE,
    default_port="3306",
)
_ANY = Address(
    urls=("url", "endpoint", "serviceUri", "serviceUrl", "baseUrl"),
    hosts=("server", "host"),
    host_keys=_SQL_HOST,
    databases=("database", "databaseName"),
    database_keys=_SQL_DATABASE,
)

ADDRESSES: Mapping[str, Address] = {
    "AmazonRdsForSqlServer": _SQL_SERVER,
    "AmazonS3": Address(urls=("serviceUrl",)),
    "AzureBlobFS": Address(urls=("url", "sasUri")),
    "AzureBlobStorage": _BLOB,
    "AzureFileStorage": Address(urls=("host", "sasUri"), host_keys=("fileendpoint",), account_domain="file"),
    "AzureMySql": _MYSQL,
    "AzurePostgreSql": _POSTGRESQL,
    "AzureSqlDW": _SQL_SERVER,
    "AzureSqlDatabase": _SQL_SERVER,
    "AzureSqlMI": _SQL_SERVER,
    "AzureStorage": _BLOB,
    "AzureTableStorage": Address(urls=("serviceEndpoint", "sasUri"), account_domain="table"),
    "CosmosDb": Address(
        urls=("accountEndpoint",), host_keys=("accountendpoint",), databases=("database",), database_keys=("database",)
    ),
    "MariaDB": _MYSQL,
    "MySql": _MYSQL,
    "PostgreSql": _POSTGRESQL,
    "PostgreSqlV2": _POSTGRESQL,
    "SqlServer": _SQL_SERVER,
}


def store_from_linked_service(name: str, kind: str, properties: Mapping[str, Json]) -> Store:
    """Return the identity of the store that resolved properties point to; what they do not tell stays empty."""
    address = ADDRESSES.get(kind, _ANY)
    pairs = _connection_pairs(_text(properties.get("connectionString")))
    database = _first(properties, address.databases) or _first(pairs, address.database_keys)
    return Store(name, kind, _endpoint(address, properties, pairs), database)


def _endpoint(address: Address, properties: Mapping[str, Json], pairs: Mapping[str, Json]) -> str:
    if url := _first(properties, address.urls):
        return _host_of(url)
    if host := _first(properties, address.hosts):
        return _server(host, _text(properties.get("port")), address.default_port)
    if host := _first(pairs, address.host_keys):
        return _server(host, _text(pairs.get("port")), address.default_port)
    account = _text(pairs.get("accountname"))
    if address.account_domain and account:
        return f"{account}.{address.account_domain}.{_text(pairs.get('endpointsuffix')) or 'core.windows.net'}"
    return ""


def _connection_pairs(text: str) -> dict[str, Json]:
    return {match[1].lower(): match[2].strip("\"'") for match in _PAIR.finditer(text)}


def _first(values: Mapping[str, Json], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := _text(values.get(name)))), "")


def _text(value: Json) -> str:
    """Return a string, also one that is wrapped as a SecureString; a secret that lies in a vault tells nothing."""
    match value:
        case str():
            return value.strip()
        case int():
            return str(value)
        case {"type": "SecureString", "value": str(text)}:
            return text.strip()
        case _:
            return ""


def _host_of(url: str) -> str:
    """Return host and path of a URL without scheme, user, query (where a SAS stands) and trailing slash."""
    if "://" not in url:
        return _clean(url.partition("?")[0])
    parts = urlsplit(url)
    return _clean(parts.netloc.rpartition("@")[2] + parts.path)


def _server(host: str, port: str, default_port: str) -> str:
    if "://" in host:
        return _host_of(host)
    name, _, comma_port = _clean(host.removeprefix("tcp:")).partition(",")
    port = comma_port or port
    return f"{name}:{port}" if port and port != default_port else name


def _clean(host: str) -> str:
    return host.strip().strip("/").removeprefix("\\\\").rstrip("\\/")
