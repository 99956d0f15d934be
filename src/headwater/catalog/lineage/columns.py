"""Column lineage: which columns feed which, walked level by level on the edges that operations reported."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    Connection,
    Select,
    Text,
    func,
    select,
    type_coerce,
)

from headwater import typed
from headwater.catalog import clock
from headwater.catalog.collections import collection_names
from headwater.catalog.lineage.column_steps import (
    BOTH_KINDS,
    Kind,
    column_bounds,
    column_holds,
    column_keys,
    edges_at,
    relatives,
)
from headwater.catalog.lineage.nodes import HIDDEN
from headwater.catalog.lineage.steps import NO_LIMIT
from headwater.catalog.store import Store
from headwater.catalog.store.lists import integer, listed, packed, text
from headwater.catalog.store.schema import DIRECT, column_edges, entities, lineage_columns
from headwater.catalog.types import TypeSet
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import Fault, Invalid, NotFound

Way = Literal["upstream", "downstream", "both"]
_WAYS: dict[Way, tuple[Literal["upstream", "downstream"], ...]] = {
    "upstream": ("upstream",),
    "downstream": ("downstream",),
    "both": ("upstream", "downstream"),
}


class ColumnNode(msgspec.Struct, frozen=True, rename="camel"):
    """A column of an asset; `column` is `*` for its rows. `level` counts from the start, below 0 upstream."""

    guid: str
    column: str
    level: int


class EdgeStep(msgspec.Struct, frozen=True, rename="camel"):
    """A transformation inside the operation that the column passed, source first."""

    name: str = ""
    kind: str = ""
    column: str = ""
    expression: str = ""


class ColumnEdge(msgspec.Struct, frozen=True, rename="camel"):
    """A source column feeds a sink column in an operation. `ended_at` is None while it holds."""

    source: str
    """guid of the source asset."""
    source_column: str
    sink: str
    sink_column: str
    operation: str
    kind: Kind
    subtype: str
    expression: str
    steps: tuple[EdgeStep, ...]
    first_seen: datetime.datetime
    ended_at: datetime.datetime | None


class ColumnGraph(msgspec.Struct, frozen=True, rename="camel"):
    """`truncated` if the walk stopped at its limit of columns."""

    nodes: tuple[ColumnNode, ...]
    edges: tuple[ColumnEdge, ...]
    truncated: bool = False


class ColumnLineage:
    """Walks over column edges."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def walk(
        self,
        guid: str,
        columns: Sequence[str] = (),
        *,
        way: Way = "both",
        depth: int = 5,
        kinds: Sequence[Kind] = BOTH_KINDS,
        as_of: datetime.datetime | None = None,
        limit: int = 10_000,
        readable: Collection[str] | None = None,
    ) -> ColumnGraph:
        """Columns that feed, or are fed by, these columns of a dataset (none given: all of them). Raises NotFound.

        A column depends on what decides which rows there are. So, unless only DIRECT edges are asked for, upstream
        of a column is also what is upstream of its asset's rows (`*`), and downstream of the rows are all columns.
        What is outside the `readable` collections (None: nothing) has no names.
        """
        if depth < 1 or limit < 1:
            raise Invalid(Fault("CAT-026", "Depth and limit of a column walk are 1 or more", cure="Ask for more."))
        with self._store.read() as connection:
            starts = _starts(connection, guid, columns, self._types.at(connection))
            bounds = column_bounds(kinds, as_of)
            walk = _Walk(bounds, as_of is not None, "INDIRECT" in kinds, limit, levels=dict.fromkeys(starts, 0))
            for one in _WAYS[way]:
                _spread(connection, walk, starts, one, depth)
            edges = _edges(connection, walk.edges, timed=walk.timed)
            graph = ColumnGraph(_nodes(connection, walk.levels), edges, walk.truncated)
            return graph if readable is None else _masked(connection, graph, readable)

    def of_operation(self, guid: str) -> tuple[ColumnEdge, ...]:
        """All column edges of one operation as they stand now. Raises NotFound."""
        with self._store.read() as connection:
            operation = _entity(connection, guid)
            table = column_edges.c
            query = select(table.id).where(table.operation_id == operation, table.ended_at.is_(None))
            return _edges(connection, [id for (id,) in connection.execute(query.order_by(table.id))])

    def within(self, guids: Iterable[str], *, as_of: datetime.datetime | None = None) -> tuple[ColumnEdge, ...]:
        """All column edges whose operation is one of these: what a canvas draws between the nodes in view."""
        table = column_edges.c
        wanted = listed()
        query = (
            select(table.id)
            .select_from(wanted)
            .join(entities, entities.c.guid == text(wanted))
            .join(column_edges, table.operation_id == entities.c.id)
            .where(column_holds(as_of is not None))
            .order_by(table.id)
        )
        with self._store.read() as connection:
            bounds = column_bounds(BOTH_KINDS, as_of)
            rows = connection.execute(query, {"wanted": packed(sorted(set(guids))), **bounds})
            return _edges(connection, [id for (id,) in rows], timed=as_of is not None)

    def count(self) -> int:
        """Return how many column edges hold now."""
        query = select(func.count()).select_from(column_edges).where(column_edges.c.ended_at.is_(None))
        with self._store.read() as connection:
            return int(connection.execute(query).scalar_one())

    def degrees(self, guid: str) -> dict[str, tuple[int, int]]:
        """Column name → number of edges that feed it, and of edges that it feeds. Raises NotFound."""
        table = column_edges.c
        counts = [
            select(func.count())
            .where(here == lineage_columns.c.id, table.ended_at.is_(None))
            .correlate(lineage_columns)
            .scalar_subquery()
            for here in (table.sink_id, table.source_id)
        ]
        with self._store.read() as connection:
            mine = lineage_columns.c.entity_id == _entity(connection, guid)
            query = select(lineage_columns.c.name, *counts).where(mine)
            return {name: (into, out) for name, into, out in connection.execute(query)}


