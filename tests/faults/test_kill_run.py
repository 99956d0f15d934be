"""A process that carries a run is killed at every point of an activity: nothing is lost, nothing is done twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from faults.killed_project import ITEMS, POINTS

TESTS = Path(__file__).parent.parent
PROGRAM = Path(__file__).parent / "killed_project.py"
PASSES = [f"Loop[{index}]/{name}" for index in range(len(ITEMS)) for name in ("Add", "Write")]
EVERYTHING = sorted([*PASSES, "/Beside", "/Last", "/Loop"])


def command(folder: Path, verb: str, point: str) -> dict[str, Any]:
    path = os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])
    arguments = [sys.executable, str(PROGRAM), str(folder), verb, point]
    return {"args": arguments, "env": {**os.environ, "PYTHONPATH": path}, "text": True}


def start(folder: Path, verb: str, point: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(**command(folder, verb, point), capture_output=True, timeout=120, check=False)


def outcome(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))


def assert_all_done_once(result: dict[str, Any]) -> None:
    assert result["statuses"] == ["Succeeded"]
    assert result["loop"] == ITEMS
    assert result["beside"] == [50]
    assert result["text"] == json.dumps(json.dumps(ITEMS, separators=(",", ":")))
    assert result["facts"] == EVERYTHING
    assert result["activities"] == [f"{name} Succeeded" for name in EVERYTHING]


def test_run_that_is_left_alone_does_everything_once(tmp_path: Path) -> None:
    assert_all_done_once(outcome(start(tmp_path, "start", "never")))


@pytest.mark.parametrize("point", ["started", *POINTS])
def test_run_killed_at_a_point_is_finished_by_the_next_process(tmp_path: Path, point: str) -> None:
    assert start(tmp_path, "start", point).returncode == -signal.SIGKILL
    assert_all_done_once(outcome(start(tmp_path, "recover", "never")))


def test_run_killed_again_while_recovering_is_finished_by_the_third_process(tmp_path: Path) -> None:
    assert start(tmp_path, "start", "prepared").returncode == -signal.SIGKILL
    assert start(tmp_path, "recover", "committed").returncode == -signal.SIGKILL
    assert start(tmp_path, "recover", "ending").returncode == -signal.SIGKILL
    assert_all_done_once(outcome(start(tmp_path, "recover", "never")))


def test_nothing_is_recovered_twice(tmp_path: Path) -> None:
    assert start(tmp_path, "start", "committed").returncode == -signal.SIGKILL
    outcome(start(tmp_path, "recover", "never"))
    assert outcome(start(tmp_path, "recover", "never"))["statuses"] == []


def test_another_live_process_does_not_take_what_one_recovers(tmp_path: Path) -> None:
    assert start(tmp_path, "start", "prepared").returncode == -signal.SIGKILL
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(**command(tmp_path, "idle", "never"), **streams) as idle:
        assert idle.stdout is not None
        assert idle.stdout.readline() == "idle\n"
        result = outcome(start(tmp_path, "recover", "never"))
        idle.communicate("")
    assert idle.returncode == 0
    result["facts"].remove("/W")
    assert_all_done_once(result)
