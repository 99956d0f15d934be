"""Column edges: derived from what an operation says, and kept with the time from which and until which they held.

An edge that a later run no longer reports ends; one that it reports again begins anew. So the runs that saw an edge
are the operation's observations between the two times, and a run that changes nothing writes no edge at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, and_, or_, select, update

from headwater.catalog.store.bulk import insert_rows
from headwater.catalog.store.counters import take
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import DIRECT, INDIRECT, column_edges, entities, lineage_columns, lineage_edges
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import reports
from headwater.catalog.writing.column_reports import Said, said_by
from headwater.catalog.writing.reports import Report
from headwater.catalog.writing.subjects import Subject

KINDS: Mapping[str, int] = {"DIRECT": DIRECT, "INDIRECT": INDIRECT}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A dataset that an operation reads or writes."""

    id: int
    qualified_name: str
    ignores_case: bool

    def key(self, column: str) -> str:
        """Return the column's name as the store compares it."""
        return column.casefold() if self.ignores_case else column


@dataclass(frozen=True, slots=True)
class Around:
    """The datasets around an operation, by qualified name."""

    inputs: Mapping[str, Neighbour]
    outputs: Mapping[str, Neighbour]


ROW = ("id", "operation_id", "source_id", "sink_id", "kind", "subtype", "expression", "steps", "first_seen")
Vertex = tuple[int, str]
"""Entity and column key."""
Told = tuple[int, Vertex, Vertex, Said]
"""Operation, source, sink, and what was said of them."""
Edge = tuple[int, int, int, int, str, str, bytes]
"""Operation, source, sink, kind, subtype, expression, steps as JSON."""


def keep(
    connection: Connection, subjects: Sequence[Subject], told: Mapping[int, Report], types: TypeSet, at: int
) -> None:
    """Derive the column edges of the operations among the subjects and make the stored ones agree. Raises Invalid."""
    tellers = [subject for subject in subjects if subject.type.is_process and (subject.changed or subject.id in told)]
    tellers = [subject for subject in tellers if {"columnLineage", "columnMapping"} & subject.attributes.keys()]
    if not tellers:
        return
    around = _around(connection, [subject.id for subject in tellers], types)
    said = {subject.id: said_by(subject, around[subject.id]) for subject in tellers}
    told_edges = [
        (
            id,
            (edge.source.id, edge.source.key(edge.source_column)),
            (edge.sink.id, edge.sink.key(edge.sink_column)),
            edge,
        )
        for id, found in said.items()
        for edge in found
    ]
    wanted = _edges(told_edges, _vertices(connection, told_edges))
    standing = _standing(connection, list(said))
    late = reports.last_seen(connection, list(told))
    _begin(connection, wanted - standing.keys(), told, at)
    over = [id for edge, id in standing.items() if edge not in wanted and _may_end(edge[0], told, late)]
    times = {id: told[edge[0]].seen_at if edge[0] in told else at for edge, id in standing.items()}
    _end(connection, [(id, times[id]) for id in over])


def _may_end(operation: int, told: Mapping[int, Report], late: Mapping[int, int]) -> bool:
    report = told.get(operation)
    return report is None or (report.status != reports.FAILED and report.seen_at >= late.get(operation, 0))


def _around(connection: Connection, operations: Sequence[int], types: TypeSet) -> dict[int, Around]:
    found: dict[int, tuple[dict[str, Neighbour], dict[str, Neighbour]]] = {id: ({}, {}) for id in operations}
    edges = lineage_edges.c
    for side, here, there in ((0, edges.target_id, edges.source_id), (1, edges.source_id, edges.target_id)):
        wanted = listed()
        query = (
            select(here, entities.c.id, entities.c.qualified_name, entities.c.type_id)
            .select_from(wanted)
            .join(lineage_edges, here == integer(wanted))
            .join(entities, entities.c.id == there)
            .where(edges.ended_at.is_(None))
        )
        for operation, id, name, type_id in connection.execute(query, {"wanted": packed(operations)}):
            found[operation][side][name] = Neighbour(id, name, types.entities_by_id[type_id].ignores_column_case)
    return {id: Around(*sides) for id, sides in found.items()}


