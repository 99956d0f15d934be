"""The rows of any stream of a data flow, as the data preview pane shows them, from a sample of each source.

The same plan, the same reading and the same queries as a run; but no sink is staged, and a store of tables is given
out behind a face that cannot write.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import exp

from headwater.connectors.engine import open_engine
from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.protocol import StagedTable, TableStore, TableWrite, Token
from headwater.connectors.statements import run_statement
from headwater.data.locations import QueryLocation, TableLocation
from headwater.data.schema import Schema
from headwater.data.types import Array, DataType, Map, Struct
from headwater.errors import Fault, PlanError, RunError, raise_if_any
from headwater.plan.resolved import FlowPlan
from headwater.run.engines.pivots import with_pivot_values
from headwater.run.engines.reading import (
    Connect,
    OpenSource,
    attach_source,
    missing_columns,
    open_source,
    tables_of,
)
from headwater.settings import EngineSettings
from headwater.transformations.graph import Graph, Node
from headwater.transformations.query import flow_queries
from headwater.transformations.stream import ACTION, ASSERT, StreamColumn

SAMPLE_ROWS = 1_000
"""Rows that are read of each source unless somebody says otherwise, as in the debug settings of the original."""


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """What to show: `rows` of a stream, from the first `sample` rows of each source (None: from all of them)."""

    stream: str
    rows: int = 100
    sample: int | None = SAMPLE_ROWS
    statistics: bool = False


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """Of one column, over all rows of the stream that the sample gives; no range where values have no order."""

    nulls: int
    distinct: int
    least: object = None
    greatest: object = None


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """`name` is the script's own; a join may have two of one name, which `id` tells apart."""

    name: str
    id: str
    type: DataType
    drifted: bool
    statistics: ColumnStatistics | None = None


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """`action` is what alterRow says of the row, None for a stream without; `failed` has messages by assertion."""

    values: tuple[object, ...]
    action: str | None = None
    failed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """`row_count` is the number of rows that the sample gives, known if statistics were asked for."""

    flow: str
    stream: str
    verb: str
    columns: tuple[PreviewColumn, ...]
    rows: tuple[PreviewRow, ...]
    has_actions: bool
    has_assertions: bool
    sample: int | None
    row_count: int | None = None


def preview(
    plan: FlowPlan, request: PreviewRequest, connect: Connect, settings: EngineSettings, scratch: Path
) -> Preview:
    """Return rows of a stream. Writes nothing. Raises PlanError for an unknown stream, else as a run does."""
    node = find_stream(plan.graph, request.stream)
    with ExitStack() as stack:
        engine = open_engine(settings, scratch)
        stack.callback(engine.close)
        graph, sources = _opened(plan, node.name, request, connect, engine)
        once = {name for name, source in sources.items() if source.is_table}
        queries = flow_queries(graph, [node.name], once)
        for name, columns in queries.scans.items():
            attach_source(sources[name], columns, engine, stack)
        for shared in queries.shared:
            _keep(engine, shared.stream, shared.query)
        return _shown(plan.name, graph.by_name[node.name], queries.sinks[node.name], request, engine)


def find_stream(graph: Graph, name: str) -> Node:
    """Return the stream that a name means: itself, a branch alone if only one split has it, without regard to case.

    Raises PlanError with the nearest names.
    """
    if name in graph.by_name:
        return graph.by_name[name]
    folded = name.casefold()
    found = [node for node in graph.nodes if node.name.casefold() == folded]
    found = found or [node for node in graph.nodes if node.name.casefold().partition("@")[2] == folded]
    if len(found) == 1:
        return found[0]
    branches = [node.name for node in graph.nodes if node.name.casefold().startswith(f"{folded}@")]
    several = branches or [node.name for node in found]
    if several:
        message = f"Stream '{name}' is several: it must be said which branch is meant"
        raise PlanError(Fault("PLN-044", message, graph.source.place, f"Write one of {', '.join(several)}."))
    near = difflib.get_close_matches(name, graph.by_name, n=3, cutoff=0.5)
    cure = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(graph.by_name)}."
    raise PlanError(Fault("PLN-044", f"The data flow has no stream '{name}'", graph.source.place, cure))


class _Sampled:
    """A store of tables whose readers end after some rows, and that takes no writes."""

    def __init__(self, store: TableStore, rows: int) -> None:
        self.dialect = store.dialect
        self._store = store
        self._rows = rows

    def describe(self, source: TableLocation | QueryLocation) -> Schema | None:
        return self._store.describe(source)

    def tables(self) -> Sequence[TableLocation]:
        return self._store.tables()

    def is_view(self, table: TableLocation) -> bool:
        return self._store.is_view(table)

    @contextmanager
    def read(
        self, source: TableLocation | QueryLocation, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatchReader]:
        with self._store.read(source, columns) as reader:
            yield pa.RecordBatchReader.from_batches(reader.schema, _first(reader, self._rows))

    def stage(self, table: TableLocation, write: TableWrite) -> StagedTable:
        message = f"A preview writes nothing, so does not {write.mode} into table '{table.table}'"
        raise RunError(Fault("RUN-043", message, cure="Run the data flow."))

    def committed(self, token: Token) -> bool:
        return self._store.committed(token)


