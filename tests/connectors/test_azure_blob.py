"""Blobs in a real Azurite."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.file_store import FileStoreContract, read, write
from headwater.connectors.azure_blob import AzureFiles, open_binding, open_linked_service
from headwater.connectors.registry import connect
from headwater.data.locations import Store
from headwater.errors import ConnectorError
from headwater.settings import Binding
from servers.azurite import Azurite

STORE = Store("blobs", "AzureBlobStorage")

pytestmark = pytest.mark.server


class TestAzureFiles(FileStoreContract):
    @pytest.fixture
    def store(self, azurite: Azurite, azurite_key: str) -> AzureFiles:
        return open_binding(STORE, Binding(url=azurite.binding_url, password_env=azurite_key), Path(), "files")

    @pytest.fixture
    def container(self, container: str) -> str:
        return container

    def test_write_that_is_dropped_half_way_leaves_nothing(self, store: AzureFiles, container: str) -> None:
        staged = store.stage(container, "big")
        with staged.open() as file:
            for _ in range(5):
                file.write(bytes(8 * 1024 * 1024))
        staged.discard()
        assert list(store.list(container)) == []

    def test_absent_container_is_told(self, store: AzureFiles) -> None:
        assert list(store.list("no-such-container")) == []
        staged = store.stage("no-such-container", "a")
        with pytest.raises(ConnectorError) as caught:
            staged.commit()
        assert caught.value.code == "CON-010"
        assert "no-such-container" in caught.value.message


def test_linked_service_by_connection_string_reads_and_writes(azurite: Azurite, container: str) -> None:
    secret = {"type": "SecureString", "value": azurite.connection_string}
    store = open_linked_service(STORE, {"connectionString": secret})
    write(store, container, "a", b"x")
    assert read(store, container, "a") == b"x"
    assert azurite.key not in repr(store)


def test_wrong_key_is_told_without_the_key(azurite: Azurite, container: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_TEST_WRONG", "bm90IHRoZSBrZXk=")
    store = connect(STORE, {}, Binding(url=azurite.binding_url, password_env="HEADWATER_TEST_WRONG"), Path())
    with pytest.raises(ConnectorError) as caught:
        list(store.list(container))  # type: ignore[union-attr]  # files, because the kind of store is
    assert caught.value.code == "CON-011"
    assert "bm90" not in str(caught.value)


@pytest.mark.parametrize(
    ("properties", "account"),
    [
        ({"url": "https://acct.dfs.core.windows.net", "accountKey": "a2V5"}, "acct"),
        ({"serviceEndpoint": "https://acct.blob.core.windows.net/"}, "acct"),
        ({"sasUri": "https://acct.blob.core.windows.net/?sv=1&sig=geheim"}, "acct"),
        (
            {
                "url": "https://acct.dfs.core.windows.net",
                "servicePrincipalId": "id",
                "servicePrincipalCredential": {"type": "SecureString", "value": "geheim"},
                "tenant": "t",
            },
            "acct",
        ),
    ],
)
def test_linked_service_forms_are_understood(properties: dict[str, object], account: str) -> None:
    store = open_linked_service(STORE, properties)  # type: ignore[arg-type]  # JSON
    assert repr(store) == f"AzureFiles(account='{account}')"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({}, "there is no"),
        ({"url": "https://a.dfs.core.windows.net", "encryptedCredential": "xyz"}, "encryptedCredential"),
        ({"connectionString": {"type": "AzureKeyVaultSecret", "secretName": "s"}}, "AzureKeyVaultSecret"),
        ({"connectionString": "AccountName=a"}, "neither"),
        ({"url": "https://a.dfs.core.windows.net", "servicePrincipalId": "id"}, "service principal"),
    ],
)
def test_credentials_that_cannot_be_used_are_told(properties: dict[str, object], reason: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        open_linked_service(STORE, properties)  # type: ignore[arg-type]  # JSON
    assert caught.value.code == "CON-005"
    assert reason in caught.value.message