def _vertices(connection: Connection, told: Sequence[Told]) -> dict[Vertex, int]:
    """Return the keys of all columns that are named, made where need be."""
    names: dict[Vertex, str] = {}
    for _, source, sink, edge in told:
        names.setdefault(source, edge.source_column)
        names.setdefault(sink, edge.sink_column)
    table = lineage_columns.c
    wanted = listed()
    query = select(table.id, table.entity_id, table.key).join(wanted, table.entity_id == integer(wanted))
    rows = connection.execute(query, {"wanted": packed({vertex[0] for vertex in names})}).all()
    keys = {(entity_id, key): id for id, entity_id, key in rows}
    new = [vertex for vertex in names if vertex not in keys]
    first = take(connection, "lineage_columns", len(new))
    made = [(first + offset, vertex[0], vertex[1], names[vertex]) for offset, vertex in enumerate(new)]
    insert_rows(connection, lineage_columns, ("id", "entity_id", "key", "name"), made)
    return keys | {vertex: first + offset for offset, vertex in enumerate(new)}


def _edges(told: Iterable[Told], vertices: Mapping[Vertex, int]) -> set[Edge]:
    return {
        (
            operation,
            vertices[source],
            vertices[sink],
            KINDS[edge.kind],
            edge.subtype,
            edge.expression,
            msgspec.json.encode(edge.steps) if edge.steps else b"",
        )
        for operation, source, sink, edge in told
    }


def _standing(connection: Connection, operations: Sequence[int]) -> dict[Edge, int]:
    table = column_edges.c
    wanted = listed()
    query = select(column_edges).join(wanted, table.operation_id == integer(wanted)).where(table.ended_at.is_(None))
    found: dict[Edge, int] = {}
    for row in connection.execute(query, {"wanted": packed(operations)}):
        steps = msgspec.json.encode(row.steps) if row.steps else b""
        found[row.operation_id, row.source_id, row.sink_id, row.kind, row.subtype, row.expression, steps] = row.id
    return found


def _begin(connection: Connection, edges: Iterable[Edge], told: Mapping[int, Report], at: int) -> None:
    new = sorted(edges)
    first = take(connection, "column_edges", len(new))
    rows = [
        (
            first + offset,
            operation,
            source,
            sink,
            kind,
            subtype,
            expression,
            steps.decode() if steps else None,
            told[operation].seen_at if operation in told else at,
        )
        for offset, (operation, source, sink, kind, subtype, expression, steps) in enumerate(new)
    ]
    insert_rows(connection, column_edges, ROW, rows)


def _end(connection: Connection, over: Sequence[tuple[int, int]]) -> None:
    for time in {time for _, time in over}:
        keys = packed(id for id, at in over if at == time)
        statement = update(column_edges).where(column_edges.c.id.in_(select(integer(listed()))))
        connection.execute(statement.values(ended_at=time), {"wanted": keys})


def end_between(connection: Connection, pairs: Sequence[tuple[int, int]], at: int) -> None:
    """End the open edges along lineage that is no more: dataset to operation, or operation to dataset."""
    if not pairs:
        return
    table, column = column_edges.c, lineage_columns.c
    over: list[int] = []
    for operation, vertex, end in ((1, 0, table.source_id), (0, 1, table.sink_id)):
        wanted = listed()
        query = (
            select(table.id)
            .select_from(wanted)
            .join(column_edges, table.operation_id == integer(wanted, operation))
            .join(lineage_columns, and_(column.id == end, column.entity_id == integer(wanted, vertex)))
            .where(table.ended_at.is_(None))
        )
        over.extend(connection.execute(query, {"wanted": packed(pairs)}).scalars())
    _end(connection, [(id, at) for id in over])


def end_of(connection: Connection, gone: Sequence[int], at: int) -> None:
    """End the open edges of entities that are deleted, whether they are the operation, the source or the sink."""
    table = column_edges.c
    these = select(integer(listed()))
    vertices = select(lineage_columns.c.id).where(lineage_columns.c.entity_id.in_(these))
    touching = or_(table.operation_id.in_(these), table.source_id.in_(vertices), table.sink_id.in_(vertices))
    statement = update(column_edges).where(touching, table.ended_at.is_(None)).values(ended_at=at)
    connection.execute(statement, {"wanted": packed(gone)})