def _first(reader: pa.RecordBatchReader, rows: int) -> Iterator[pa.RecordBatch]:
    left = rows
    for batch in reader:
        yield batch.slice(0, left)
        left -= batch.num_rows
        if left <= 0:
            return


def _opened(
    plan: FlowPlan, stream: str, request: PreviewRequest, connect: Connect, engine: duckdb.DuckDBPyConnection
) -> tuple[Graph, Mapping[str, OpenSource]]:
    """Look at the sources that a stream is made of, and compile the flow for what they really have."""
    nodes = [node for node in plan.graph.upstream(stream) if node.verb == "source"]
    opened = {node.name: open_source(node, plan.sources[node.name], connect, engine) for node in nodes}
    raise_if_any(RunError, (fault for node in nodes for fault in missing_columns(node, opened[node.name])))
    if request.sample is not None:
        opened = {name: _sampled(source, request.sample) for name, source in opened.items()}
    schemas = {name: source.schema for name, source in opened.items()}
    return with_pivot_values(plan.graph.with_schemas(schemas), schemas, opened, engine), opened


def _sampled(source: OpenSource, rows: int) -> OpenSource:
    if source.scan is None:
        return replace(source, store=_Sampled(tables_of(source.store, source.dataset), rows))
    return replace(source, scan=exp.select("*").from_(source.scan).limit(rows).subquery())


def _keep(engine: duckdb.DuckDBPyConnection, name: str, query: exp.Query) -> exp.Table:
    table = exp.table_(name, quoted=True)
    temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
    with faults_as(DUCKDB, f"Stream '{name}'"):
        run_statement(engine, exp.Create(this=table, kind="TABLE", properties=temporary, expression=query))
    return table


def _shown(
    flow: str, node: Node, query: exp.Query, request: PreviewRequest, engine: duckdb.DuckDBPyConnection
) -> Preview:
    columns = [column.column for column in node.output.columns]
    marks = [mark.column for mark in node.output.marks]
    statistics: list[ColumnStatistics | None] = [None] * len(columns)
    count = None
    if request.statistics:
        kept = _keep(engine, f"preview of {node.name}", query)
        statistics, count = _statistics(engine, kept, columns)
        query = exp.select("*").from_(kept.copy())
    with faults_as(DUCKDB, f"Stream '{node.name}'"):
        rows = run_statement(engine, query.limit(request.rows))
    return Preview(
        flow=flow,
        stream=node.name,
        verb=node.verb,
        columns=tuple(
            PreviewColumn(c.name, c.id, c.type, c.drifted, one) for c, one in zip(columns, statistics, strict=True)
        ),
        rows=tuple(_row(row, len(columns), marks) for row in rows),
        has_actions=any(mark.name == ACTION for mark in marks),
        has_assertions=any(mark.name.startswith(ASSERT) for mark in marks),
        sample=request.sample,
        row_count=count,
    )


def _row(row: tuple[object, ...], width: int, marks: Sequence[StreamColumn]) -> PreviewRow:
    """Return a row with what its marks say; of marks of one name the first is the latest."""
    said: dict[str, object] = {}
    for mark, value in zip(marks, row[width:], strict=True):
        said.setdefault(mark.name, value)
    action = str(said[ACTION] or "insert") if ACTION in said else None
    failed = {name.removeprefix(ASSERT): str(v) for name, v in said.items() if name.startswith(ASSERT) and v}
    return PreviewRow(row[:width], action, failed)


def _statistics(
    engine: duckdb.DuckDBPyConnection, table: exp.Table, columns: Sequence[StreamColumn]
) -> tuple[list[ColumnStatistics | None], int]:
    """Return the statistics of each column and the number of rows, one query a column so that each may spill."""
    found: list[ColumnStatistics | None] = []
    with faults_as(DUCKDB, "The statistics of a preview"):
        ((count,),) = run_statement(engine, exp.select(exp.Count(this=exp.Star())).from_(table.copy()))
        for column in columns:
            ((filled, distinct, *ends),) = run_statement(engine, _measures(column).from_(table.copy()))
            found.append(ColumnStatistics(count - filled, distinct, *ends))
    return found, count


def _measures(column: StreamColumn) -> exp.Select:
    value = exp.column(column.id, quoted=True)
    measures: list[exp.Expr] = [
        exp.Count(this=value),
        exp.Count(this=exp.Distinct(expressions=[value.copy()])),
    ]
    if not isinstance(column.type, Array | Map | Struct):
        measures += [exp.Min(this=value.copy()), exp.Max(this=value.copy())]
    return exp.select(*measures)
