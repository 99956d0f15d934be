"""Answers of the lineage tab: the boxes and arrows in view, and the links of the chosen columns."""

from __future__ import annotations

import datetime
from typing import Literal

from headwater.api.studio.shapes.base import Answer

NodeKind = Literal["dataset", "process", "step"]
EdgeKind = Literal["DIRECT", "INDIRECT"]


class ColumnRef(Answer, frozen=True, kw_only=True):
    """A column of a node."""

    node: str
    column: str


class NodeColumn(Answer, frozen=True, kw_only=True):
    name: str
    type: str = ""
    expression: str = ""


class LineageNode(Answer, frozen=True, kw_only=True):
    """A box on the canvas. A step's `parent` is the operation that it unfolds from."""

    id: str
    guid: str
    kind: NodeKind
    family: str
    type_label: str
    name: str
    detail: str = ""
    qualified_name: str = ""
    parent: str | None = None
    column_count: int = 0
    columns: tuple[NodeColumn, ...] = ()
    """Of the focus all of them; of others those that a chosen column runs through."""
    status: str = ""
    rows: int | None = None
    last_run_at: datetime.datetime | None = None
    run_id: str | None = None
    activity_run_id: str | None = None
    written: bool = True
    """False for an operation whose run failed before it wrote."""
    stale: bool = False
    """True for an operation that the last runs of its activity or pipeline did not report."""
    steps: int = 0
    expression: str = ""
    unsupported: str = ""
    more_upstream: int = 0
    more_downstream: int = 0


class LineageEdge(Answer, frozen=True, kw_only=True):
    """An arrow between two nodes, source to sink."""

    source: str
    target: str
    rows: int | None = None
    last_run_at: datetime.datetime | None = None
    written: bool = True
    stale: bool = False


class ColumnLink(Answer, frozen=True, kw_only=True):
    """A column that feeds a column, with how. `target.column` is `*` where it decides about whole rows."""

    source: ColumnRef
    target: ColumnRef
    kind: EdgeKind
    subtype: str
    expression: str = ""


class LineageView(Answer, frozen=True, kw_only=True):
    """What the canvas draws: the boxes and arrows in view, and the links of the chosen columns only."""

    focus: str
    depth: int
    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    links: tuple[ColumnLink, ...] = ()
