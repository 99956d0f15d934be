"""The walk around an entity: level by level with a visited set, the rows of what a level reached right after it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from sqlalchemy import Connection

from headwater.catalog.lineage.kin import Bond, bonds
from headwater.catalog.lineage.nodes import NodeRow, node_rows
from headwater.catalog.lineage.steps import ALL, NO_LIMIT, Step, Way, counts, neighbours
from headwater.catalog.types import TypeSet

Edge = tuple[int, int, str]
"""Source, target, and the guid of the relationship between them."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a walk goes. `derived`: through what assets gather, too."""

    types: TypeSet
    is_process: Collection[int]
    depth: int
    width: int
    as_of: datetime.datetime | None = None
    derived: bool = False


@dataclass(slots=True)
class Walk:
    """What a walk has met: entities, the steps by their relationship, and how many neighbours each entity has.

    A walk is thousands of each, so they stay as they were read, and move without a loop in Python.
    """

    rows: dict[int, NodeRow] = field(default_factory=dict)
    steps: dict[Way, dict[int, Step]] = field(default_factory=lambda: {"INPUT": {}, "OUTPUT": {}})
    totals: dict[Way, dict[int, int]] = field(default_factory=dict)
    bonds: dict[Bond, None] = field(default_factory=dict)

    def add(self, steps: Sequence[Step], way: Way) -> None:
        self.steps[way].update(zip(map(itemgetter(2), steps), steps, strict=True))

    def edges(self) -> list[Edge]:
        """Return every edge once, though it was met from both of its ends."""
        back, on = self.steps["INPUT"], self.steps["OUTPUT"]
        found = [(far, near, guid) for near, far, _, guid in back.values()]
        return found + [(near, far, guid) for link, (near, far, _, guid) in on.items() if link not in back]

    def meet(self, connection: Connection, ids: Iterable[int]) -> None:
        """Read the rows of what is new."""
        rows = node_rows(connection, [id for id in ids if id not in self.rows])
        self.rows.update(zip(map(itemgetter(0), rows), rows, strict=True))


class Spread:
    """One way of a walk. A level ends at datasets, so a walk that starts at processes takes half a level first."""

    def __init__(self, connection: Connection, walk: Walk, way: Way, reach: Reach) -> None:
        self._connection = connection
        self._walk = walk
        self._way = way
        self._reach = reach
        self._totals = walk.totals.setdefault(way, {})
        self._seen: set[int] = set()
        self._led: dict[int, None] = {}
        """Datasets that an edge led to, and whose bonds are still to be followed."""
        self._bound: set[int] = set()

    def go(self, starts: Collection[int]) -> None:
        """Walk from these entities."""
        self._seen.update(starts)
        self._walk.meet(self._connection, starts)
        level, operations = self._sorted(starts)
        self._led.update(dict.fromkeys(level))
        level += self._gathered()
        for _ in range(self._reach.depth):
            # A direct edge between datasets is a whole level by itself.
            datasets, processes = self._step(level)
            level = datasets + self._step(operations + processes)[0]
            operations = []
            level += self._gathered()
            if not level:
                return
        for id, total in counts(self._connection, level, self._way, self._reach.as_of).items():
            self._totals.setdefault(id, total)

    def _sorted(self, ids: Iterable[int]) -> tuple[list[int], list[int]]:
        """Return datasets, and processes."""
        datasets: list[int] = []
        processes: list[int] = []
        for id in ids:
            (processes if self._walk.rows[id][2] in self._reach.is_process else datasets).append(id)
        return datasets, processes

    def _step(self, level: Sequence[int]) -> tuple[list[int], list[int]]:
        """Take all edges of a level; return the datasets and processes that were not seen before."""
        if not level:
            return [], []
        steps, totals = neighbours(self._connection, level, self._way, self._reach.width, self._reach.as_of)
        self._totals.update(totals)
        self._walk.add(steps, self._way)
        reached = dict.fromkeys(map(itemgetter(1), steps))
        new = [id for id in reached if id not in self._seen]
        self._seen.update(new)
        self._walk.meet(self._connection, new)
        if self._reach.derived:
            self._led.update(dict.fromkeys(self._sorted(reached)[0]))
        return self._sorted(new)

    def _gathered(self) -> list[int]:
        """Return what is bound to the datasets that edges led to, and was not seen before."""
        asked = [id for id in self._led if id not in self._bound] if self._reach.derived else []
        self._led.clear()
        if not asked:
            return []
        self._bound.update(asked)
        most = NO_LIMIT if self._reach.width == ALL else self._reach.width * len(asked)
        found = bonds(self._connection, asked, self._reach.types, most, self._reach.as_of)
        self._walk.bonds.update(dict.fromkeys(found))
        ends = dict.fromkeys(end for bond in found for end in (bond.whole, bond.member))
        new = [id for id in ends if id not in self._seen]
        self._seen.update(new)
        self._walk.meet(self._connection, new)
        return new
