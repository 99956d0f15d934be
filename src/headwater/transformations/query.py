"""One query a sink, and tables for what is worth or must be evaluated once.

Every stream becomes a common table expression with only the columns that somebody downstream uses. A stream with more
than one consumer is evaluated once, as a table, if it is expensive (a join, an aggregate) or would not come out the
same again (`uuid()`, a database that others write to), or is text that is read as values; plain scans and expressions
are cheaper to repeat than to keep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
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


@dataclass(slots=True)
class _Demand:
    """The columns that queries made so far want of tables and of scans, in the order of their first use."""

    tables: dict[str, dict[str, None]]
    scans: dict[str, dict[str, None]]


def flow_queries(graph: Graph, sinks: Sequence[str], once: Collection[str] = ()) -> FlowQueries:
    """Return the queries that give these sinks; the sources in `once` are read once only."""
    nodes = _upstream(graph, sinks)
    tables = _tables(nodes, sinks, once)
    demand = _Demand({name: {} for name in tables}, {node.name: {} for node in nodes if node.verb == "source"})
    queries = {name: _query(graph, name, None, demand) for name in sinks}
    # A table is asked for what all later queries want of it, so the last one comes first.
    shared = [SharedQuery(name, _query(graph, name, demand.tables[name], demand)) for name in reversed(tables)]
    scans = {name: tuple(columns) for name, columns in demand.scans.items()}
    return FlowQueries(scans, tuple(reversed(shared)), queries)


def _upstream(graph: Graph, sinks: Sequence[str]) -> tuple[Node, ...]:
    names = {node.name for sink in sinks for node in graph.upstream(sink)}
    return tuple(node for node in graph.nodes if node.name in names)


def _tables(nodes: Sequence[Node], sinks: Sequence[str], once: Collection[str]) -> tuple[str, ...]:
    """Return the streams to evaluate once, in the graph's order."""
    consumers = Counter(name for node in nodes for name in node.reads)
    tables: dict[str, None] = {}
    costly: dict[str, bool] = {}
    for node in nodes:
        own = node.is_expensive or not node.output.is_repeatable or node.name in once or _reads_text(node)
        costly[node.name] = own or any(costly[name] for name in node.reads if name not in tables)
        if costly[node.name] and consumers[node.name] > 1 and node.name not in sinks:
            tables[node.name] = None
    return tuple(tables)


def _reads_text(node: Node) -> bool:
    """Return whether a source turns text into values, which takes longer than keeping them."""
    return node.verb == "source" and node.output.relation.find(exp.RegexpExtract) is not None


def _query(graph: Graph, root: str, wanted: Collection[str] | None, demand: _Demand) -> exp.Query:
    """Return the query of one stream with all of its columns, or those wanted, over tables and scans."""
    used: dict[str, dict[str, None]] = {root: {}}
    relations: dict[str, exp.Query] = {}
    for node in reversed(graph.upstream(root)):
        if node.name not in used or (node.name in demand.tables and node.name != root):
            continue
        relation = _with_columns(node.output.relation, wanted if node.name == root else used[node.name])
        relations[node.name] = relation
        used.update((name, {}) for name in node.reads if name not in used)
        _note_uses(node, relation, used, demand)
    query = relations.pop(root)
    for name, relation in reversed(relations.items()):
        alias = exp.to_identifier(name, quoted=True)
        query = query.with_(alias, as_=relation, materialized=False, copy=False)
    return query


def _note_uses(node: Node, relation: exp.Query, used: dict[str, dict[str, None]], demand: _Demand) -> None:
    scan = scan_name(node.name)
    for column in relation.find_all(exp.Column):
        if column.table == scan:
            demand.scans[node.name][column.name] = None
        elif column.table in demand.tables:
            demand.tables[column.table][column.name] = None
        elif column.table in used:
            used[column.table][column.name] = None


def _with_columns(relation: exp.Query, wanted: Collection[str] | None) -> exp.Query:
    """Return a copy that projects only the wanted columns; one of them where none is, since rows still count."""
    if wanted is None:
        return relation.copy()
    if not isinstance(relation, exp.Select):
        sides = {side: _with_columns(relation.args[side], wanted) for side in ("this", "expression")}
        return type(relation)(
            **{name: _copied(value) for name, value in relation.args.items() if name not in sides}, **sides
        )
    projections = relation.expressions
    kept = [projection for projection in projections if projection.alias in wanted] or projections[:1]
    # Only what is kept is copied: a long flow has thousands of columns that nobody wants.
    rest = {name: _copied(value) for name, value in relation.args.items() if name != "expressions"}
    return exp.Select(**rest, expressions=[projection.copy() for projection in kept])


def _copied(value: object) -> object:
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value.copy() if isinstance(value, exp.Expr) else value
