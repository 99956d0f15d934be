"""The first start, the starts after it, and whether a workspace may push."""

import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from headwater.access import schema
from headwater.access.account import Account
from headwater.errors import SettingsError


def test_first_start_makes_an_owner_with_every_role(account: Account) -> None:
    assert account.owner.name == "owner"
    assert {given.role for given in account.roles.of(account.owner)} == {
        "collection-administrator",
        "data-curator",
        "data-reader",
        "data-source-administrator",
    }


def test_key_file_can_be_read_by_its_owner_only(account: Account, tmp_path: Path) -> None:
    file = tmp_path / "account" / "account.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.glob("account.key*")] == ["account.key"]


def test_second_start_knows_the_owner_and_takes_old_tokens(account: Account, tmp_path: Path) -> None:
    token = account.tokens.issue(account.owner)
    again = Account.open(tmp_path / "account", name="another")
    assert again.name == "contoso"
    assert again.tokens.verify(token.text) == account.owner
    again.close()


def test_start_that_was_cut_short_is_finished_by_the_next(account: Account, tmp_path: Path) -> None:
    with account.catalog.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM role_assignments")
    again = Account.open(tmp_path / "account", name="contoso")
    assert len(again.roles.of(again.owner)) == 4
    again.close()


def test_key_file_that_is_spoilt_is_refused_with_the_cure(tmp_path: Path) -> None:
    Account.open(tmp_path, name="contoso").close()
    (tmp_path / "account.key").write_text("{}")
    with pytest.raises(SettingsError) as refused:
        Account.open(tmp_path, name="contoso")
    assert refused.value.code == "ACC-008"


def test_migrations_make_the_tables_of_the_schema(account: Account) -> None:
    def ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return not (kind == "table" and reflected and other is None)

    with account.catalog.store.read() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": False})
        assert compare_metadata(context, schema.metadata) == []


def test_workspace_may_push_once_it_is_known_and_has_the_role(account: Account) -> None:
    unknown = account.may_push("ingest")
    workspace = account.principals.ensure("workspace", "ingest")
    without = account.may_push("ingest")
    account.roles.grant(workspace, "data-curator", "contoso", by=account.owner.id)
    assert [unknown.status, without.status, account.may_push("ingest").status] == [
        "Disconnected",
        "Disconnected",
        "Connected",
    ]
    assert "knows no workspace" in unknown.reason
    assert "Data Curator" in without.reason
    assert "headwater connect ingest" in without.cure
