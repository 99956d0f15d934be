"""Azure Blob Storage and ADLS Gen2 (through its blob endpoint), by obstore.

A write uploads uncommitted blocks straight to its target; committing the list of blocks makes all of it visible at
once, so no temporary blob is left behind. The write's id goes into the blob's metadata, where `committed` finds it.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit
from uuid import uuid4

import duckdb
import obstore
from obstore.store import AzureStore

from headwater.connectors.credentials import connection_string, password_of, secret_of, unusable
from headwater.connectors.engine_files import EngineFiles, Uncommitted
from headwater.connectors.faults import OBSTORE, faults_as
from headwater.connectors.protocol import Address, FileEntry, Token
from headwater.connectors.registry import Shape
from headwater.data.locations import Store
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json
from headwater.settings import Binding

if TYPE_CHECKING:
    from obstore import ReadableFile, WritableFile
    from obstore.store import AzureConfig

WRITE_ID = "headwaterwrite"
BLOCK = 8 * 1024 * 1024
PARALLEL_BLOCKS = 4


def open_linked_service(store: Store, connection: Mapping[str, Json]) -> AzureFiles:
    """Return the storage account that a linked service of type AzureBlobStorage, AzureBlobFS or AzureStorage names."""
    return AzureFiles(_config(store, connection))


def open_binding(store: Store, binding: Binding, root: Path, shape: Shape) -> AzureFiles:  # noqa: ARG001 one shape
    """Return the account at `azure+http(s)://host[:port]/account` or, without a path, at `azure+https://account.host`."""
    endpoint = binding.url.partition("+")[2].rstrip("/")
    parts = urlsplit(endpoint)
    account = binding.user or parts.path.strip("/") or (parts.hostname or "").partition(".")[0]
    config: AzureConfig = {"account_name": account, "endpoint": endpoint}
    if (key := password_of(binding, store)) is not None:
        config["account_key"] = key
    else:
        config["skip_signature"] = True
    return AzureFiles(config)


class AzureFiles:
    """One storage account; containers are opened as they are used. `config` holds secrets and stays out of sight."""

    def __init__(self, config: AzureConfig) -> None:
        self._config = config
        self._files = EngineFiles(self)
        self._containers: dict[str, AzureStore] = {}
        self._insecure = str(config.get("endpoint", "")).startswith("http://")

    def __repr__(self) -> str:
        return f"AzureFiles(account={self._config.get('account_name')!r})"

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._files.attach(connection)

    def url(self, container: str, path: str) -> str:
        return self._files.url(container, _inside(path))

    def list(self, container: str, folder: str = "", recursive: bool = True) -> Iterator[FileEntry]:
        prefix = f"{_inside(folder)}/" if folder else None
        blobs = self._container(container)
        found: list[FileEntry] = []
        try:
            with faults_as(OBSTORE, f"Container '{container}'"):
                if recursive:
                    found = [_entry(meta) for chunk in obstore.list(blobs, prefix) for meta in chunk]
                else:
                    found = [_entry(meta) for meta in obstore.list_with_delimiter(blobs, prefix)["objects"]]
        except ConnectorError as error:
            if error.code != "CON-010":
                raise
        return iter(sorted(found, key=lambda entry: entry.path))

    def stat(self, container: str, path: str) -> FileEntry | None:
        try:
            with faults_as(OBSTORE, f"Blob '{path}' in '{container}'"):
                return _entry(obstore.head(self._container(container), _inside(path)))
        except ConnectorError as error:
            if error.code == "CON-010":
                return None
            raise

    def open(self, container: str, path: str) -> BinaryIO:
        what = f"Blob '{path}' in '{container}'"
        with faults_as(OBSTORE, what):
            reader = obstore.open_reader(self._container(container), _inside(path), buffer_size=BLOCK)
        return io.BufferedReader(_BlobReader(reader, what), BLOCK)

    def address(self, container: str, path: str) -> Address:
        """Return where a folder lies, for a library that reads and writes it by itself."""
        options = {name: str(value).lower() if value is True else str(value) for name, value in self._config.items()}
        return Address(f"az://{container}/{_inside(path)}", options | {"allow_http": str(self._insecure).lower()})

    def range(self, container: str, path: str, start: int, stop: int) -> bytes:
        """Return the bytes from `start` up to `stop`. Raises ConnectorError."""
        with faults_as(OBSTORE, f"Blob '{path}' in '{container}'"):
            return obstore.get_range(self._container(container), _inside(path), start=start, end=stop).to_bytes()

    def stage(self, container: str, path: str) -> StagedBlob:
        return StagedBlob(self._files, self._container(container), container, _inside(path))

    def delete(self, container: str, path: str) -> None:
        if self.stat(container, path) is not None:
            with faults_as(OBSTORE, f"Blob '{path}' in '{container}'"):
                obstore.delete(self._container(container), _inside(path))

    def committed(self, token: Token) -> bool:
        container, path = str(token["container"]), str(token["path"])
        if self.stat(container, path) is None:
            return False
        with faults_as(OBSTORE, f"Blob '{path}' in '{container}'"):
            found = obstore.get(self._container(container), path, options={"head": True})
            return found.attributes.get(WRITE_ID) == token["id"]

    def _container(self, name: str) -> AzureStore:
        if name not in self._containers:
            with faults_as(OBSTORE, f"Storage account '{self._config.get('account_name')}'"):
                self._containers[name] = AzureStore(
                    name,
                    config=self._config,
                    client_options={"allow_http": self._insecure, "timeout": "120s", "connect_timeout": "10s"},
                    retry_config={"max_retries": 3, "retry_timeout": datetime.timedelta(seconds=60)},
                )
        return self._containers[name]


class StagedBlob:
    """Blocks that nobody sees until `commit` puts their list."""

    def __init__(self, files: EngineFiles, blobs: AzureStore, container: str, path: str) -> None:
        self._files = files
        self._blobs = blobs
        self._what = f"Blob '{path}' in '{container}'"
        self._id = uuid4().hex
        self._token: Token = {"container": container, "path": path, "id": self._id}
        self._writer: WritableFile | None = None
        self._size = 0
        self._url = files.stage(self._id, self.open)

    @property
    def url(self) -> str:
        return self._url

    @property
    def token(self) -> Token:
        return self._token

    @property
    def size(self) -> int:
        return self._size

    def open(self) -> BinaryIO:
        with faults_as(OBSTORE, self._what):
            # Opening again starts again: blocks of an earlier attempt are never listed.
            self._writer = self._new_writer()
        self._size = 0
        return io.BufferedWriter(Uncommitted(self._write), BLOCK)

    def commit(self) -> None:
        with faults_as(OBSTORE, self._what):
            writer = self._writer or self._new_writer()
            writer.close()
        self._files.release(self._id)

    def discard(self) -> None:
        # Uncommitted blocks are invisible and the service removes them by itself after a week.
        self._writer = None
        self._files.release(self._id)

    def _new_writer(self) -> WritableFile:
        return obstore.open_writer(
            self._blobs,
            str(self._token["path"]),
            attributes={WRITE_ID: self._id},
            buffer_size=BLOCK,
            max_concurrency=PARALLEL_BLOCKS,
        )

    def _write(self, data: bytes) -> None:
        if self._writer is None:
            raise ConnectorError(Fault("CON-014", f"{self._what} is no longer staged", cure="Stage it again."))
        with faults_as(OBSTORE, self._what):
            self._writer.write(data)
        self._size += len(data)


class _BlobReader(io.RawIOBase):
    """obstore's reader as a file of the standard library, its errors as ours."""

    def __init__(self, reader: ReadableFile, what: str) -> None:
        super().__init__()
        self._reader = reader
        self._what = what

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()

    def readinto(self, buffer: Any, /) -> int:
        with faults_as(OBSTORE, self._what):
            data = self._reader.read(len(buffer))
        buffer[: len(data)] = memoryview(data)
        return len(data)


