"""Lineage between entities: level by level with a visited set, on integer keys."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import msgspec

from headwater.catalog.model import Direction, LineageInfo


class Degree(msgspec.Struct, frozen=True):
    """How many neighbours an entity has each way."""

    upstream: int = 0
    downstream: int = 0


class Lineage:
    def walk(
        self,
        guid: str,
        *,
        direction: Direction = "BOTH",
        depth: int = 3,
        width: int = 10,
        include_parent: bool = False,
        as_of: datetime.datetime | None = None,
    ) -> LineageInfo:
        """Lineage of a dataset, or of a process or what contains processes (an activity, a pipeline, a workspace).

        A level is dataset → process → dataset. At most `width` neighbours of a node are followed per direction
        (-1: all). `width_counts` tells how many there are.
        """

    def next_page(self, guid: str, *, direction: Direction, offset: int, limit: int) -> LineageInfo:
        """One level beyond a node, from neighbour `offset` on."""

    def degrees(self, guids: Sequence[str]) -> dict[str, Degree]: ...
