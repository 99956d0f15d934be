"""An account in PostgreSQL: several processes on one database are one account."""

from pathlib import Path

import pytest
from litestar.testing import TestClient

from headwater import settings
from headwater.access.account import Account
from headwater.api.server import create_app
from headwater.app.hosted import database as named_database
from headwater.catalog.store.postgresql import postgresql_url
from headwater.errors import SettingsError

ATLAS = "/datamap/api/atlas/v2"
TABLE = {"entity": {"typeName": "azure_sql_table", "attributes": {"qualifiedName": "q", "name": "harbour"}}}


def test_two_processes_on_one_database_are_one_account(tmp_path: Path, database: str) -> None:
    first, second = (Account.open(tmp_path, name="contoso", database=postgresql_url(database)) for _ in range(2))
    assert second.owner == first.owner
    reader = first.principals.create("user", "reader")
    first.roles.grant(reader, "data-reader", "contoso", by=first.owner.id)
    first.roles.grant(reader, "data-reader", "contoso", by=first.owner.id)
    assert second.roles.allowed(reader, "data/read", "contoso")
    headers = {"Authorization": f"Bearer {first.tokens.issue(first.owner).text}"}
    with TestClient(create_app(first)) as one, TestClient(create_app(second)) as other:
        assert one.post(f"{ATLAS}/entity", json=TABLE, headers=headers).status_code == 200
        found = other.post("/datamap/api/search/query", json={"keywords": "harb*"}, headers=headers).json()
        assert [hit["qualifiedName"] for hit in found["value"]] == ["q"]
        walked = other.get(f"{ATLAS}/lineage/{found['value'][0]['id']}", headers=headers)
        assert walked.json()["relations"] == []
    assert not (tmp_path / "account.db").exists()
    first.close()
    second.close()


def test_settings_name_the_database_and_where_its_password_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "headwater.toml"
    file.write_text(
        '[account]\ndatabase = "postgresql://me@host:5433/name"\ndatabase_password_env = "HW_TEST_SECRET"\n'
    )
    account = settings.read(file).settings.account
    monkeypatch.delenv("HW_TEST_SECRET", raising=False)
    with pytest.raises(SettingsError) as refused:
        named_database(account)
    assert refused.value.code == "SET-012"
    monkeypatch.setenv("HW_TEST_SECRET", "s3cret-word")
    url = named_database(account)
    assert url is not None
    assert (url.host, url.port, url.username, url.password) == ("host", 5433, "me", "s3cret-word")
    assert "s3cret-word" not in repr(url)
    assert named_database(settings.AccountSettings()) is None
