"""Column edges: derived from what an operation says, and kept with the time from which and until which they held.

An edge that a later run no longer reports ends; one that it reports again begins anew. So the runs that saw an edge
are the operation's observations between the two times, and a run that changes nothing writes no edge at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import count
from operator import add, itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Text, and_, or_, select, type_coerce, update

from headwater.catalog.names import index
from headwater.catalog.store.bulk import insert_rows
from headwater.catalog.store.counters import take
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import column_edges, entities, lineage_columns, lineage_edges
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import documents, reports
from headwater.catalog.writing.column_reports import KINDS, Around, Columns, Said, said_by
from headwater.catalog.writing.reports import Report
from headwater.catalog.writing.subjects import Subject
from headwater.catalog.writing.vertices import Neighbour, Vertices

__all__ = ["KINDS", "agree", "end_between", "end_of", "ended", "keep", "revive"]

SAID = ("operation_id", "source_id", "sink_id", "kind", "subtype", "expression", "steps")
Edge = tuple[int, int, int, int, str, str, str | None]
"""Operation, source, sink, kind, subtype, expression, steps as JSON (None if there are none)."""


def keep(
    connection: Connection, subjects: Sequence[Subject], told: Mapping[int, Report], types: TypeSet, at: int
) -> None:
    """Derive the column edges of the operations among the subjects and make the stored ones agree. Raises Invalid."""
    tellers = [subject for subject in subjects if subject.type.is_process and (subject.changed or subject.id in told)]
    tellers = [subject for subject in tellers if {"columnLineage", "columnMapping"} & subject.attributes.keys()]
    if not tellers:
        return
    around, datasets = _around(connection, [subject.id for subject in tellers], types)
    columns = _schemas(connection, types)
    names = index.spellings(connection, [dataset.id for dataset in datasets])
    said = {subject.id: said_by(subject, around[subject.id], columns, names) for subject in tellers}
    fresh = {subject.id for subject in subjects if subject.is_new}
    vertices = Vertices(connection, datasets, fresh)
    agree(connection, said, vertices, told, at, fresh)


def agree(
    connection: Connection,
    said: Mapping[int, Sequence[Said]],
    vertices: Vertices,
    told: Mapping[int, Report],
    at: int,
    fresh: Collection[int] = (),
) -> None:
    """Make the stored edges of these operations what was said of each, and end those that are said no more.

    `told` are the runs that said so; what no run said begins and ends `at`. `fresh` operations have no edges yet.
    """
    wanted = _edges(said, vertices)
    vertices.keep()
    old = [id for id in said if id not in fresh]
    standing = _standing(connection, old)
    late = reports.last_seen(connection, [id for id in told if id not in fresh])
    _begin(connection, [edge for edge in wanted if edge not in standing] if standing else list(wanted), told, at)
    over = [id for edge, id in standing.items() if edge not in wanted and _may_end(edge[0], told, late)]
    times = {id: told[edge[0]].seen_at if edge[0] in told else at for edge, id in standing.items()}
    _end(connection, [(id, times[id]) for id in over])


def _edges(said: Mapping[int, Sequence[Said]], vertices: Vertices) -> dict[Edge, None]:
    named = vertices.named
    found: dict[Edge, None] = {}
    for operation, lines in said.items():
        for source, source_column, sink, sink_column, kind, subtype, expression, steps in lines:
            source_id = source.vertices.get(source_column) or named(source, source_column)
            sink_id = sink.vertices.get(sink_column) or named(sink, sink_column)
            found[operation, source_id, sink_id, kind, subtype, expression, steps or None] = None
    return found


def _schemas(connection: Connection, types: TypeSet) -> Columns:
    """Return what looks a dataset's columns up, once each."""

    @cache
    def columns(dataset: Neighbour) -> frozenset[str]:
        found = documents.columns_of(connection, [dataset.id], types)[dataset.id]
        return frozenset(dataset.key(name) for name in found)

    return columns


def _may_end(operation: int, told: Mapping[int, Report], late: Mapping[int, int]) -> bool:
    report = told.get(operation)
    return report is None or (report.status != reports.FAILED and report.seen_at >= late.get(operation, 0))


def _around(
    connection: Connection, operations: Sequence[int], types: TypeSet
) -> tuple[dict[int, Around], Collection[Neighbour]]:
    """Return what is around each operation, and all datasets that are around any."""
    found = {id: Around({}, {}) for id in operations}
    datasets: dict[int, Neighbour] = {}
    for side, query in enumerate(_neighbours()):
        for operation, id, name, type_id in fetch(connection, query, {"wanted": packed(operations)}):
            dataset = datasets.get(id)
            if dataset is None:
                dataset = datasets[id] = Neighbour(id, name, types.entities_by_id[type_id].ignores_column_case)
            around = found[operation]
            (around.outputs if side else around.inputs)[name] = dataset
    return found, datasets.values()


