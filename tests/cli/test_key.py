"""`headwater key`: a program's key for the account, with a role where it was asked for and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

from headwater.access.account import Account
from headwater.app.keys import make_key
from servers.demo import headwater


def test_key_is_that_of_an_application_with_the_role(tmp_path: Path) -> None:
    (tmp_path / "headwater.toml").write_text("", encoding="utf-8")
    done = headwater("key", "spark", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    account = Account.open(tmp_path / ".headwater", name="headwater")
    found = account.principals.by_secret(told["key"])
    allowed = account.roles.allowed(found, "data/write", account.catalog.collections.root)
    account.close()
    assert (found.kind, found.name, found.id) == ("application", "spark", told["id"])
    assert allowed


def test_key_for_a_collection_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "headwater.toml").write_text("", encoding="utf-8")
    done = headwater("key", "spark", "--collection", "nowhere", cwd=tmp_path)
    assert done.returncode == 1
    assert "nowhere" in done.stdout + done.stderr


def test_second_key_leaves_the_first_valid_and_no_repr_shows_it(tmp_path: Path) -> None:
    account = Account.open(tmp_path, name="contoso")
    keys = [make_key(account, "spark", None) for _ in range(2)]
    owners = {account.principals.by_secret(key.key).id for key in keys}
    account.close()
    assert len(owners) == 1
    assert keys[0].key not in repr(keys[0])
