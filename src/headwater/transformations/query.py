"""One query a sink, and tables for what is worth or must be evaluated once.

Every stream becomes a common table expression with only the columns that somebody downstream uses. A stream with more
than one consumer is evaluated once, as a table, if it is expensive (a join, an aggregate) or would not come out the
same again (`uuid()`, a database that others write to); plain scans and expressions are cheaper to repeat than to keep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from headwater.transformations.graph import Graph, Node
from headwater.transformations.source import scan_name


@dataclass(frozen=True, slots=True)
class SharedQuery:
    """A stream that is evaluated once, into a table of its own name."""

    stream: str
    query: exp.Query


@dataclass(frozen=True, slots=True)
class FlowQueries:
    """What to run: `shared` in this order, then the sinks in any. Sources stand in FROM under `scan_name`."""

    scans: Mapping[str, tuple[str, ...]]
    """Source → the columns of its data that are used; perhaps none, where only the number of rows counts."""
    shared: tuple[SharedQuery, ...]
    sinks: Mapping[str, exp.Query]

    def __str__(self) -> str:
        parts = [(f"table {shared.stream}", shared.query) for shared in self.shared]
        parts += [(f"sink {name}", query) for name, query in self.sinks.items()]
        return "\n\n".join(f"-- {title}\n{query.sql(dialect='duckdb', pretty=True)}" for title, query in parts)


@dataclass(frozen=True, slots=True)
class _Pruned:
    node: Node
    relation: exp.Query


def flow_queries(graph: Graph, sinks: Sequence[str], once: Collection[str] = ()) -> FlowQueries:
    """Return the queries that give these sinks; the sources in `once` are read once only."""
    nodes = _upstream(graph, sinks)
    pruned, scans = _prune(nodes, sinks)
    tables = _tables(nodes, sinks, once)
    shared = tuple(SharedQuery(name, _assemble(name, pruned, tables)) for name in pruned if name in tables)
    return FlowQueries(scans, shared, {name: _assemble(name, pruned, tables) for name in sinks})


def _upstream(graph: Graph, sinks: Sequence[str]) -> tuple[Node, ...]:
    names = {node.name for sink in sinks for node in graph.upstream(sink)}
    return tuple(node for node in graph.nodes if node.name in names)


def _prune(nodes: Sequence[Node], sinks: Sequence[str]) -> tuple[dict[str, _Pruned], dict[str, tuple[str, ...]]]:
    """Return every stream's relation with only the columns that are used, and the used columns of each scan."""
    used: dict[str, dict[str, None]] = {node.name: {} for node in nodes}
    scans: dict[str, tuple[str, ...]] = {}
    pruned: dict[str, _Pruned] = {}
    for node in reversed(nodes):
        wanted = None if node.name in sinks else used[node.name]
        relation = _with_columns(node.output.relation, wanted)
        pruned[node.name] = _Pruned(node, relation)
        scan = scan_name(node.name)
        columns: dict[str, None] = {}
        for column in relation.find_all(exp.Column):
            if column.table == scan:
                columns[column.name] = None
            elif column.table in used:
                used[column.table][column.name] = None
        if node.verb == "source":
            scans[node.name] = tuple(columns)
    return {node.name: pruned[node.name] for node in nodes}, {n.name: scans[n.name] for n in nodes if n.name in scans}


def _with_columns(relation: exp.Query, wanted: Collection[str] | None) -> exp.Query:
    """Return a copy that projects only the wanted columns; one of them where none is, since rows still count."""
    copy = relation.copy()
    if wanted is None:
        return copy
    for select in _selects(copy):
        projections = select.expressions
        kept = [projection for projection in projections if projection.alias in wanted] or projections[:1]
        select.set("expressions", kept)
    return copy


def _selects(query: exp.Expr) -> Iterable[exp.Select]:
    if isinstance(query, exp.Select):
        return (query,)
    return (select for side in (query.this, query.expression) for select in _selects(side))


def _tables(nodes: Sequence[Node], sinks: Sequence[str], once: Collection[str]) -> set[str]:
    """Return the streams to evaluate once."""
    consumers = Counter(name for node in nodes for name in node.inputs)
    tables: set[str] = set()
    costly: dict[str, bool] = {}
    for node in nodes:
        own = node.is_expensive or not node.output.is_repeatable or node.name in once
        costly[node.name] = own or any(costly[name] for name in node.inputs if name not in tables)
        if costly[node.name] and consumers[node.name] > 1 and node.name not in sinks:
            tables.add(node.name)
    return tables


def _assemble(root: str, pruned: dict[str, _Pruned], tables: Collection[str]) -> exp.Query:
    needed = {root}
    for name in reversed(pruned):
        if name in needed and (name == root or name not in tables):
            needed.update(pruned[name].node.inputs)
    query = pruned[root].relation.copy()
    for name, part in pruned.items():
        if name in needed and name != root and name not in tables:
            alias = exp.to_identifier(name, quoted=True)
            query = query.with_(alias, as_=part.relation.copy(), materialized=False, copy=False)
    return query
