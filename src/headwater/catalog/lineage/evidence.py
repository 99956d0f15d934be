"""What stands behind one edge: the runs that saw it, from when to when it held, and the columns that flow along it."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.sql.elements import ColumnElement

from headwater import typed
from headwater.catalog import clock
from headwater.catalog.lineage.columns import EdgeStep
from headwater.catalog.lineage.edges import Told, told_edges
from headwater.catalog.lineage.steps import kinds
from headwater.catalog.lineage.stops import SeenBy, Stop, column_names, stops
from headwater.catalog.lineage.ways import ColumnHop, column_hop
from headwater.catalog.model import Shape
from headwater.catalog.reading import Row
from headwater.catalog.store import Store
from headwater.catalog.store.schema import column_edges, lineage_columns, lineage_edges, observations, relationships
from headwater.catalog.types import TypeSet
from headwater.catalog.types.in_force import Types
from headwater.errors import Fault, Invalid, NotFound

MAX_LIMIT = 1_000
MAX_COLUMNS = 10_000
_STEPS = typed.decoder(tuple[EdgeStep, ...])


class ColumnEvidence(Shape, frozen=True):
    """A column edge, when it held, and the steps inside the operation."""

    edge: ColumnHop
    steps: tuple[EdgeStep, ...]
    first_seen: datetime.datetime
    ended_at: datetime.datetime | None


class Evidence(Shape, frozen=True):
    """`operation` is None for an edge that somebody drew between two datasets; no run has seen such a one.

    `runs` are newest first, `runs_total` are all of them. At most 10,000 column edges are shown of `columns_total`.
    """

    relationship_id: str
    type_name: str
    source: Stop
    sink: Stop
    operation: Stop | None
    created_by: str
    first_seen: datetime.datetime
    last_seen: datetime.datetime | None
    """When the last run saw it; None for what no run reported."""
    ended_at: datetime.datetime | None
    rows: int | None
    """Of the last run."""
    bytes: int | None
    runs: tuple[SeenBy, ...]
    runs_total: int
    next_offset: int | None
    columns: tuple[ColumnEvidence, ...]
    columns_total: int


class EdgeEvidence:
    """Answers why an edge is there."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def of(
        self,
        relationship: str,
        *,
        offset: int = 0,
        limit: int = 100,
        as_of: datetime.datetime | None = None,
        readable: Collection[str] | None = None,
    ) -> Evidence:
        """Return what is known of an edge, by the guid of its relationship; of its runs a page.

        Entities outside the `readable` collections have no names. Raises NotFound if there is no such edge.
        """
        _check(offset, limit)
        with self._store.read() as connection:
            types = self._types.at(connection)
            edge = _edge(connection, relationship)
            ends = (edge["source_id"], edge["target_id"])
            operation = _process(connection, ends, types)
            runs, total, last = _runs(connection, edge, operation, (offset, limit), as_of)
            told, columns_total = _columns(connection, edge, operation)
            columns, shown = _shown(connection, types, told, ends, readable)
            return Evidence(
                relationship_id=relationship,
                type_name=types.relationships_by_id[edge["type_id"]].name,
                source=shown[ends[0]],
                sink=shown[ends[1]],
                operation=None if operation is None else shown[operation],
                created_by=edge["created_by"],
                first_seen=clock.moment(edge["first_seen"]),
                last_seen=None if last is None else last.time,
                ended_at=None if edge["ended_at"] is None else clock.moment(edge["ended_at"]),
                rows=None if last is None else last.rows,
                bytes=None if last is None else last.bytes,
                runs=runs,
                runs_total=total,
                next_offset=offset + len(runs) if offset + len(runs) < total else None,
                columns=columns,
                columns_total=columns_total,
            )


def _check(offset: int, limit: int) -> None:
    if offset < 0 or not 1 <= limit <= MAX_LIMIT:
        cure = f"Use an offset of 0 or more and a limit of 1 to {MAX_LIMIT}."
        raise Invalid(Fault("CAT-026", f"No page of runs from {offset}, {limit} long", cure=cure))


