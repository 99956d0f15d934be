"""The code that goes to a cluster does without what its machines have not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from headwater.run.engines.spark.archive import archive

PROGRAM = """
import sys
for absent in ("duckdb", "msgspec", "numpy", "sqlglot"):
    sys.modules[absent] = None
sys.path.insert(0, sys.argv[1])
import headwater, pyarrow
from headwater.language.dataflow.functions.vectorized.batches import over_batches
from headwater.language.dataflow.functions.vectorized.registry import VECTORIZED
assert headwater.__file__.startswith(sys.argv[1]), headwater.__file__
same = over_batches(VECTORIZED["jaro_winkler"])
print(same(pyarrow.array(["a", None]), pyarrow.array(["a", "b"])).to_pylist())
"""


def test_vectorized_functions_are_called_from_the_archive(tmp_path: Path) -> None:
    file = archive(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(file)], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (done.stdout, done.stderr) == ("[1.0, None]\n", "")
