"""A script as a graph of compiled streams: inputs before outputs, every column with its type and its origins.

Printable (`str(graph)`), and immutable: when the columns of the sources become known, a new graph is built from the
same script with `with_schemas`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

from headwater.data.edges import Origin
from headwater.data.schema import Column, Schema
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import Script, Statement, StreamRef
from headwater.language.dataflow.scope import nearest
from headwater.language.source import Source
from headwater.transformations.arguments import unexpected
from headwater.transformations.options import SinkOptions, SourceOptions
from headwater.transformations.parameters import resolve_parameters
from headwater.transformations.protocol import Given, Output
from headwater.transformations.registry import TRANSFORMATIONS
from headwater.transformations.scope import Names


@dataclass(frozen=True, slots=True)
class Node:
    """One stream and the transformation that it comes out of; a split has a node for each branch."""

    name: str
    verb: str
    inputs: tuple[str, ...]
    output: Output = field(repr=False)
    options: SourceOptions | SinkOptions | None
    expression: str
    """The statement as written, on one line."""
    is_expensive: bool
    keeps_rows: bool

    @property
    def schema(self) -> Schema:
        """The columns that come out, by the names that scripts and files see."""
        return Schema(tuple(Column(c.column.name, c.column.type) for c in self.output.columns))


@dataclass(frozen=True, slots=True)
class Graph:
    """`nodes` stand in an order in which every stream comes after those it is made of."""

    nodes: tuple[Node, ...]
    script: Script = field(repr=False, compare=False)
    source: Source = field(repr=False, compare=False)
    parameters: Mapping[str, Source] = field(repr=False, compare=False)
    by_name: Mapping[str, Node] = field(repr=False, compare=False)

    @property
    def sources(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.verb == "source")

    @property
    def sinks(self) -> tuple[Node, ...]:
        """The sinks in the order in which they are written: by `saveOrder`, then those without one."""
        sinks = [node for node in self.nodes if node.verb == "sink"]
        return tuple(sorted(sinks, key=_save_order))

    def upstream(self, name: str) -> tuple[Node, ...]:
        """Return the streams that one is made of, and itself, in the graph's order."""
        wanted = {name}
        for node in reversed(self.nodes):
            if node.name in wanted:
                wanted.update(node.inputs)
        return tuple(node for node in self.nodes if node.name in wanted)

    def with_schemas(self, schemas: Mapping[str, Schema]) -> Graph:
        """Return the graph for sources that have these columns. Raises LanguageError if they do not fit the script."""
        return build_graph(self.script, self.parameters, schemas, self.source)

    def __str__(self) -> str:
        return "\n".join(_printed(node) for node in self.nodes)


def build_graph(
    script: Script, parameters: Mapping[str, Source], source_schemas: Mapping[str, Schema], source: Source
) -> Graph:
    """Return the graph of a script.

    `parameters` are data flow expressions, `source_schemas` the columns of the sources whose data is known, by stream;
    `source` is the script's text. Raises LanguageError with all faults.
    """
    faults: list[Fault] = []
    values = resolve_parameters(script.parameters, parameters, source, faults)
    nodes: dict[str, Node] = {}
    for statement in _in_order(script, source, faults):
        inputs = [nodes[name].output.stream for ref in statement.inputs if (name := stream_name(ref)) in nodes]
        if len(inputs) < len(statement.inputs):
            continue
        given = Given(statement, tuple(inputs), source, Names(values), source_schemas.get(statement.name))
        try:
            nodes.update((node.name, node) for node in _compile(given))
        except LanguageError as error:
            faults.extend(error.faults)
    if not any(statement.verb == "sink" for statement in script.statements):
        faults.append(source.fault("LNG-079", "The data flow has no sink", script.span, "End a stream with sink()."))
    raise_if_any(LanguageError, faults)
    return Graph(tuple(nodes.values()), script, source, parameters, nodes)


def stream_name(ref: StreamRef) -> str:
    """Return the name of the stream that an input means, `split1@late` for a branch."""
    return ref.stream if ref.branch is None else f"{ref.stream}@{ref.branch}"


