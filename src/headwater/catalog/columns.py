"""Column lineage: which columns feed which, walked level by level on the edges that operations reported."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Literal

import msgspec

Way = Literal["upstream", "downstream", "both"]


class ColumnNode(msgspec.Struct, frozen=True, rename="camel"):
    """A column of an asset. `column` is `*` where whole rows are meant. `level` counts from the start, up is negative."""

    guid: str
    column: str
    level: int


class EdgeStep(msgspec.Struct, frozen=True, rename="camel"):
    """A transformation inside the operation that the column passed, source first."""

    name: str
    kind: str
    column: str = ""
    expression: str = ""


class ColumnEdge(msgspec.Struct, frozen=True, rename="camel"):
    """Source column feeds sink column by an operation. Times are None only for edges without a run."""

    source: str
    """guid of the source asset."""
    source_column: str
    sink: str
    sink_column: str
    operation: str
    kind: Literal["DIRECT", "INDIRECT"]
    subtype: str
    expression: str = ""
    steps: tuple[EdgeStep, ...] = ()
    first_seen: datetime.datetime | None = None
    ended_at: datetime.datetime | None = None


class ColumnGraph(msgspec.Struct, frozen=True, rename="camel"):
    """`truncated` if the walk stopped at `limit` columns."""

    nodes: tuple[ColumnNode, ...]
    edges: tuple[ColumnEdge, ...]
    truncated: bool = False


class ColumnLineage:
    def walk(
        self,
        guid: str,
        columns: Sequence[str] = (),
        *,
        way: Way = "both",
        depth: int = 5,
        kinds: Sequence[Literal["DIRECT", "INDIRECT"]] = ("DIRECT", "INDIRECT"),
        as_of: datetime.datetime | None = None,
        limit: int = 10_000,
    ) -> ColumnGraph:
        """Columns that feed, or are fed by, these columns of a dataset (none given: all of them).

        A column depends on what decides its rows: upstream of any column is also what is upstream of `*`.
        """

    def of_operation(self, guid: str) -> tuple[ColumnEdge, ...]:
        """All column edges of one operation as they stand now."""

    def degrees(self, guid: str) -> dict[str, tuple[int, int]]:
        """Column name → number of columns that feed it, and that it feeds."""
