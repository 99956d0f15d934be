"""Searches that remember how they came: to each asset and to each column by one shortest way.

A walk shows a graph; a search answers "how far is it, and over what". Both go level by level with a visited set. A
search keeps a few integers for what it met and reads no names, and it stops when it has met enough.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, Select

from headwater.catalog.lineage.column_steps import BOTH_KINDS, column_bounds, edges_at, edges_told_by, relatives
from headwater.catalog.lineage.column_steps import Kind as EdgeKind
from headwater.catalog.lineage.kin import bonds
from headwater.catalog.lineage.steps import Kind, Way, kinds, leap, processes
from headwater.catalog.store.lists import packed
from headwater.catalog.store.schema import INDIRECT
from headwater.catalog.types import TypeSet

TOGETHER = 2_000
"""Entities or columns of a level that are asked for at once."""


class Came(NamedTuple):
    """What was there before, and over what: a relationship, a column edge, or None where the data is the same."""

    near: int
    over: int | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a search goes. `most`: entities or columns that it meets at most; it takes as many edges at a time."""

    way: Way
    depth: int
    as_of: datetime.datetime | None = None
    most: int = 100_000
    derived: bool = False


@dataclass(slots=True)
class Trace:
    """What a search met, and how far it is. `over` when there is nothing more to find."""

    levels: dict[int, int]
    came: dict[int, Came] = field(default_factory=dict)
    later: dict[int, tuple[int, Came]] = field(default_factory=dict)
    """What was met as the same data as something else, and an edge led to it only after: how far that is, and how."""
    number: int = 0
    front: list[int] = field(default_factory=list)
    truncated: bool = False

    @property
    def over(self) -> bool:
        return not self.front or self.truncated

    def way_to(self, end: int, *, by_edge: bool = False) -> list[tuple[int, Came]]:
        """Return what was met on the way to `end`, and how each was come to; what is next to the start comes first.

        `by_edge`: the way whose last step is an edge, which may be longer.
        """
        found = []
        while (came := self._came_to(end, by_edge)) is not None:
            found.append((end, came))
            # What holds the same data was come to from where an edge had led.
            end, by_edge = came.near, came.over is None
        return found[::-1]

    def _came_to(self, end: int, by_edge: bool) -> Came | None:
        return self.later[end][1] if by_edge and end in self.later else self.came.get(end)

    def level_by_edge(self, end: int) -> int | None:
        """Return how far `end` is as the start, or as what an edge led to; None if it is only bound to such."""
        if end in self.later:
            return self.later[end][0]
        came = self.came.get(end)
        return None if came is not None and came.over is None else self.levels.get(end)

    def meet(self, far: int, came: Came) -> bool:
        """Tell whether this is new, and remember it."""
        if far in self.levels:
            first = self.came.get(far)
            if first is not None and first.over is None and came.over is not None:
                self.later.setdefault(far, (self.number, came))
            return False
        self.levels[far] = self.number
        self.came[far] = came
        return True


class Search(Protocol):
    """A search that goes level by level."""

    @property
    def trace(self) -> Trace: ...
    def advance(self) -> None: ...
    def distances(self) -> Mapping[int, int]: ...
    def level_by_edge(self, id: int) -> int | None: ...


class AssetSearch:
    """Over assets and processes. A level is dataset → process → dataset; a process stands on the level it leads to."""

    def __init__(self, connection: Connection, types: TypeSet, starts: Iterable[int], bounds: Bounds) -> None:
        self._connection = connection
        self._types = types
        self.process_types = processes(types)
        self._bounds = bounds
        self.trace = Trace(dict.fromkeys(starts, 0))
        self.kinds: dict[int, Kind] = kinds(connection, self.trace.levels)
        """Type and collection of all that was met."""
        self._led: dict[int, None] = {}
        self._bound: set[int] = set()
        datasets, self._operations = self._sorted(self.trace.levels)
        self._led.update(dict.fromkeys(datasets))
        self._front = [*datasets, *self._gathered()]
        self.trace.front = [*self._front, *self._operations]

    def run(self) -> Trace:
        """Search as far as the bounds say."""
        while self.trace.number < self._bounds.depth and not self.trace.over:
            self.advance()
        return self.trace

    def advance(self) -> None:
        """Take one level."""
        self.trace.number += 1
        # A direct edge between datasets is a whole level by itself.
        datasets, operations = self._step(self._front)
        datasets += self._step([*self._operations, *operations])[0]
        self._operations = []
        self._front = [*datasets, *self._gathered()]
        self.trace.front = self._front

    def distances(self) -> Mapping[int, int]:
        """Return the level of all that was met."""
        return self.trace.levels

    def level_by_edge(self, id: int) -> int | None:
        """Return the level of what is a start, or what an edge led to; a bond alone does not count."""
        return self.trace.level_by_edge(id)

    def is_process(self, id: int) -> bool:
        return self.kinds[id][0] in self.process_types

    def _sorted(self, ids: Iterable[int]) -> tuple[list[int], list[int]]:
        datasets: list[int] = []
        operations: list[int] = []
        for id in ids:
            (operations if self.is_process(id) else datasets).append(id)
        return datasets, operations

    def _step(self, level: Sequence[int]) -> tuple[list[int], list[int]]:
        """Take the edges of a level; return the datasets and processes that were not met before."""
        trace, bounds = self.trace, self._bounds
        new: list[int] = []
        for at in range(0, len(level), TOGETHER):
            if len(trace.levels) > bounds.most:
                break
            steps = leap(self._connection, level[at : at + TOGETHER], bounds.way, bounds.as_of, bounds.most)
            trace.truncated |= len(steps) == bounds.most
            new += [far for near, far, over, _ in sorted(steps) if trace.meet(far, Came(near, over))]
            if bounds.derived:
                self._led.update((far, None) for _, far, _, _ in steps)
        trace.truncated |= len(trace.levels) > bounds.most
        self.kinds.update(kinds(self._connection, new))
        return self._sorted(new)

    def _gathered(self) -> list[int]:
        """Return what holds the same data as the datasets that edges led to, and was not met before."""
        asked = [id for id in self._led if id not in self._bound] if self._bounds.derived else []
        asked = self._sorted(asked)[0]
        self._led.clear()
        self._bound.update(asked)
        new = []
        most = self._bounds.most
        found = bonds(self._connection, asked, self._types, most, self._bounds.as_of) if asked else []
        self.trace.truncated |= len(found) >= most
        for bond in found:
            for near, far in ((bond.whole, bond.member), (bond.member, bond.whole)):
                if near in self._bound and self.trace.meet(far, Came(near, None)):
                    new.append(far)
        self.kinds.update(kinds(self._connection, new))
        return new


