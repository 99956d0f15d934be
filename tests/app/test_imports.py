"""Opening a project must not cost what serving, running and reporting cost: each is imported when it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys, headwater.app.local
heavy = {"litestar", "uvicorn", "duckdb", "pyarrow", "headwater.api", "headwater.plan", "headwater.run.runner"}
sys.exit(" ".join(sorted(heavy & set(sys.modules))) or 0)
"""


def test_opened_project_has_no_server_and_no_engine() -> None:
    source = str(Path(__file__).parents[2] / "src")
    environment = {**os.environ, "PYTHONPATH": source}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
