"""Follows columns through a graph: from each column of a sink back to the columns of the sources.

Origins are composed step by step. An INDIRECT hop makes the whole way INDIRECT, and the one nearest to the sink says
of which subtype; among DIRECT hops AGGREGATION outranks TRANSFORMATION, and that IDENTITY. The expression is that of
the hop which decided. Of several ways of the same kind between the same columns the first is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from headwater.data.edges import ColumnEdge, FlowColumn, FlowStep, Kind, Origin, Step, Subtype
from headwater.transformations.graph import Graph, Node
from headwater.transformations.protocol import OutputColumn

ROWS = "*"
UNKNOWN = "…"
"""Columns that a source has and nobody declares, as long as its data has not been looked at."""
# Transformations whose patterns make columns beside those that are there.
_ADDING = frozenset({"derive", "parse", "stringify", "window"})
_RANK: Mapping[Subtype, int] = {"IDENTITY": 0, "TRANSFORMATION": 1, "AGGREGATION": 2}


@dataclass(frozen=True, slots=True)
class _Way:
    """A way from a source's column to a column of some stream."""

    input: str
    column: str
    kind: Kind
    subtype: Subtype
    expression: str
    steps: tuple[Step, ...]

    @property
    def key(self) -> tuple[str, str, Kind, Subtype]:
        return self.input, self.column, self.kind, self.subtype


Ways = tuple[_Way, ...]


def trace(graph: Graph, sink: str) -> tuple[ColumnEdge, ...]:
    """Return the edges from the columns of the sources to those of one sink; `*` where a column decides its rows.

    Of a graph whose sources may have more columns than are known there is one edge more for each that passes them on,
    from `…` to `…`.

    Sorted by the sink's columns, `*` last, then by the sources' columns as the sources have them.
    """
    ways: dict[tuple[str, str], Ways] = {}
    effects: list[_Way] = []
    for node in graph.upstream(sink):
        effects.extend(_hops(node, ROWS, node.output.effects, ways))
        if node.verb == "source":
            ways.update(((node.name, column.column.id), _start(node, column)) for column in node.output.columns)
        # The marks of a source are made of no column of its data.
        followed = node.output.marks if node.verb == "source" else (*node.output.columns, *node.output.marks)
        for column in followed:
            key = node.name, column.column.id
            ways[key] = _distinct(_hops(node, key[1], column.origins, ways))
    unknown = _unknown(graph, sink)
    order = _source_order(graph)
    written = graph.by_name[sink].output.columns
    edges = [_edge(way, c.column.name) for c in written for way in _sorted(ways[sink, c.column.id], order)]
    edges += [_edge(way, UNKNOWN) for way in unknown]
    return (*edges, *(_edge(way, ROWS) for way in _sorted(_distinct(effects), order)))


def _unknown(graph: Graph, sink: str) -> Ways:
    """Return the ways of columns that may drift from a source to the sink, before they are known."""
    ways: dict[str, Ways] = {}
    for node in graph.upstream(sink):
        if not node.output.stream.is_open:
            ways[node.name] = ()
        elif node.verb == "source":
            ways[node.name] = (
                _Way(node.name, UNKNOWN, "DIRECT", "IDENTITY", "", (Step(node.name, node.verb, UNKNOWN),)),
            )
        else:
            through = [way for name in node.inputs for way in ways[name]]
            ways[node.name] = _distinct(
                _extended(way, origin, Step(node.name, node.verb, UNKNOWN, origin.expression))
                for way in through
                for origin in _by_pattern(node)
            )
    return ways[sink]


def _by_pattern(node: Node) -> Iterable[Origin]:
    """Yield what becomes of columns that are not known: passed on as they are, or as the patterns of a step say."""
    anew = node.verb in ("aggregate", "pivot")
    if node.verb in _ADDING or not node.patterns:
        yield Origin("", UNKNOWN, "DIRECT", "AGGREGATION" if anew else "IDENTITY")
    for pattern in node.patterns:
        subtype: Subtype = "AGGREGATION" if anew else "IDENTITY" if pattern.passes else "TRANSFORMATION"
        yield Origin("", UNKNOWN, "DIRECT", subtype, pattern.text)


def flow_steps(graph: Graph, sink: str | None = None, rows: Mapping[str, int] | None = None) -> tuple[FlowStep, ...]:
    """Return the steps that lead to one sink, or all steps, in the graph's order; `rows` by stream where counted."""
    nodes = graph.nodes if sink is None else graph.upstream(sink)
    return tuple(
        FlowStep(
            name=node.name,
            kind=node.verb,
            inputs=node.reads,
            columns=tuple(FlowColumn(c.column.id, str(c.column.type), c.origins) for c in _carried(node)),
            effects=node.output.effects,
            expression=node.expression,
            rows=(rows or {}).get(node.name),
        )
        for node in nodes
    )


def _carried(node: Node) -> tuple[OutputColumn, ...]:
    """Return the columns and marks of a stream; a sink's mark is not written."""
    return node.output.columns if node.verb == "sink" else (*node.output.columns, *node.output.marks)


def _start(node: Node, column: OutputColumn) -> Ways:
    name = column.column.name
    return (_Way(node.name, name, "DIRECT", "IDENTITY", "", (Step(node.name, node.verb, name),)),)


def _hops(node: Node, column: str, origins: Iterable[Origin], ways: Mapping[tuple[str, str], Ways]) -> Iterable[_Way]:
    for origin in origins:
        step = Step(node.name, node.verb, column, origin.expression)
        for way in ways[origin.stream, origin.column]:
            yield _extended(way, origin, step)


def _extended(way: _Way, origin: Origin, step: Step) -> _Way:
    """Return the way with one more hop at the sink's end."""
    decides = origin.kind == "INDIRECT" or (way.kind == "DIRECT" and 0 < _RANK[origin.subtype] >= _RANK[way.subtype])
    hop = origin if decides else way
    return _Way(way.input, way.column, hop.kind, hop.subtype, hop.expression, (*way.steps, step))


def _distinct(ways: Iterable[_Way]) -> Ways:
    first: dict[tuple[str, str, Kind, Subtype], _Way] = {}
    for way in ways:
        first.setdefault(way.key, way)
    return tuple(first.values())


def _source_order(graph: Graph) -> dict[tuple[str, str], int]:
    places = [(node.name, column.column.name) for node in graph.sources for column in node.output.columns]
    return {place: number for number, place in enumerate(places)}


def _sorted(ways: Ways, order: Mapping[tuple[str, str], int]) -> list[_Way]:
    return sorted(ways, key=lambda way: (order[way.input, way.column], way.kind, way.subtype))


def _edge(way: _Way, sink_column: str) -> ColumnEdge:
    return ColumnEdge(way.input, way.column, sink_column, way.kind, way.subtype, way.expression, way.steps)
