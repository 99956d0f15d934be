"""How long `headwater --help` takes over a bare interpreter. Limit: 150 ms.

Prints the ratio to the limit; medians of interleaved fresh processes, so that noise hits both alike.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

LIMIT_MS = 150
ROUNDS = 15

BARE = [sys.executable, "-c", "pass"]
HELP = [sys.executable, "-c", "from headwater.cli.main import run; run(['--help'])"]


def milliseconds(command: list[str]) -> float:
    """Return how long a fresh process takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Measure and print."""
    bare, help_ = [], []
    for _ in range(ROUNDS):
        bare.append(milliseconds(BARE))
        help_.append(milliseconds(HELP))
    over = statistics.median(help_) - statistics.median(bare)
    print(f"bare interpreter {statistics.median(bare):.0f} ms, headwater --help {statistics.median(help_):.0f} ms")
    print(f"over a bare interpreter: {over:.0f} ms, {over / LIMIT_MS:.2f} x the limit of {LIMIT_MS} ms")


if __name__ == "__main__":
    main()
