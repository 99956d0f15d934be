"""`headwater export openlineage`: to a file, to the terminal, and to another account, which then shows the same."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from api.served import served
from servers.demo import HEADWATER, DemoWorld


@pytest.fixture(scope="module")
def exported(demo: DemoWorld, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("export") / "events.jsonl"
    done = demo.command("export", "openlineage", "--file", str(file))
    assert done.returncode == 0, done.stderr
    return file


def test_every_operation_of_the_demo_is_exported(exported: Path, demo: DemoWorld) -> None:
    events = [json.loads(line) for line in exported.read_text(encoding="utf-8").splitlines()]
    assert {event["job"]["namespace"] for event in events} == {"ingest", "reporting"}
    assert {event["eventType"] for event in events} >= {"START", "COMPLETE"}
    assert any("columnLineage" in output["facets"] for event in events for output in event["outputs"])


def test_export_since_tomorrow_is_empty(demo: DemoWorld) -> None:
    done = demo.command("export", "openlineage", "--since", "2999-01-01")
    assert (done.returncode, done.stdout) == (0, "")


def test_another_account_takes_the_export(demo: DemoWorld, exported: Path, tmp_path: Path) -> None:
    number = len(exported.read_text(encoding="utf-8").splitlines())
    with served(tmp_path) as server:
        key = server.account.principals.add_secret(server.account.owner.id)
        done = subprocess.run(
            [*HEADWATER, "export", "openlineage", "--url", server.url],
            cwd=demo.folder,
            env={**os.environ, "OPENLINEAGE_API_KEY": key},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        counts = server.account.catalog.entities.counts()
        edges = server.account.catalog.columns.count()
    assert done.returncode == 0, done.stderr
    assert f"{number} events" in done.stderr
    assert counts["openlineage_operation"] > 0
    assert edges > 0


def test_export_to_nowhere_says_what_to_do(demo: DemoWorld, tmp_path: Path) -> None:
    for arguments, says in (
        (("--file", str(tmp_path / "no" / "events.jsonl")), "cannot be written"),
        (("--url", "ftp://x"), "no address"),
        (("--url", "http://127.0.0.1:9"), "out of reach"),
        (("--url", "http://x", "--file", "y"), "not both"),
    ):
        done = demo.command("export", "openlineage", *arguments)
        said = " ".join((done.stdout + done.stderr).split())
        assert done.returncode in (1, 2), said
        assert says in said
        assert "Traceback" not in said
