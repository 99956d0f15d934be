"""What Spark does otherwise than the embedded engine, each with the reason and with what shows it.

The tests run every example on both engines: an entry whose example comes out the same is as much a failure as an
example that differs without an entry. `docs/reference/data-flow-support.md` is written from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Difference:
    """`subject` is a function, a transformation's verb, or what a person would call the construct."""

    subject: str
    kind: Literal["differs", "refused"]
    reason: str
    example: str = ""
    """An expression that shows it."""
    flows: tuple[str, ...] = ()
    """Data flows of the tests that show it."""


# Sorted by subject.
DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "join",
        "refused",
        "an outer join whose condition calls a vectorized function, as Spark calls no Python there",
        flows=("left_by_likeness",),
    ),
    Difference(
        "vectorized functions of `#item`",
        "refused",
        "Spark calls no Python function inside a lambda; unroll the array with a flatten first",
        example="map(['ab'], jaroWinkler(#item, 'ab'))",
    ),
)
