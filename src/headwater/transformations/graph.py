"""A script as a graph of compiled streams: inputs before outputs, every column with its type and its origins.

Printable (`str(graph)`), and immutable: when the columns of the sources become known, a new graph is built from the
same script with `with_schemas`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from headwater.data.edges import Origin
from headwater.data.schema import Column, Schema
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import Script
from headwater.language.dataflow.scope import CacheSink, ScopeColumn
from headwater.language.expression.ast import Json
from headwater.language.source import Source
from headwater.transformations.arguments import unexpected
from headwater.transformations.flowlets import inlined
from headwater.transformations.known import NOTHING_KNOWN, Known
from headwater.transformations.options import Options, SinkOptions
from headwater.transformations.order import in_order, stream_name
from headwater.transformations.parameters import resolve_parameters
from headwater.transformations.patterns import Pattern, patterns_of
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
    options: Options | None
    expression: str
    """The statement as written, on one line."""
    is_expensive: bool
    keeps_rows: bool
    caches: tuple[str, ...] = ()
    """The cache sinks that its expressions look into."""
    patterns: tuple[Pattern, ...] = ()
    """What it does with columns by pattern, those too that are not known before the run."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Every stream that it is made of."""
        return (*self.inputs, *self.caches)

    @property
    def is_cache(self) -> bool:
        """Return whether it is a sink that only other streams read."""
        return isinstance(self.options, SinkOptions) and self.options.is_cache

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
    known: Known = field(default=NOTHING_KNOWN, repr=False, compare=False)

    @property
    def sources(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.verb == "source")

    @property
    def sinks(self) -> tuple[Node, ...]:
        """The sinks in the order in which they are written: by `saveOrder`, then those without one; no cache sinks."""
        sinks = [node for node in self.nodes if node.verb == "sink" and not node.is_cache]
        return tuple(sorted(sinks, key=_save_order))

    @property
    def cache_sinks(self) -> tuple[Node, ...]:
        """The sinks that write nothing, in their order."""
        return tuple(sorted((node for node in self.nodes if node.is_cache), key=_save_order))

    def upstream(self, name: str) -> tuple[Node, ...]:
        """Return the streams that one is made of, and itself, in the graph's order."""
        wanted = {name}
        for node in reversed(self.nodes):
            if node.name in wanted:
                wanted.update(node.reads)
        return tuple(node for node in self.nodes if node.name in wanted)

    def with_schemas(
        self, schemas: Mapping[str, Schema], pivots: Mapping[str, tuple[Json, ...]] | None = None
    ) -> Graph:
        """Return the graph for sources that have these columns, and pivots whose keys have these values.

        Raises LanguageError if they do not fit the script.
        """
        known = self.known if pivots is None else replace(self.known, pivots=pivots)
        return build_graph(self.script, self.parameters, schemas, self.source, known)

    def __str__(self) -> str:
        return "\n".join(_printed(node) for node in self.nodes)


def build_graph(
    script: Script,
    parameters: Mapping[str, Source],
    source_schemas: Mapping[str, Schema],
    source: Source,
    known: Known = NOTHING_KNOWN,
) -> Graph:
    """Return the graph of a script.

    `parameters` are data flow expressions, `source_schemas` the columns of the sources whose data is known, by stream;
    `source` is the script's text. Raises LanguageError with all faults.
    """
    faults: list[Fault] = []
    values = resolve_parameters(script.parameters, parameters, source, faults)
    placed = inlined(script, source, values, known.flowlets, faults)
    nodes: dict[str, Node] = {}
    caches: dict[str, CacheSink] = {}
    for one in in_order(placed, faults):
        statement = one.statement
        inputs = [nodes[name].output.stream for ref in statement.inputs if (name := stream_name(ref)) in nodes]
        if len(inputs) < len(statement.inputs) or not caches.keys() >= set(one.caches):
            continue
        names = Names(one.parameters, known.functions, caches)
        schema, pivots = source_schemas.get(statement.name), known.pivots.get(statement.name)
        given = Given(statement, tuple(inputs), one.source, names, schema, pivots)
        try:
            made = _compile(given, one.caches)
        except LanguageError as error:
            faults.extend(error.faults)
            continue
        nodes.update((node.name, node) for node in made)
        caches.update((node.name, _cache(node)) for node in made if node.is_cache)
    if not any(statement.verb == "sink" for statement in script.statements):
        faults.append(source.fault("LNG-079", "The data flow has no sink", script.span, "End a stream with sink()."))
    raise_if_any(LanguageError, faults)
    return Graph(tuple(nodes.values()), script, source, parameters, nodes, known)


def _cache(node: Node) -> CacheSink:
    stream = node.output.stream
    columns = tuple(ScopeColumn(stream.name, c.name, c.type, stream.sql(c)) for c in stream)
    keys = node.options.keys if isinstance(node.options, SinkOptions) else ()
    return CacheSink(stream.name, stream.table(), columns, keys)


def _compile(given: Given, caches: tuple[str, ...]) -> list[Node]:
    statement = given.statement
    transformation = TRANSFORMATIONS.get(statement.verb)
    if transformation is None:
        cure = "Supported are: " + ", ".join(TRANSFORMATIONS) + "."
        raise given.refuse("LNG-065", f"Transformation '{statement.verb}' is not supported", cure=cure)
    raise_if_any(LanguageError, unexpected(given, transformation))
    outcome = transformation.compile(given)
    if any(not column.column.name for made in outcome.outputs for column in made.columns):
        cure = "Give every column a name of a letter or more."
        raise given.refuse("LNG-071", f"'{statement.name}' has a column without a name", cure=cure)
    inputs = tuple(stream.name for stream in given.inputs)
    patterns = patterns_of(given)
    return [
        Node(
            output.stream.name,
            statement.verb,
            inputs,
            output,
            outcome.options,
            given.written(statement),
            transformation.is_expensive,
            transformation.keeps_rows and not outcome.drops_rows,
            caches,
            patterns,
        )
        for output in outcome.outputs
    ]


def _save_order(node: Node) -> tuple[bool, int]:
    order = node.options.save_order if isinstance(node.options, SinkOptions) else None
    return (order is None, order or 0)


def _printed(node: Node) -> str:
    lines = [f"{node.name} = {node.verb}({', '.join(node.inputs)})"]
    lines += [f"  rows <- {_from(effect)}" for effect in node.output.effects]
    for column in (*node.output.columns, *node.output.marks):
        drifted = " drifted" if column.column.drifted else ""
        lines.append(f"  {column.column.id} {column.column.type}{drifted}")
        lines += [f"    <- {_from(origin)}" for origin in column.origins]
    if node.output.stream.is_open:
        lines.append("  …")
    return "\n".join(lines)


def _from(origin: Origin) -> str:
    label = f"{origin.kind} {origin.subtype}" + (f": {origin.expression}" if origin.expression else "")
    return f"{origin.stream}.{origin.column}  [{label}]"