def _compile(given: Given) -> list[Node]:
    statement = given.statement
    transformation = TRANSFORMATIONS.get(statement.verb)
    if transformation is None:
        cure = "Supported are: " + ", ".join(TRANSFORMATIONS) + "."
        raise given.refuse("LNG-065", f"Transformation '{statement.verb}' is not supported", cure=cure)
    raise_if_any(LanguageError, unexpected(given, transformation))
    outcome = transformation.compile(given)
    inputs = tuple(stream.name for stream in given.inputs)
    return [
        Node(
            output.stream.name,
            statement.verb,
            inputs,
            output,
            outcome.options,
            given.written(statement),
            transformation.is_expensive,
            transformation.keeps_rows,
        )
        for output in outcome.outputs
    ]


def _in_order(script: Script, source: Source, faults: list[Fault]) -> list[Statement]:
    """Return the statements, inputs first; add the faults of streams that are absent, doubled or in a circle."""
    statements: dict[str, Statement] = {}
    folded: dict[str, str] = {}
    for statement in script.statements:
        if (earlier := folded.get(statement.name.lower())) is not None:
            message = f"Stream '{statement.name}' is defined twice"
            cure = "Give one of them another name." + ("" if earlier == statement.name else " Case does not count.")
            faults.append(source.fault("LNG-067", message, statement.span, cure))
            continue
        folded[statement.name.lower()] = statement.name
        statements[statement.name] = statement
    for statement in statements.values():
        faults.extend(_dangling(statement, statements, source))
    sorter = TopologicalSorter(
        {name: [ref.stream for ref in s.inputs if ref.stream in statements] for name, s in statements.items()}
    )
    try:
        sorter.prepare()
    except CycleError as error:
        circle = [str(name) for name in error.args[1]]
        message = "The streams go in a circle: " + " → ".join(f"'{name}'" for name in reversed(circle))
        cure = "Read one of them from another stream."
        faults.append(source.fault("LNG-068", message, statements[circle[0]].span, cure))
        return []
    return _sorted(statements, sorter)


def _sorted(statements: Mapping[str, Statement], sorter: TopologicalSorter[str]) -> list[Statement]:
    """Return the statements as near to the script's order as their inputs allow."""
    places = {name: place for place, name in enumerate(statements)}
    ready: list[tuple[int, str]] = []
    result: list[Statement] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heappush(ready, (places[name], name))
        _, name = heappop(ready)
        result.append(statements[name])
        sorter.done(name)
    return result


def _dangling(statement: Statement, statements: Mapping[str, Statement], source: Source) -> list[Fault]:
    faults = []
    for ref in statement.inputs:
        target = statements.get(ref.stream)
        if target is None:
            message = f"Stream '{ref.stream}' does not exist"
            faults.append(source.fault("LNG-066", message, ref.span, nearest(ref.stream, statements)))
        elif ref.branch not in (target.branches or (None,)):
            message = f"Stream '{ref.stream}' has no branch '{ref.branch}'"
            if ref.branch is None:
                message = f"Stream '{ref.stream}' has branches, none is named"
            names = ", ".join(f"{ref.stream}@{branch}" for branch in target.branches) or ref.stream
            faults.append(source.fault("LNG-066", message, ref.span, f"Write {names}."))
        elif target.verb == "sink":
            cure = "Read from the stream that the sink writes."
            faults.append(source.fault("LNG-066", f"'{ref.stream}' is a sink and gives no rows", ref.span, cure))
    return faults


def _save_order(node: Node) -> tuple[bool, int]:
    order = node.options.save_order if isinstance(node.options, SinkOptions) else None
    return (order is None, order or 0)


def _printed(node: Node) -> str:
    lines = [f"{node.name} = {node.verb}({', '.join(node.inputs)})"]
    lines += [f"  rows <- {_from(effect)}" for effect in node.output.effects]
    for column in node.output.columns:
        drifted = " drifted" if column.column.drifted else ""
        lines.append(f"  {column.column.id} {column.column.type}{drifted}")
        lines += [f"    <- {_from(origin)}" for origin in column.origins]
    if node.output.stream.is_open:
        lines.append("  …")
    return "\n".join(lines)


def _from(origin: Origin) -> str:
    label = f"{origin.kind} {origin.subtype}" + (f": {origin.expression}" if origin.expression else "")
    return f"{origin.stream}.{origin.column}  [{label}]"
