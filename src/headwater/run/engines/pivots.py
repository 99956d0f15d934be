"""Finds the values of pivots that name none: one query over the key's rows, before the flow itself is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

import duckdb
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.statements import run_statement
from headwater.data.schema import Schema
from headwater.errors import Fault, RunError
from headwater.run.engines.reading import OpenSource, attach_source
from headwater.transformations.graph import Graph
from headwater.transformations.options import PivotOptions
from headwater.transformations.query import flow_queries

_MOST_VALUES = 10_000


def with_pivot_values(
    graph: Graph, schemas: Mapping[str, Schema], sources: Mapping[str, OpenSource], engine: duckdb.DuckDBPyConnection
) -> Graph:
    """Return the graph with the columns of every pivot that the opened sources feed.

    The sources are read once more for each. Raises RunError for a key of very many values, ConnectorError.
    """
    pivots = dict(graph.known.pivots)
    for node in graph.nodes:
        known = {source.name for source in graph.sources if source in graph.upstream(node.name)} <= set(sources)
        if isinstance(node.options, PivotOptions) and known:
            pivots[node.name] = _values(graph, node.options, sources, engine)
            graph = graph.with_schemas(schemas, pivots)
    return graph


def _values(
    graph: Graph, pivot: PivotOptions, sources: Mapping[str, OpenSource], engine: duckdb.DuckDBPyConnection
) -> tuple[str, ...]:
    """Return the values of the key as text, sorted; null is none."""
    # A pivot may stand above this one by now, under a graph that was built anew: its key is over the same stream.
    queries = flow_queries(graph, [pivot.stream], {name for name, source in sources.items() if source.is_table})
    with ExitStack() as stack:
        for name, columns in queries.scans.items():
            attach_source(sources[name], columns, engine, stack)
        for shared in queries.shared:
            table = exp.table_(shared.stream, quoted=True)
            stack.callback(run_statement, engine, exp.Drop(tables=[table], kind="TABLE"))
            temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
            run_statement(
                engine, exp.Create(this=table.copy(), kind="TABLE", properties=temporary, expression=shared.query)
            )
        alias = exp.TableAlias(this=exp.to_identifier(pivot.stream, quoted=True))
        rows = exp.Subquery(this=queries.sinks[pivot.stream], alias=alias)
        query = exp.select(exp.alias_(pivot.key.copy(), "value")).distinct().from_(rows).order_by("value")
        with faults_as(DUCKDB, f"The values of a pivot of '{pivot.stream}'"):
            found = [value for (value,) in run_statement(engine, query.limit(_MOST_VALUES + 1)) if value is not None]
    for source in sources.values():
        source.counter.rows = 0
    if len(found) > _MOST_VALUES:
        cure = "Pivot by a column of few values, or name them in pivotBy(column, ['value', …])."
        message = f"A pivot of '{pivot.stream}' would make more than {_MOST_VALUES} columns"
        raise RunError(Fault("RUN-042", message, cure=cure))
    return tuple(str(value) for value in found)