class ColumnSearch:
    """Over columns. A level is a column edge.

    A column stands on its asset's rows (`*`), and rows carry all columns: unless only DIRECT edges count, these
    belong to one level, but are not met themselves until an edge ends in them. A search may begin in operations: then
    its first level are the edges that these tell, since an edge of another may end in the same columns.
    """

    def __init__(
        self,
        connection: Connection,
        starts: Collection[int],
        bounds: Bounds,
        edge_kinds: Sequence[EdgeKind] = BOTH_KINDS,
        operations: Sequence[int] = (),
    ) -> None:
        self._connection = connection
        self._bounds = bounds
        self._up = bounds.way == "INPUT"
        self._given = column_bounds(edge_kinds, bounds.as_of)
        self._with_rows = "INDIRECT" in edge_kinds
        self.trace = Trace(dict.fromkeys(starts, 0))
        self.stood: dict[int, int] = {}
        """Column or rows → what it was come to from, in the same asset."""
        self.all_direct = True
        """Whether no edge but DIRECT ones was met."""
        self.trace.front = list(starts)
        if operations:
            self._follow(edges_told_by(self._up, bounds.as_of is not None), operations)
        self._open()

    def run(self) -> Trace:
        """Search as far as the bounds say."""
        while self.trace.number < self._bounds.depth and not self.trace.over:
            self._step()
            if self.trace.number < self._bounds.depth:
                self._open()
        return self.trace

    def advance(self) -> None:
        """Take one level, and what stands for its rows."""
        self._step()
        self._open()

    def _step(self) -> None:
        self._follow(edges_at(self._up, self._bounds.as_of is not None), self.trace.front)

    def _follow(self, query: Select[int, int, int, int], given_ids: Sequence[int]) -> None:
        """Take a level: the edges at these columns, or of these operations."""
        trace = self.trace
        trace.number += 1
        new: list[int] = []
        for at in range(0, len(given_ids), TOGETHER):
            given = {"wanted": packed(given_ids[at : at + TOGETHER]), "most": self._bounds.most, **self._given}
            rows = self._connection.execute(query, given).all()
            new += [far for near, edge, far, _ in sorted(rows) if trace.meet(far, Came(near, edge))]
            self.all_direct = self.all_direct and not any(kind == INDIRECT for _, _, _, kind in rows)
            trace.truncated |= len(rows) == self._bounds.most or len(trace.levels) > self._bounds.most
            if trace.truncated:
                break
        # What stood for the same rows before has been expanded already.
        trace.front = [id for id in new if id not in self.stood]

    def way_to(self, end: int, *, through: bool = False) -> list[tuple[int, Came]]:
        """Return the columns that edges led to on the way to `end`, and how each was come to.

        `through`: to it as something that may stand for the rows of another column.
        """
        found = []
        end = self.stood.get(end, end) if through else end
        while (came := self.trace.came.get(end)) is not None:
            found.append((end, came))
            # What stands for the rows of another was left as that, even if an edge led to it later.
            end = self.stood.get(came.near, came.near)
        return found[::-1]

    def distances(self) -> Mapping[int, int]:
        """Return the level of all columns that were met, or that stand for the rows of one that was."""
        levels = self.trace.levels
        return {**levels, **{id: levels[given] for id, given in self.stood.items()}}

    def level_by_edge(self, id: int) -> int | None:
        """Return what `distances` does of one: no column is met over a bond."""
        return self.trace.levels.get(self.stood.get(id, id))

    def _open(self) -> None:
        """Add what stands for the same rows to the front."""
        trace = self.trace
        if not (self._with_rows and trace.front):
            return
        for given, other in relatives(self._connection, trace.front, self._up):
            if other not in trace.levels and other not in self.stood:
                self.stood[other] = given
                trace.front.append(other)