@cache
def _neighbours() -> tuple[Select[int, int, str, int], ...]:
    """Return the statements of what an operation reads and of what it writes."""
    edges, wanted = lineage_edges.c, listed()
    sides = ((edges.target_id, edges.source_id), (edges.source_id, edges.target_id))
    return tuple(
        select(here, entities.c.id, entities.c.qualified_name, entities.c.type_id)
        .select_from(wanted)
        .join(lineage_edges, here == integer(wanted))
        .join(entities, entities.c.id == there)
        .where(edges.ended_at.is_(None))
        for here, there in sides
    )


def _standing(connection: Connection, operations: Sequence[int]) -> dict[Edge, int]:
    if not operations:
        return {}
    return {
        (operation, source, sink, kind, subtype, expression, steps): id
        for id, operation, source, sink, kind, subtype, expression, steps in fetch(
            connection, _open_edges(), {"wanted": packed(operations)}
        )
    }


@cache
def _open_edges() -> Select[int, int, int, int, int, str, str, str | None]:
    table, wanted = column_edges.c, listed()
    ends = (table.id, table.operation_id, table.source_id, table.sink_id, table.kind)
    query = select(*ends, table.subtype, table.expression, type_coerce(table.steps, Text))
    return query.join(wanted, table.operation_id == integer(wanted)).where(table.ended_at.is_(None))


def _begin(connection: Connection, edges: Sequence[Edge], told: Mapping[int, Report], at: int) -> None:
    first = take(connection, "column_edges", len(edges))
    seen = defaultdict(lambda: at, {id: report.seen_at for id, report in told.items()})
    # Tens of thousands in a bulk, so not one by one in Python.
    times = map(seen.__getitem__, map(itemgetter(0), edges))
    rows = list(map(add, edges, zip(count(first), times)))
    insert_rows(connection, column_edges, (*SAID, "id", "first_seen"), rows)


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


class Ended(NamedTuple):
    """An edge that ended, and the operation and datasets that it runs along."""

    edge: Edge
    id: int
    ended_at: int
    source: int
    sink: int

    @property
    def entities(self) -> tuple[int, int, int]:
        return self.edge[0], self.source, self.sink


def ended(connection: Connection, keys: Iterable[int]) -> list[Ended]:
    """Return the edges that touch these entities and have ended; of those that say the same, the last one."""
    wanted = {"wanted": packed(sorted(keys))}
    found: dict[Edge, Ended] = {}
    for query in _touching():
        for id, over, source, sink, *edge in fetch(connection, query, wanted):
            operation, above, below, kind, subtype, expression, steps = edge
            key: Edge = (operation, above, below, kind, subtype, expression, steps)
            if key not in found or found[key].id < id:
                found[key] = Ended(key, id, over or 0, source, sink)
    return [each for each in found.values() if each.ended_at]


@cache
def _touching() -> tuple[Select[*tuple[Any, ...]], ...]:  # Any: eleven columns, of as many types.
    table, wanted = column_edges.c, listed()
    source, sink = lineage_columns.alias("source"), lineage_columns.alias("sink")
    ends = (table.operation_id, source.c.entity_id, sink.c.entity_id)
    said = (table.operation_id, table.source_id, table.sink_id, table.kind, table.subtype, table.expression)
    return tuple(
        select(table.id, table.ended_at, *ends[1:], *said, type_coerce(table.steps, Text))
        .join(source, source.c.id == table.source_id)
        .join(sink, sink.c.id == table.sink_id)
        .join(wanted, end == integer(wanted))
        for end in ends
    )


def revive(connection: Connection, over: Sequence[Ended], deleted: Mapping[int, int], at: int) -> None:
    """Draw anew those edges that ended when one of their entities was `deleted`, where the lineage is back."""
    back = [each for each in over if each.ended_at in {deleted.get(id) for id in each.entities}]
    flows = _open_flows(connection, {id for each in back for id in each.entities})
    edges = {each.edge for each in back if {(each.source, each.edge[0]), (each.edge[0], each.sink)} <= flows}
    standing = _standing(connection, sorted({edge[0] for edge in edges}))
    _begin(connection, sorted(edges - standing.keys(), key=lambda edge: edge[:6]), {}, at)


def _open_flows(connection: Connection, keys: Iterable[int]) -> set[tuple[int, int]]:
    table, wanted = lineage_edges.c, listed()
    query = select(table.source_id, table.target_id).join(wanted, table.source_id == integer(wanted))
    rows = connection.execute(query.where(table.ended_at.is_(None)), {"wanted": packed(sorted(keys))})
    return {(source, target) for source, target in rows}
