"""Column links between the boxes in view, and the part of them that the chosen columns run through.

Pure. A row is a (node, column). The row `*` of an operation or a step decides which rows come out of it, so it stands
above every other row of the same node; that link is not drawn, it is implied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from headwater.api.studio.shapes.lineage import ColumnLink, ColumnRef
from headwater.catalog.lineage.columns import ColumnEdge
from headwater.data.edges import FlowStep, Kind

ALL_ROWS = "*"
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation in view: the guids of its inputs and sinks in view, its column edges, its steps."""

    guid: str
    inputs: tuple[str, ...]
    sinks: tuple[str, ...]
    edges: tuple[ColumnEdge, ...] = ()
    steps: tuple[FlowStep, ...] = ()


def step_id(operation: str, step: str) -> str:
    """Return the id of the node of a step."""
    return f"{operation}/{step}"


def folded_links(operation: Operation) -> Iterator[ColumnLink]:
    """Yield the links into an operation that is drawn as one box, and out of it."""
    written: dict[Row, None] = {}
    for edge in operation.edges:
        if edge.source in operation.inputs:
            source, target = (edge.source, edge.source_column), (operation.guid, edge.sink_column)
            yield link(source, target, edge.kind, edge.subtype, edge.expression)
        if edge.sink_column != ALL_ROWS and edge.sink in operation.sinks:
            written[edge.sink, edge.sink_column] = None
    for sink, column in written:
        yield link((operation.guid, column), (sink, column))


def unfolded_links(operation: Operation) -> Iterator[ColumnLink]:
    """Yield the links through the steps of a data flow, from its inputs to its sink."""
    steps = relevant_steps(operation)
    names = {step.name for step in steps}
    entered: dict[tuple[Row, Row], None] = {}
    for edge in operation.edges:
        if edge.source in operation.inputs and edge.steps and edge.steps[0].name in names:
            first = (step_id(operation.guid, edge.steps[0].name), edge.steps[0].column or edge.source_column)
            entered[(edge.source, edge.source_column), first] = None
    for source, target in entered:
        yield link(source, target)
    for step in steps:
        yield from _step_links(operation, step, names)


def relevant_steps(operation: Operation) -> tuple[FlowStep, ...]:
    """Return the steps that lead to the operation's sink; a flow with two sinks has one operation for each."""
    by_name = {step.name: step for step in operation.steps}
    ends = {edge.steps[-1].name for edge in operation.edges if edge.steps and edge.steps[-1].kind == "sink"}
    if not ends:
        ends = {step.name for step in operation.steps if step.kind == "sink"}
    wanted: set[str] = set()
    queue = [name for name in ends if name in by_name]
    while queue:
        name = queue.pop()
        if name not in wanted:
            wanted.add(name)
            queue += [stream for stream in by_name[name].inputs if stream in by_name]
    return tuple(step for step in operation.steps if step.name in wanted)


def entries(operation: Operation) -> dict[str, tuple[str, ...]]:
    """Return input → the source steps that read it; an input without column edges goes to the one source left."""
    sources = [step.name for step in relevant_steps(operation) if not step.inputs]
    found: dict[str, set[str]] = defaultdict(set)
    for edge in operation.edges:
        if edge.source in operation.inputs and edge.steps and edge.steps[0].name in sources:
            found[edge.source].add(edge.steps[0].name)
    taken = {name for names in found.values() for name in names}
    loose = [node for node in operation.inputs if node not in found]
    free = [name for name in sources if name not in taken]
    if len(loose) == 1 and len(free) == 1:
        found[loose[0]].add(free[0])
    return {node: tuple(sorted(names)) for node, names in found.items()}


def _step_links(operation: Operation, step: FlowStep, names: set[str]) -> Iterator[ColumnLink]:
    node = step_id(operation.guid, step.name)
    for column in step.columns:
        for origin in column.origins:
            if origin.stream in names:
                source = (step_id(operation.guid, origin.stream), origin.column)
                yield link(source, (node, column.name), origin.kind, origin.subtype, origin.expression)
        if step.kind == "sink":
            for sink in operation.sinks:
                yield link((node, column.name), (sink, column.name))
    for origin in step.effects:
        if origin.stream in names:
            source = (step_id(operation.guid, origin.stream), origin.column)
            yield link(source, (node, ALL_ROWS), "INDIRECT", origin.subtype, origin.expression)


def link(
    source: Row, target: Row, kind: Kind = "DIRECT", subtype: str = "IDENTITY", expression: str = ""
) -> ColumnLink:
    """Return a link between two rows."""
    return ColumnLink(
        source=ColumnRef(node=source[0], column=source[1]),
        target=ColumnRef(node=target[0], column=target[1]),
        kind=kind,
        subtype=subtype,
        expression=expression,
    )


def through(links: Iterable[ColumnLink], chosen: Iterable[Row]) -> tuple[ColumnLink, ...]:
    """Return the links on any way from or to a chosen row, in the order given."""
    links = tuple(links)
    incoming: dict[Row, list[Row]] = defaultdict(list)
    outgoing: dict[Row, list[Row]] = defaultdict(list)
    for entry in links:
        source, target = rows_of(entry)
        incoming[target].append(source)
        outgoing[source].append(target)
    rows = {row for entry in links for row in rows_of(entry)}
    for row in rows:
        every = (row[0], ALL_ROWS)
        if row[1] != ALL_ROWS and every in incoming:
            incoming[row].append(every)
            outgoing[every].append(row)
    kept: set[ColumnLink] = set()
    for row in chosen:
        above, below = _reach(row, incoming), _reach(row, outgoing)
        kept.update(entry for entry in links if above.issuperset(rows_of(entry)) or below.issuperset(rows_of(entry)))
    return tuple(entry for entry in links if entry in kept)


def rows_of(entry: ColumnLink) -> tuple[Row, Row]:
    """Return the rows at both ends of a link."""
    return (entry.source.node, entry.source.column), (entry.target.node, entry.target.column)


def _reach(start: Row, ways: Mapping[Row, list[Row]]) -> set[Row]:
    seen = {start}
    queue = [start]
    while queue:
        for row in ways.get(queue.pop(), ()):
            if row not in seen:
                seen.add(row)
                queue.append(row)
    return seen
