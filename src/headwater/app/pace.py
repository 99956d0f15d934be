"""How a process that serves shares its time: among threads, and with the search for objects that nothing needs.

A walk or a bulk makes tens of thousands of values that refer to nothing but texts and numbers. Looking at all of them,
and at all that the process has loaded, again and again took a quarter of a bulk write. And the thread that writes
hands over at every statement; it waited as long for its next turn as Python lets another one run.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLDS = (200_000, 20, 50)
TURN_S = 0.001


@contextmanager
def pace_of_a_server() -> Iterator[None]:
    """Collect rarely, and nothing that is loaded by now; let threads take short turns. As before at the end."""
    thresholds, turn = gc.get_threshold(), sys.getswitchinterval()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    sys.setswitchinterval(TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(turn)
        gc.set_threshold(*thresholds)
        gc.unfreeze()