def _entity(connection: Connection, guid: str) -> int:
    id = connection.execute(select(entities.c.id).where(entities.c.guid == guid)).scalar()
    if id is None:
        raise NotFound(no_guid(guid))
    return int(id)


def _starts(connection: Connection, guid: str, columns: Sequence[str], types: TypeSet) -> list[int]:
    found = connection.execute(select(entities.c.id).where(entities.c.guid == guid)).scalar()
    if found is None:
        raise NotFound(no_guid(guid))
    return column_keys(connection, found, columns, types)


@dataclass(slots=True)
class _Walk:
    """What counts as an edge, and what the walk has met."""

    bounds: Mapping[str, object]
    timed: bool
    with_rows: bool
    limit: int
    levels: dict[int, int]
    edges: dict[int, None] = field(default_factory=dict)
    truncated: bool = False


def _spread(
    connection: Connection,
    walk: _Walk,
    starts: Sequence[int],
    way: Literal["upstream", "downstream"],
    depth: int,
) -> None:
    up = way == "upstream"
    # What stands for the same rows is expanded too, but is not a node until an edge ends in it.
    seen, reached = set(starts), set(starts)
    level = list(starts)
    for number in range(1, depth + 1):
        if walk.with_rows:
            near = dict.fromkeys(id for _, id in relatives(connection, level, up) if id not in seen)
            seen.update(near)
            level = [*level, *near]
        met: dict[int, None] = {}
        query = edges_at(up, walk.timed)
        given = {"wanted": packed(level), "most": NO_LIMIT, **walk.bounds}
        for _, edge, far, _ in connection.execute(query, given).all():
            walk.edges[edge] = None
            if far not in reached:
                met[far] = None
        reached.update(met)
        for id in met:
            walk.levels.setdefault(id, -number if up else number)
        walk.truncated |= len(walk.levels) > walk.limit
        level = [id for id in met if id not in seen]
        seen.update(level)
        if not level or walk.truncated:
            return


@cache
def _shown_nodes() -> Select[int, str, str]:
    wanted = listed()
    return (
        select(lineage_columns.c.id, lineage_columns.c.name, entities.c.guid)
        .select_from(wanted)
        .join(lineage_columns, lineage_columns.c.id == integer(wanted))
        .join(entities, entities.c.id == lineage_columns.c.entity_id)
    )


def _nodes(connection: Connection, levels: dict[int, int]) -> tuple[ColumnNode, ...]:
    shown = {
        id: (guid, name) for id, name, guid in connection.execute(_shown_nodes(), {"wanted": packed(levels)}).all()
    }
    return tuple(ColumnNode(guid=shown[id][0], column=shown[id][1], level=level) for id, level in levels.items())


