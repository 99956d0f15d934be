"""What an exchange did: how much of each kind was there, new or changed, and what was left and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Literal

import msgspec

Kind = Literal["types", "collections", "entities", "relationships", "annotations", "glossary", "assignments"]
Outcome = Literal["created", "changed", "unchanged"]
MOST_LEFT = 1000


class Left(msgspec.Struct, frozen=True):
    """Something that the other side did not get."""

    kind: Kind
    name: str
    why: str


class Summary(msgspec.Struct, frozen=True, rename="camel"):
    """`left` has the first thousand of `left_count`. In a dry run, nothing of what is counted was written."""

    source: str
    target: str
    dry_run: bool
    counts: dict[str, dict[str, int]]
    left_count: int
    left: tuple[Left, ...]


class Ledger:
    """Counts as the exchange goes; `observe` hears of every step: its kind, and how many are done of how many."""

    def __init__(self, observe: Callable[[Kind, int, int | None], None]) -> None:
        self._counts: dict[Kind, Counter[Outcome]] = {}
        self._left: list[Left] = []
        self._left_count = 0
        self._done: Counter[Kind] = Counter()
        self._observe = observe

    def count(self, kind: Kind, outcome: Outcome, number: int = 1) -> None:
        """Take down what became of some."""
        self._counts.setdefault(kind, Counter())[outcome] += number

    def step(self, kind: Kind, number: int, total: int | None = None) -> None:
        """Tell that some more were looked at."""
        self._done[kind] += number
        self._observe(kind, self._done[kind], total)

    def leave(self, kind: Kind, name: str, why: str) -> None:
        """Take down what the other side does not get."""
        self._left_count += 1
        if len(self._left) < MOST_LEFT:
            self._left.append(Left(kind, name, why))

    def summary(self, source: str, target: str, *, dry_run: bool) -> Summary:
        counts: dict[str, dict[str, int]] = {
            str(kind): {str(outcome): number for outcome, number in sorted(found.items()) if number}
            for kind, found in self._counts.items()
        }
        return Summary(source, target, dry_run, counts, self._left_count, tuple(self._left))
