"""Column links between the boxes in view, and the part of them that the chosen columns run through.

Pure. A row is a (node, column). The row `*` of an operation or a step decides which rows come out of it, so it stands
above every other row of the same node; that link is not drawn, it is implied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from headwater.api.studio.operations import Edge
from headwater.api.studio.shapes.lineage import ColumnLink, ColumnRef
from headwater.data.edges import FlowStep, Kind, Subtype

ALL_ROWS = "*"
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation in view: its guid, its inputs by qualified name, its sinks, and what it says of columns."""

    guid: str
    inputs: Mapping[str, str]
    sinks: tuple[str, ...]
    edges: tuple[Edge, ...]
    steps: tuple[FlowStep, ...] = ()


def step_id(operation: str, step: str) -> str:
    """Return the id of the node of a step."""
    return f"{operation}/{step}"


def folded_links(operation: Operation) -> Iterator[ColumnLink]:
    """Yield the links into an operation that is drawn as one box, and out of it."""
    written = set()
    for edge in operation.edges:
        source = operation.inputs.get(edge.source)
        if source is None:
            continue
        yield link(
            (source, edge.source_column),
            (operation.guid, edge.sink_column),
            edge.type,
            edge.subtype,
            edge.expression,
        )
        if edge.sink_column != ALL_ROWS:
            written.add(edge.sink_column)
    for column in sorted(written):
        for sink in operation.sinks:
            yield link((operation.guid, column), (sink, column))


def unfolded_links(operation: Operation) -> Iterator[ColumnLink]:
    """Yield the links through the steps of a data flow, from its inputs to its sink."""
    steps = relevant_steps(operation)
    names = {step.name for step in steps}
    seen = set()
    for edge in operation.edges:
        source = operation.inputs.get(edge.source)
        if source is None or not edge.steps or edge.steps[0].name not in names:
            continue
        row = (step_id(operation.guid, edge.steps[0].name), edge.steps[0].column)
        if (source, edge.source_column, row) not in seen:
            seen.add((source, edge.source_column, row))
            yield link((source, edge.source_column), row)
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
    source: Row, target: Row, kind: Kind = "DIRECT", subtype: Subtype = "IDENTITY", expression: str = ""
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
    for target in tuple(incoming):
        every = (target[0], ALL_ROWS)
        if target[1] != ALL_ROWS and every in incoming:
            incoming[target].append(every)
            outgoing[every].append(target)
    start = tuple(chosen)
    above, below = _reach(start, incoming), _reach(start, outgoing)
    return tuple(
        entry
        for entry in links
        if all(row in above for row in rows_of(entry)) or all(row in below for row in rows_of(entry))
    )


def rows_of(entry: ColumnLink) -> tuple[Row, Row]:
    """Return the rows at both ends of a link."""
    return (entry.source.node, entry.source.column), (entry.target.node, entry.target.column)


def _reach(start: tuple[Row, ...], ways: Mapping[Row, list[Row]]) -> set[Row]:
    seen = set(start)
    queue = list(start)
    while queue:
        for row in ways.get(queue.pop(), ()):
            if row not in seen:
                seen.add(row)
                queue.append(row)
    return seen


def entries(operation: Operation) -> dict[str, tuple[str, ...]]:
    """Return input node → the source steps that read it; an input without column edges goes to a lone source."""
    steps = relevant_steps(operation)
    sources = [step.name for step in steps if not step.inputs]
    found: dict[str, set[str]] = defaultdict(set)
    for edge in operation.edges:
        node = operation.inputs.get(edge.source)
        if node is not None and edge.steps and edge.steps[0].name in sources:
            found[node].add(edge.steps[0].name)
    taken = {name for names in found.values() for name in names}
    loose = [node for node in operation.inputs.values() if node not in found]
    free = [name for name in sources if name not in taken]
    if len(loose) == 1 and len(free) == 1:
        found[loose[0]].add(free[0])
    return {node: tuple(sorted(names)) for node, names in found.items()}