def _masked(connection: Connection, graph: ColumnGraph, readable: Collection[str]) -> ColumnGraph:
    names = collection_names(connection)
    met = {node.guid for node in graph.nodes} | {edge.operation for edge in graph.edges}
    met |= {end for edge in graph.edges for end in (edge.source, edge.sink)}
    wanted = listed()
    query = select(entities.c.guid, entities.c.collection_id).join(wanted, entities.c.guid == text(wanted))
    rows = connection.execute(query, {"wanted": packed(sorted(met))})
    hidden = {guid for guid, place in rows if names[place] not in readable}
    if not hidden:
        return graph
    nodes = (msgspec.structs.replace(node, column=HIDDEN) if node.guid in hidden else node for node in graph.nodes)
    return ColumnGraph(tuple(nodes), tuple(_masked_edge(edge, hidden) for edge in graph.edges), graph.truncated)


def _masked_edge(edge: ColumnEdge, hidden: Collection[str]) -> ColumnEdge:
    blank: dict[str, object] = {}
    if edge.source in hidden:
        blank["source_column"] = HIDDEN
    if edge.sink in hidden:
        blank["sink_column"] = HIDDEN
    # An expression names columns of either side.
    if blank or edge.operation in hidden:
        blank.update(expression="", steps=())
    return msgspec.structs.replace(edge, **blank) if blank else edge


_ANY = clock.moment(0)
_STEPS = typed.decoder(tuple[EdgeStep, ...])


@cache
def _shown_edges() -> Select[*tuple[Any, ...]]:  # Any: a row of eleven columns.
    source, sink = lineage_columns.alias("source"), lineage_columns.alias("sink")
    source_asset, sink_asset, operation = (entities.alias(name) for name in ("source_asset", "sink_asset", "operation"))
    table = column_edges.c
    wanted = listed()
    return (
        select(table.kind, table.subtype, table.expression, type_coerce(table.steps, Text))
        .add_columns(table.first_seen, table.ended_at)
        .add_columns(source_asset.c.guid.label("source"), source.c.name.label("source_column"))
        .add_columns(sink_asset.c.guid.label("sink"), sink.c.name.label("sink_column"))
        .add_columns(operation.c.guid.label("operation"))
        .select_from(wanted)
        .join(column_edges, table.id == integer(wanted))
        .join(source, source.c.id == table.source_id)
        .join(sink, sink.c.id == table.sink_id)
        .join(source_asset, source_asset.c.id == source.c.entity_id)
        .join(sink_asset, sink_asset.c.id == sink.c.entity_id)
        .join(operation, operation.c.id == table.operation_id)
        .order_by(table.id)
    )


def _edges(connection: Connection, ids: Iterable[int], *, timed: bool = False) -> tuple[ColumnEdge, ...]:
    """Return the edges by their keys.

    As of a time several records of one edge may hold, because reports come out of order: the first stands for all.
    """
    found = _every_edge(connection, ids)
    if not timed:
        return found
    same: dict[object, ColumnEdge] = {}
    for edge in found:
        same.setdefault(msgspec.structs.replace(edge, first_seen=_ANY, ended_at=None), edge)
    return tuple(same.values())


def _every_edge(connection: Connection, ids: Iterable[int]) -> tuple[ColumnEdge, ...]:
    # Many edges of a walk were seen in the same moment; most have no steps.
    moment = cache(clock.moment)
    return tuple(
        ColumnEdge(
            source=source,
            source_column=source_column,
            sink=sink,
            sink_column=sink_column,
            operation=operation,
            kind="DIRECT" if kind == DIRECT else "INDIRECT",
            subtype=subtype,
            expression=expression,
            steps=_STEPS.decode(steps) if steps else (),
            first_seen=moment(first_seen),
            ended_at=None if ended_at is None else moment(ended_at),
        )
        for (
            kind,
            subtype,
            expression,
            steps,
            first_seen,
            ended_at,
            source,
            source_column,
            sink,
            sink_column,
            operation,
        ) in connection.execute(_shown_edges(), {"wanted": packed(ids)}).all()
    )
