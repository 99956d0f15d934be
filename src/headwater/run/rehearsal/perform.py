"""Rehearses one data flow: generated rows in, the real engine between, sinks in a scratch folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from headwater.data.batch import arrow_type
from headwater.definition.data_flow import DataFlow
from headwater.definition.workspace import Workspace
from headwater.errors import Cancelled, Fault, HeadwaterError
from headwater.plan.resolved import FlowPlan, ResolvedDataset
from headwater.run.engines.flow import Host, StagedFlow, staged_flow
from headwater.run.engines.writing import sink_options
from headwater.run.rehearsal.asks import Asks, asks_of
from headwater.run.rehearsal.lineage import rehearsed_sink
from headwater.run.rehearsal.outcome import FlowRehearsal, RehearsedSource, Stage
from headwater.run.rehearsal.prepare import PreparedFlow, parsed, prepare
from headwater.run.rehearsal.rows import Generator
from headwater.run.rehearsal.scratch import Scratch
from headwater.settings import EngineSettings
from headwater.transformations.graph import Graph, Node

ROWS = 200
SEED = 1
LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Terms:
    """How rehearsals are done. `folder` takes what is read and written; the caller removes it."""

    folder: Path
    rows: int = ROWS
    seed: int = SEED
    is_kept: bool = False
    engine: EngineSettings = field(default_factory=EngineSettings)
    limit_s: float = LIMIT_S
    """A flow or pipeline that takes longer is stopped."""
    bound: frozenset[str] = frozenset()
    """Linked services that the project has bound to stand-ins."""


def rehearse_flow(workspace: Workspace, flow: DataFlow, terms: Terms) -> FlowRehearsal:
    """Return how far a data flow comes with generated rows. Does not raise for what is wrong with the flow."""
    started = time.monotonic()
    stage: Stage = "parse"
    result = FlowRehearsal(flow.name, flow.place.file)
    try:
        script = parsed(flow)
        stage = "type"
        prepared = prepare(workspace, flow, script, bound=terms.bound)
        stage = "run"
        result = replace(result, needs=prepared.needs)
        with staged_rehearsal(prepared, terms) as done:
            result = _result(prepared, done, terms, result)
    except HeadwaterError as error:
        faults = (_too_long(flow, terms),) if isinstance(error, Cancelled) else error.faults
        result = replace(result, failed=stage, faults=faults)
    return replace(result, duration_ms=round((time.monotonic() - started) * 1000))


@dataclass(frozen=True, slots=True)
class StagedRehearsal:
    """A flow that ran on made-up rows; its sinks are committed. `tables` are those rows, by source."""

    staged: StagedFlow
    plan: FlowPlan
    tables: Mapping[str, pa.Table]
    scratch: Scratch


@contextmanager
def staged_rehearsal(
    prepared: PreparedFlow, terms: Terms, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[StagedRehearsal]:
    """Run a prepared flow on made-up rows. Raises HeadwaterError; Cancelled too if it takes too long."""
    asks = asks_of(prepared.graph, prepared.ordered)
    generator = Generator(prepared.schemas, asks, terms.rows, f"{terms.seed}/{prepared.flow.name}")
    tables = {node.name: generator.table(node.name) for node in prepared.graph.sources}
    scratch = Scratch(terms.folder)
    scratch.clear()
    plan = _plan(prepared, scratch)
    for name, rows in tables.items():
        scratch.fill(plan.sources[name], rows)
    deadline = time.monotonic() + terms.limit_s
    host = Host(
        connect=scratch.connect,
        settings=terms.engine,
        scratch=terms.folder,
        key="rehearsal",
        cancelled=lambda: time.monotonic() > deadline or cancelled(),
        opened=lambda graph, _: _make_targets(graph, plan, scratch, asks, tables),
    )
    with staged_flow(plan, host) as staged:
        staged.commit()
        yield StagedRehearsal(staged, plan, tables, scratch)


def _plan(prepared: PreparedFlow, scratch: Scratch) -> FlowPlan:
    """Return the flow's plan with scratch datasets in the place of its own."""
    return FlowPlan(
        name=prepared.flow.name,
        graph=prepared.graph,
        sources={node.name: scratch.file("sources", node.name) for node in prepared.graph.sources},
        sinks={node.name: _target(node, prepared, scratch) for node in prepared.graph.sinks},
        parameters={},
        settings={},
    )


def _target(node: Node, prepared: PreparedFlow, scratch: Scratch) -> ResolvedDataset:
    """Return what a sink writes: a table where its dataset is one or its options need one, else a file."""
    options = sink_options(node)
    wants_table = node.name in prepared.ends.tables or options.recreate or bool(options.keys)
    # Without keys nothing can be changed: then the rows land with what they ask for beside them.
    is_table = wants_table and (options.action is None or bool(options.keys))
    return scratch.table(node.name) if is_table else scratch.file("sinks", node.name)


def _make_targets(graph: Graph, plan: FlowPlan, scratch: Scratch, asks: Asks, tables: Mapping[str, pa.Table]) -> None:
    """Make the tables that sinks write to, with half of the keys that changes will look for."""
    for node in graph.sinks:
        dataset = plan.sinks[node.name]
        if dataset.format is None and not sink_options(node).recreate:
            scratch.make(dataset, node.schema, _held(node, asks, tables))


def _held(node: Node, asks: Asks, tables: Mapping[str, pa.Table]) -> list[dict[str, object]]:
    """Return the rows that a sink's table has before: of every other key, where keys come from one source."""
    keys = {column.name: column for column in node.output.stream if column.name in sink_options(node).keys}
    behind = {name: asks.roots.get((node.name, column.id), ()) for name, column in keys.items()}
    sources = {root[0] for roots in behind.values() for root in roots}
    if not keys or len(sources) != 1 or any(len(roots) != 1 for roots in behind.values()):
        return []
    table = tables[sources.pop()]
    found = {name: table.column(roots[0][1]) for name, roots in behind.items()}
    fitting = all(found[name].type == arrow_type(column.type) for name, column in keys.items())
    held = zip(*(values.to_pylist()[::2] for values in found.values()), strict=True) if fitting else ()
    return [dict(zip(found, row, strict=True)) for row in dict.fromkeys(held)]


def _result(prepared: PreparedFlow, done: StagedRehearsal, terms: Terms, result: FlowRehearsal) -> FlowRehearsal:
    sources = tuple(
        RehearsedSource(name, rows.num_rows, rows.num_columns, name in prepared.guessed)
        for name, rows in done.tables.items()
    )
    rows = {sink.name: sink.rows for sink in done.staged.sinks}
    kept = {name: str(done.scratch.kept(done.plan.sinks[name])) for name in rows} if terms.is_kept else {}
    graph = done.staged.graph
    return replace(
        result,
        sources=sources,
        sinks=tuple(rehearsed_sink(graph, name, count, kept.get(name)) for name, count in rows.items()),
    )


def _too_long(flow: DataFlow, terms: Terms) -> Fault:
    message = f'The rehearsal of data flow "{flow.name}" was stopped after {terms.limit_s:.0f} seconds'
    cure = f"Rehearse it with fewer than {terms.rows} rows: --rows N. A join of many rows with many may be the reason."
    return Fault("RUN-004", message, flow.place, cure)
