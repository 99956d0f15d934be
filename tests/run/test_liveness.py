"""A process is alive as long as it holds its lease, however it ends."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from headwater.run.liveness import Lease, is_alive

HOLD = """
import sys
from pathlib import Path
from headwater.run.liveness import Lease
lease = Lease(Path(sys.argv[1]), "other")
print("held", flush=True)
sys.stdin.read()
"""


def test_lease_is_alive_until_it_is_released(tmp_path: Path) -> None:
    lease = Lease(tmp_path, "me")
    assert is_alive(tmp_path, "me")
    lease.release()
    assert not is_alive(tmp_path, "me")


def test_unknown_process_is_not_alive(tmp_path: Path) -> None:
    assert not is_alive(tmp_path, "nobody")


def test_lease_is_held_once(tmp_path: Path) -> None:
    lease = Lease(tmp_path, "me")
    with pytest.raises(sqlite3.OperationalError):
        Lease(tmp_path, "me")
    lease.release()


def test_lease_of_a_killed_process_is_free(tmp_path: Path) -> None:
    source = str(Path(__file__).parents[2] / "src")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": source},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert is_alive(tmp_path, "other")
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not is_alive(tmp_path, "other")
