"""What the form for lineage drawn by hand sends and gets."""

from __future__ import annotations

from typing import Literal

from headwater.api.studio.shapes.base import Answer, Crumb

Way = Literal["produces", "consumes"]


class ColumnPair(Answer, frozen=True, kw_only=True):
    """A column of the source that a column of the sink is made of."""

    source: str
    sink: str


class NewManualLineage(Answer, frozen=True, kw_only=True):
    """An edge to draw: the source's data flows into the sink. Both are guids of datasets."""

    source: str
    sink: str
    columns: tuple[ColumnPair, ...] = ()


class ManualColumns(Answer, frozen=True, kw_only=True):
    """The columns of an edge, in place of those that it has."""

    columns: tuple[ColumnPair, ...]


class ManualLineage(Answer, frozen=True, kw_only=True):
    """An edge that somebody drew, and may change or delete by its id."""

    id: str
    source: str
    sink: str
    columns: tuple[ColumnPair, ...]
    drawn_by: str


class DrawnEdge(Answer, frozen=True, kw_only=True):
    """An edge that somebody drew at an asset: it `produces` the other one, or `consumes` it."""

    id: str
    way: Way
    other: Crumb
    columns: tuple[ColumnPair, ...]


class DrawnEdges(Answer, frozen=True, kw_only=True):
    edges: tuple[DrawnEdge, ...]
