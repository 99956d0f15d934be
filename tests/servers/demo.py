"""The demo, run once a session as a new user runs it: by the command line, in a folder of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HEADWATER = [sys.executable, "-c", "from headwater.cli.main import run; run()"]
ADDRESS = re.compile(r"(http://\S+?)/sign-in\?token=(\S+)")


@dataclass(frozen=True)
class DemoWorld:
    """A demo that has ended: its folder and the document that `--json` printed."""

    folder: Path
    document: dict[str, Any]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a verb in the demo's folder."""
        return headwater(*arguments, cwd=self.folder)


@dataclass(frozen=True)
class Studio:
    """A running server: where it is, and a token that signs in once."""

    url: str
    token: str


def headwater(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run([*HEADWATER, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoWorld:
    """The demo's two workspaces, run to their end."""
    parent = tmp_path_factory.mktemp("demo")
    done = headwater("demo", "--no-serve", "--json", cwd=parent)
    assert done.returncode == 0, done.stdout + done.stderr
    return DemoWorld(parent / "headwater-demo", json.loads(done.stdout))


@pytest.fixture(scope="session")
def studio(demo: DemoWorld) -> Iterator[Studio]:
    """Studio of the demo, served on a free port."""
    process = subprocess.Popen([*HEADWATER, "serve", "--port", "0"], cwd=demo.folder, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = None
        for line in process.stdout:
            if found := ADDRESS.search(line):
                break
        assert found is not None, "headwater serve ended without an address"
        yield Studio(found.group(1), found.group(2))
    finally:
        process.terminate()
        process.wait(timeout=30)
