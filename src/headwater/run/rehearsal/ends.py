"""The sources and sinks of a flow without their stores: the columns that a dataset keeps, and what a real run lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from headwater.connectors.registry import KINDS, without_connector
from headwater.data.locations import Store
from headwater.data.schema import Column, Schema
from headwater.definition.data_flow import DataFlow, FlowNode
from headwater.definition.dataset import Dataset, SchemaColumn
from headwater.definition.reference import Reference
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, HeadwaterError
from headwater.language.dataflow.ast import ColumnDeclaration, Script, Statement
from headwater.language.expression.context import Context
from headwater.plan.data_flow import without_dataset
from headwater.plan.datasets import TABLES, resolve_dataset
from headwater.plan.flow_ends import flow_faults, not_run
from headwater.plan.inline_datasets import inline_dataset
from headwater.plan.lookup import find
from headwater.plan.native_types import schema_from_dataset
from headwater.plan.resolved import ResolvedDataset
from headwater.transformations.graph import Graph, Node
from headwater.transformations.options import SinkOptions, SourceOptions
from headwater.transformations.order import is_cache

_ARGUMENT = "rehearsed"


@dataclass(frozen=True, slots=True)
class Ends:
    """What is known of a flow's ends by their datasets. All mappings are by stream."""

    stored: Mapping[str, Schema]
    """The columns that the datasets keep."""
    tables: frozenset[str]
    """Those whose dataset is a table."""
    resolved: Mapping[str, ResolvedDataset] = field(default_factory=dict)
    needs: tuple[Fault, ...] = ()


def ends_of(workspace: Workspace, flow: DataFlow, script: Script) -> Ends:
    """Return what the datasets of a flow say of its ends; what is missing goes into `needs`. Never raises."""
    stored: dict[str, Schema] = {}
    tables: set[str] = set()
    resolved: dict[str, ResolvedDataset] = {}
    needs: list[Fault] = []
    nodes = {("source", node.name): node for node in flow.sources} | {("sink", node.name): node for node in flow.sinks}
    for statement in script.statements:
        if statement.verb not in ("source", "sink") or is_cache(statement):
            continue
        node = nodes.get((statement.verb, statement.name))
        if node is None or (node.dataset is None and node.linked_service is None):
            needs.append(without_dataset(flow, statement.name, statement.verb))
        elif node.dataset is not None:
            dataset = find(workspace.datasets, node.dataset.name)
            if dataset is not None:
                stored[node.name] = schema_from_dataset(dataset.type, _named(dataset))
            if dataset is not None and dataset.type in TABLES:
                tables.add(node.name)
            needs += _resolve(workspace, node, node.dataset, dataset, resolved)
    return Ends(stored, frozenset(tables), resolved, tuple(needs))


def needs_of(
    workspace: Workspace, flow: DataFlow, graph: Graph, ends: Ends, bound: Collection[str]
) -> tuple[Fault, ...]:
    """Return what a real run of a typed flow lacks: datasets, connectors, and what no run does.

    `graph` is that of the script as it is, with all that it says of its stores. `bound` are linked services that a
    project has bound to stand-ins.
    """
    inline: dict[str, ResolvedDataset] = {}
    needs = [*ends.needs]
    nodes = {node.name: node for node in (*flow.sources, *flow.sinks)}
    for node in (*graph.sources, *graph.sinks):
        end = nodes.get(node.name)
        if end is not None and end.dataset is None and end.linked_service is not None:
            needs += _resolve_inline(workspace, end, node, inline)
    stores = dict.fromkeys(dataset.location.store for dataset in {**ends.resolved, **inline}.values())
    needs += [fault for store in stores if store.linked_service not in bound for fault in _store(store)]
    known = {**ends.resolved, **inline}
    if all(node.name in known for node in (*graph.sources, *graph.sinks)):
        needs += flow_faults(graph, known, known)
    else:
        needs += [fault for node in graph.nodes for fault in not_run(node)]
    return tuple(dict.fromkeys(needs))


def source_columns(statement: Statement) -> tuple[Column, ...]:
    """Return the columns that a source's `output(…)` or a sink's `input(…)` declares."""
    clause = statement.clause("output" if statement.verb == "source" else "input")
    declarations = [a for a in (clause.args if clause else ()) if isinstance(a, ColumnDeclaration)]
    return tuple(Column(one.name, one.type, native_type=one.format) for one in declarations)


def _named(dataset: Dataset) -> tuple[SchemaColumn, ...]:
    """Return the columns once each, without those that have no name."""
    return tuple({column.name: column for column in dataset.schema if column.name}.values())


def _resolve(
    workspace: Workspace,
    node: FlowNode,
    reference: Reference,
    dataset: Dataset | None,
    resolved: dict[str, ResolvedDataset],
) -> Iterator[Fault]:
    # An activity would give the arguments; they change where the data lies, and not what it is.
    given = (
        {parameter.name: _ARGUMENT for parameter in dataset.parameters if not parameter.has_default} if dataset else {}
    )
    whole = Reference(reference.name, {**given, **reference.parameters}, reference.place)
    try:
        resolved[node.name] = resolve_dataset(workspace, whole, Context())
    except HeadwaterError as error:
        yield from error.faults


def _resolve_inline(
    workspace: Workspace, end: FlowNode, node: Node, resolved: dict[str, ResolvedDataset]
) -> Iterator[Fault]:
    if not isinstance(node.options, SourceOptions | SinkOptions):
        return
    try:
        resolved[node.name] = inline_dataset(workspace, end, node.options.inline, Context())
    except HeadwaterError as error:
        yield from error.faults


def _store(store: Store) -> Iterator[Fault]:
    kind = KINDS.get(store.kind)
    if kind is None:
        message = f"Linked service '{store.linked_service}' is of type '{store.kind}', which Headwater does not know"
        yield Fault("CON-001", message, cure="docs/reference/connectors.md lists the types; use one of them.")
    elif kind.module is None:
        yield without_connector(store, kind)