def _inside(path: str) -> str:
    if ".." in path.split("/") or path.startswith("/") or "\0" in path:
        raise ConnectorError(
            Fault("CON-006", f"Path '{path}' leaves its container", cure="Use a path without '..' and leading '/'.")
        )
    return path


def _entry(meta: Mapping[str, Any]) -> FileEntry:
    return FileEntry(meta["path"], meta["size"], meta["last_modified"])


def _config(store: Store, connection: Mapping[str, Json]) -> AzureConfig:
    if text := secret_of(connection, "connectionString", store):
        return _from_connection_string(store, connection_string(text), secret_of(connection, "accountKey", store))
    if uri := secret_of(connection, "sasUri", store):
        signature = urlsplit(uri).query or secret_of(connection, "sasToken", store) or ""
        return {**_account(store, uri), "sas_key": signature.lstrip("?")}
    endpoint = connection.get("url") or connection.get("serviceEndpoint")
    if not isinstance(endpoint, str) or not endpoint:
        raise unusable(store, "there is no 'connectionString', 'sasUri', 'serviceEndpoint' or 'url'")
    return {**_account(store, endpoint), **_credential(store, connection)}


def _credential(store: Store, connection: Mapping[str, Json]) -> AzureConfig:
    if key := secret_of(connection, "accountKey", store):
        return {"account_key": key}
    if token := secret_of(connection, "sasToken", store):
        return {"sas_key": token.lstrip("?")}
    if client := secret_of(connection, "servicePrincipalId", store):
        names = ("servicePrincipalKey", "servicePrincipalCredential")
        secret = next((found for name in names if (found := secret_of(connection, name, store))), None)
        tenant = secret_of(connection, "tenant", store)
        if secret is None or tenant is None:
            raise unusable(store, "the service principal has no key or no 'tenant'")
        return {"client_id": client, "client_secret": secret, "tenant_id": tenant, "credential_type": "client_secret"}
    if connection.get("encryptedCredential"):
        raise unusable(store, "'encryptedCredential' can only be read by the service that wrote it")
    if isinstance(connection.get("credential"), dict):
        raise unusable(store, "'credential' refers to a managed identity of the original workspace")
    if str(connection.get("authenticationType", "")).lower() == "anonymous":
        return {"skip_signature": True}
    return {"credential_type": "managed_identity"}


def _from_connection_string(store: Store, parts: Mapping[str, str], key: str | None) -> AzureConfig:
    account = parts.get("accountname")
    if account is None:
        raise unusable(store, "the connection string names no account")
    suffix = parts.get("endpointsuffix", "core.windows.net")
    endpoint = parts.get("blobendpoint", f"{parts.get('defaultendpointsprotocol', 'https')}://{account}.blob.{suffix}")
    config: AzureConfig = {"account_name": account, "endpoint": endpoint.rstrip("/")}
    if found := parts.get("accountkey") or key:
        return {**config, "account_key": found}
    if signature := parts.get("sharedaccesssignature"):
        return {**config, "sas_key": signature.lstrip("?")}
    raise unusable(store, "the connection string has neither an account key nor a signature")


def _account(store: Store, uri: str) -> AzureConfig:
    parts = urlsplit(uri)
    if not parts.hostname or parts.scheme not in {"http", "https"}:
        raise unusable(store, "the endpoint is not a URL")
    host = parts.netloc.rpartition("@")[2].replace(".dfs.", ".blob.", 1)
    return {"account_name": parts.hostname.partition(".")[0], "endpoint": f"{parts.scheme}://{host}"}
