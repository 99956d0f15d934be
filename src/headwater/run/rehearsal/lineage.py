"""What a rehearsed flow shows of each sink: its column edges, and why a column has none."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.language.dataflow.ast import Assignment
from headwater.run.rehearsal.outcome import RehearsedSink, Untraced
from headwater.run.rehearsal.script_walk import walk
from headwater.transformations.graph import Graph, Node
from headwater.transformations.protocol import OutputColumn
from headwater.transformations.trace import ROWS, trace

_WIDE = 60


def rehearsed_sink(graph: Graph, name: str, rows: int, path: str | None = None) -> RehearsedSink:
    """Return what is known of a sink that has been written."""
    columns = graph.by_name[name].output.columns
    edges = [edge for edge in trace(graph, name) if edge.sink_column != ROWS]
    traced = {edge.sink_column for edge in edges}
    found = {c.column.name: _made(graph, graph.by_name[name], c) for c in columns if c.column.name not in traced}
    return RehearsedSink(
        name=name,
        rows=rows,
        columns=len(columns),
        edges=len(edges),
        untraced=tuple(Untraced(column, why) for column, why in found.items() if why),
        unexplained=tuple(column for column, why in found.items() if not why),
        path=path,
    )


def _made(graph: Graph, node: Node, column: OutputColumn) -> str:
    """Return where a column is made from no other, as text; empty if it comes from a source after all."""
    waiting = [(node, column)]
    makers: dict[str, None] = {}
    while waiting:
        at, one = waiting.pop()
        if not one.origins:
            if at.verb == "source" and one in at.output.columns:
                return ""
            makers[_maker(graph, at, one)] = None
        waiting += _behind(graph, one)
    return "; ".join(makers)


def _behind(graph: Graph, column: OutputColumn) -> Iterator[tuple[Node, OutputColumn]]:
    for origin in column.origins:
        node = graph.by_name[origin.stream]
        yield from ((node, c) for c in (*node.output.columns, *node.output.marks) if c.column.id == origin.column)


def _maker(graph: Graph, node: Node, column: OutputColumn) -> str:
    if node.verb == "source":
        return f"source '{node.name}' says it of each row"
    text = _written(graph, node, column.column.name)
    return f"{node.verb} '{node.name}' makes it from no column" + (f": {text}" if text else "")


def _written(graph: Graph, node: Node, name: str) -> str:
    """Return the expression that the script assigns to a column, on one line."""
    names = {node.name, node.name.partition("@")[0]}
    for statement in (one for one in graph.script.statements if one.name in names):
        for one in walk(statement):
            if isinstance(one, Assignment) and one.target == name:
                text = " ".join(graph.source.text[one.value.span.start : one.value.span.end].split())
                return text if len(text) <= _WIDE else f"{text[: _WIDE - 1]}…"
    return ""
