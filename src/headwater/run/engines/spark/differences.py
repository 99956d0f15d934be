"""What Spark does otherwise than the embedded engine, each with the reason and an expression that shows it.

The tests run every example on both engines: an entry whose example comes out the same is as much a failure as an
example that differs without an entry. `docs/reference/data-flow-support.md` is written from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Difference:
    """`subject` is a function, or what a person would call the construct."""

    subject: str
    kind: Literal["differs", "refused"]
    reason: str
    example: str


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "a vectorized function of the items of an array",
        "refused",
        "Spark calls no Python function inside a lambda; unroll the array with a flatten first",
        "map(['ab'], regexReplace(#item, `(?=b)`, '-'))",
    ),
)
