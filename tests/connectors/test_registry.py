"""The table of stores and the bindings."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from headwater.connectors.dialects import DIALECTS
from headwater.connectors.folder import FolderFiles
from headwater.connectors.formats.registry import FORMATS, NOT_DATASETS, format_from_dataset
from headwater.connectors.registry import FOLDER_TABLES, KINDS, SCHEMES, connect
from headwater.data.locations import Store
from headwater.errors import ConnectorError
from headwater.settings import Binding


def test_tables_are_sorted() -> None:
    for table in (KINDS, SCHEMES, DIALECTS, FOLDER_TABLES, FORMATS, NOT_DATASETS):
        assert list(table) == sorted(table)


def test_dialects_are_of_kinds_that_hold_tables() -> None:
    assert {KINDS[kind].shape for kind in DIALECTS} == {"tables"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].module])
def test_connector_of_a_kind_opens_linked_services(kind: str) -> None:
    assert callable(importlib.import_module(str(KINDS[kind].module)).open_linked_service)


@pytest.mark.parametrize("scheme", list(SCHEMES))
def test_connector_of_a_scheme_opens_bindings(scheme: str) -> None:
    assert callable(importlib.import_module(SCHEMES[scheme].module).open_binding)


@pytest.mark.parametrize(
    ("kind", "url", "code", "says"),
    [
        ("AzureKeyVault", None, "CON-001", "AzureKeyVault"),
        ("AzureSqlDatabase", None, "CON-002", "[bindings.ls] url"),
        ("SqlServer", "folder:x", "CON-003", "duckdb:"),
        ("AzureBlobFS", "duckdb:x", "CON-003", "folder:"),
        ("AzureBlobFS", "ftp:x", "CON-003", "'ftp'"),
        ("PostgreSqlV2", "postgresql://[", "CON-003", "PostgreSQL"),
    ],
)
def test_store_that_cannot_be_reached_is_refused_with_a_cure(
    kind: str, url: str | None, code: str, says: str, tmp_path: Path
) -> None:
    binding = Binding(url=url) if url else None
    with pytest.raises(ConnectorError) as caught:
        connect(Store("ls", kind), {}, binding, tmp_path)
    assert caught.value.code == code
    assert says in str(caught.value)


def test_password_variable_that_is_not_set_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADWATER_TEST_UNSET", raising=False)
    binding = Binding(url="postgresql://h/d", password_env="HEADWATER_TEST_UNSET")
    with pytest.raises(ConnectorError) as caught:
        connect(Store("ls", "AzurePostgreSql"), {}, binding, tmp_path)
    assert caught.value.code == "CON-005"
    assert "HEADWATER_TEST_UNSET" in str(caught.value)


def test_binding_takes_the_place_of_the_real_store(tmp_path: Path) -> None:
    store = connect(Store("ls", "AzureBlobFS"), {"url": "https://x"}, Binding(url="folder:files"), tmp_path)
    assert isinstance(store, FolderFiles)
    assert store.url("c", "f") == str(tmp_path / "files" / "c" / "f")


@pytest.mark.parametrize("type_", NOT_DATASETS)
def test_format_that_is_not_built_is_refused(type_: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        format_from_dataset(type_, {})
    assert caught.value.code == "CON-020"


def test_dataset_of_tables_has_no_format() -> None:
    assert format_from_dataset("AzureSqlTable", {}) is None
