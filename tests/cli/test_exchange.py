"""`headwater push purview` and `pull purview`, as a person runs them, against an account on loopback."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.served import Served, served
from app.exchange.world import Room
from servers.demo import HEADWATER, headwater


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("far")) as server:
        Room(server).furnish()
        yield server


def run(far: Served, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "headwater.toml").write_text("", encoding="utf-8")
    owner = far.account.owner
    environment = {
        **os.environ,
        "AZURE_TENANT_ID": "contoso",
        "AZURE_CLIENT_ID": owner.id,
        "AZURE_CLIENT_SECRET": far.account.principals.add_secret(owner.id),
        "AZURE_AUTHORITY_HOST": far.url,
    }
    command = [*HEADWATER, *arguments, "--account", far.url]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_pull_then_push_of_the_same_changes_nothing(far: Served, tmp_path: Path) -> None:
    pulled = run(far, tmp_path, "pull", "purview", "--json")
    assert pulled.returncode == 0, pulled.stdout + pulled.stderr
    counts = json.loads(pulled.stdout)["counts"]
    assert counts["entities"] == {"created": 6}
    assert counts["assignments"] == {"created": 2}
    before = Room(far).holds()
    pushed = run(far, tmp_path, "push", "purview", "--json")
    assert pushed.returncode == 0, pushed.stdout + pushed.stderr
    found = json.loads(pushed.stdout)
    assert {outcome for kinds in found["counts"].values() for outcome in kinds} == {"unchanged"}
    assert Room(far).holds() == before
    assert not list((tmp_path / ".headwater" / "exchange").iterdir())


def test_dry_run_shows_a_table_and_writes_nothing(far: Served, tmp_path: Path) -> None:
    done = run(far, tmp_path, "pull", "purview", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "would be created" in done.stdout
    again = run(far, tmp_path, "pull", "purview", "--json")
    assert json.loads(again.stdout)["counts"]["entities"] == {"created": 6}


def test_credentials_that_are_not_there_are_told(far: Served, tmp_path: Path) -> None:
    done = run(far, tmp_path, "push", "purview", "--token-env", "NO_SUCH_VARIABLE")
    assert done.returncode == 1
    assert "NO_SUCH_VARIABLE" in done.stderr
    assert "Traceback" not in done.stderr


def test_token_is_not_sent_over_the_network_in_the_open(tmp_path: Path) -> None:
    (tmp_path / "headwater.toml").write_text("", encoding="utf-8")
    done = headwater("push", "purview", "--account", "http://contoso.purview.example", cwd=tmp_path)
    assert done.returncode == 1
    assert "https://" in done.stderr
