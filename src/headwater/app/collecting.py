"""How often Python looks for objects that only refer to each other, while a server runs.

A walk or a bulk makes tens of thousands of values that refer to nothing but texts and numbers. Looking at all of them,
and at all that the process has loaded, again and again took a quarter of a bulk write.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLDS = (50_000, 20, 50)


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Leave what is loaded by now out of every collection, and collect rarely; as before at the end."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
