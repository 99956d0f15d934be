"""Reading history must not cost what running costs: DBOS is imported when the first run starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_dbos_is_not_imported_before_a_run_starts() -> None:
    program = "import sys, headwater.run.history, headwater.run.runner; sys.exit('dbos' in sys.modules)"
    source = str(Path(__file__).parents[2] / "src")
    ended = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": source}, check=False, capture_output=True
    )
    assert ended.returncode == 0, ended.stderr