def _edge(connection: Connection, relationship: str) -> Row:
    table, edges = relationships.c, lineage_edges.c
    query = select(table.id, table.type_id, table.created_by).add_columns(
        edges.source_id, edges.target_id, edges.first_seen, edges.ended_at
    )
    joined = (
        (edges.source_id == table.end1_id) & (edges.target_id == table.end2_id) & (edges.relationship_id == table.id)
    )
    query = query.join(lineage_edges, joined).where(table.guid == relationship)
    row = connection.execute(query).mappings().first()
    if row is None:
        cure = "GET …/lineage/{guid}: its relations name them."
        message = f"Given relationship guid {relationship} is no edge of lineage"
        raise NotFound(Fault("CAT-005", message, cure=cure))
    return row


def _process(connection: Connection, ends: tuple[int, int], types: TypeSet) -> int | None:
    met = kinds(connection, ends)
    return next((id for id in ends if types.entities_by_id[met[id][0]].is_process), None)


def _runs(
    connection: Connection,
    edge: Row,
    operation: int | None,
    bounds: tuple[int, int],
    as_of: datetime.datetime | None,
) -> tuple[tuple[SeenBy, ...], int, SeenBy | None]:
    """Return a page of the runs that saw the edge, newest first; how many there are; and the last one."""
    if operation is None:
        return (), 0, None
    seen = observations.c
    while_it_held: list[ColumnElement[bool]] = [seen.operation_id == operation, seen.seen_at >= edge["first_seen"]]
    if edge["ended_at"] is not None:
        while_it_held.append(seen.seen_at < edge["ended_at"])
    if as_of is not None:
        while_it_held.append(seen.seen_at <= clock.milliseconds(as_of))
    total = connection.execute(select(func.count()).select_from(observations).where(and_(*while_it_held))).scalar_one()
    query = select(observations).where(and_(*while_it_held))
    query = query.order_by(seen.seen_at.desc(), seen.run_id.desc(), seen.activity_run_id.desc())
    found = tuple(_seen(row) for row in connection.execute(query.offset(bounds[0]).limit(bounds[1])).mappings())
    first = connection.execute(query.limit(1)).mappings().first()
    return found, int(total), None if first is None else _seen(first)


def _seen(row: Row) -> SeenBy:
    return SeenBy(
        run_id=row["run_id"],
        activity_run_id=row["activity_run_id"],
        time=clock.moment(row["seen_at"]),
        status=row["status"],
        rows=row["rows"],
        bytes=row["bytes"],
    )


def _columns(connection: Connection, edge: Row, operation: int | None) -> tuple[list[Told], int]:
    """Return the column edges that were told of the edge and overlap it in time, and how many there are."""
    table, column = column_edges.c, lineage_columns.c
    source, sink = edge["source_id"], edge["target_id"]
    # Of an edge that somebody drew, the sink itself stands for the operation.
    teller = sink if operation is None else operation
    end, asset = (table.sink_id, sink) if teller == source else (table.source_id, source)
    mine = [table.operation_id == teller, column.entity_id == asset]
    mine.append(table.ended_at.is_(None) | (table.ended_at > edge["first_seen"]))
    if edge["ended_at"] is not None:
        mine.append(table.first_seen < edge["ended_at"])
    query = select(table.id).join(lineage_columns, column.id == end).where(and_(*mine))
    total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    keys = connection.execute(query.order_by(table.id).limit(MAX_COLUMNS)).scalars().all()
    return list(told_edges(connection, keys).values()), int(total)


def _shown(
    connection: Connection,
    types: TypeSet,
    told: list[Told],
    ends: tuple[int, int],
    readable: Collection[str] | None,
) -> tuple[tuple[ColumnEvidence, ...], dict[int, Stop]]:
    names = column_names(connection, [end for edge in told for end in (edge.source, edge.sink)])
    met = {*ends, *(asset for asset, _ in names.values()), *(edge.operation for edge in told)}
    shown = stops(connection, met, types, readable)
    columns = tuple(
        ColumnEvidence(
            edge=column_hop(edge, names, shown),
            steps=_STEPS.decode(edge.steps) if edge.steps and shown[edge.operation].guid else (),
            first_seen=clock.moment(edge.first_seen),
            ended_at=None if edge.ended_at is None else clock.moment(edge.ended_at),
        )
        for edge in told
    )
    return columns, shown
