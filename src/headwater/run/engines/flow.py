"""What both engines share: reads the sources, asks an engine for the rows of each sink, stages all sinks.

    open the sources → compile for the columns they really have → evaluate what is shared → stage every sink

The embedded engine always opens sources and writes sinks, since connectors speak with it; what lies between is the
work of an `Evaluation`: its own, or Spark's. What is staged is handed back uncommitted, so that the caller can write
down the tokens before anything is visible.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import msgspec
from sqlglot import exp

from headwater.connectors.engine import open_engine
from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.statements import run_statement
from headwater.data.locations import FileLocation
from headwater.errors import Cancelled, Fault, HeadwaterError, RunError, raise_if_any
from headwater.language.expression.ast import Json
from headwater.plan.resolved import FlowPlan
from headwater.run.activities.protocol import FileTask
from headwater.run.engines.changes import Window
from headwater.run.engines.commits import commit_sinks
from headwater.run.engines.duckdb import Embedded
from headwater.run.engines.evaluation import Evaluation, Ground
from headwater.run.engines.file_tasks import do_tasks, tasks_after
from headwater.run.engines.pivots import with_pivot_values
from headwater.run.engines.reading import Connect, OpenSource, files_of, missing_columns, open_source, source_options
from headwater.run.engines.spark.evaluation import SparkEvaluation
from headwater.run.engines.staged_sink import StagedFiles, StagedSink
from headwater.run.engines.writing import sink_options, stage_sink
from headwater.settings import EngineSettings
from headwater.transformations.graph import Graph, Node
from headwater.transformations.query import flow_queries

_POLL_S = 0.2
_MOST_OUTPUT_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Host:
    """What the engine works with: the stores, its limits, a scratch folder, and whether to stop."""

    connect: Connect
    settings: EngineSettings
    scratch: Path
    key: str
    """Names the files and keys of this attempt; stable over crashes."""
    cancelled: Callable[[], bool] = lambda: False
    progress: Callable[[int], None] = lambda _: None
    """Told the number of rows written so far."""
    opened: Callable[[Graph, Mapping[str, OpenSource]], None] = lambda _graph, _sources: None
    """Told what will run, before it runs."""
    windows: Mapping[str, Window] = field(default_factory=dict)
    """What is new of sources that read only that, by source."""
    goes_on: bool = False
    """True if a sink that fails does not keep the others from being written."""


@dataclass(frozen=True, slots=True)
class StagedFlow:
    """All sinks, staged. `graph` is compiled for the columns that the sources really have."""

    graph: Graph
    sources: Mapping[str, OpenSource]
    source_rows: Mapping[str, int]
    sinks: tuple[StagedSink, ...]
    """In the order in which they are committed."""
    rows: Mapping[str, int]
    """Rows by stream, where they are known without counting."""
    durations_ms: Mapping[str, int]
    """By sink."""
    outputs: Mapping[str, list[Json]] = field(default_factory=dict)
    """The rows of cache sinks that are part of the activity's output."""
    scratch: Path = Path()
    """Where the commits keep what they replace."""
    tasks: tuple[FileTask, ...] = ()
    """What is to be done once the sinks are committed."""
    failed: Mapping[str, HeadwaterError] = field(default_factory=dict)
    """Sinks that are left out because they failed, where the others go on."""
    _committed: set[str] = field(default_factory=set, init=False, repr=False)

    def commit(self) -> None:
        """Make all sinks visible. Raises ConnectorError, RunError, OSError, and then none is, unless it says so."""
        commit_sinks(self.sinks, self.scratch)
        self._committed.update(sink.name for sink in self.sinks)

    def discard(self) -> None:
        """Undo every sink that is not committed."""
        for sink in reversed(self.sinks):
            if sink.name not in self._committed:
                sink.discard()


def finish(plan: FlowPlan, host: Host, tasks: Iterable[FileTask]) -> None:
    """Clear folders and move files, which a process that was killed after its commits may not have done.

    Raises ConnectorError, OSError.
    """
    datasets = {**plan.sources, **plan.sinks}
    do_tasks(tasks, lambda stream: files_of(host.connect(datasets[stream]), datasets[stream]))


@contextmanager
def staged_flow(plan: FlowPlan, host: Host, without: frozenset[str] = frozenset()) -> Iterator[StagedFlow]:
    """Run a flow up to the point where all its sinks, less those in `without`, are staged.

    What is not committed when the block is left is discarded. Raises ConnectorError, RunError, PlanError,
    LanguageError, Cancelled.
    """
    with ExitStack() as stack:
        engine = stack.enter_context(_opened(plan, host))
        evaluation = _evaluation(Ground(host.settings, host.scratch, host.key, engine, stack))
        stack.enter_context(_interrupted((engine.interrupt, evaluation.interrupt), host.cancelled))
        try:
            staged = _stage(plan, host, without, engine, evaluation)
        except (HeadwaterError, duckdb.Error) as error:
            if host.cancelled():
                raise _cancelled(plan) from error
            raise
        stack.callback(staged.discard)
        yield staged


def _evaluation(ground: Ground) -> Evaluation:
    return SparkEvaluation(ground) if ground.settings.name == "spark" else Embedded(ground)


def _open(plan: FlowPlan, host: Host, sinks: Sequence[str], engine: duckdb.DuckDBPyConnection) -> dict[str, OpenSource]:
    """Return the sources that feed these sinks, by stream. Raises RunError with every column that one of them lacks."""
    needed = {node.name for sink in sinks for node in plan.graph.upstream(sink)}
    nodes = [node for node in plan.graph.sources if node.name in needed]
    sources = {
        node.name: open_source(node, plan.sources[node.name], host.connect, engine, host.windows.get(node.name))
        for node in nodes
    }
    raise_if_any(RunError, (fault for node in nodes for fault in missing_columns(node, sources[node.name])))
    return sources


def _stage(
    plan: FlowPlan, host: Host, without: frozenset[str], engine: duckdb.DuckDBPyConnection, evaluation: Evaluation
) -> StagedFlow:
    wanted = tuple(node.name for node in plan.graph.sinks if node.name not in without)
    outputs = () if without else tuple(node.name for node in plan.graph.cache_sinks if sink_options(node).to_output)
    sources = _open(plan, host, (*wanted, *outputs), engine)
    schemas = {name: source.schema for name, source in sources.items()}
    graph = with_pivot_values(plan.graph.with_schemas(schemas), schemas, sources, engine)
    host.opened(graph, sources)
    queries = flow_queries(graph, (*wanted, *outputs), {name for name, source in sources.items() if source.is_table})
    for name, columns in queries.scans.items():
        evaluation.attach(sources[name], columns)
    rows = {shared.stream: evaluation.keep(graph.by_name[shared.stream], shared.query) for shared in queries.shared}
    sinks = _Sinks(plan, host, graph, engine, evaluation)
    try:
        for name in wanted:
            sinks.stage(name, queries.sinks[name])
        sinks.check()
        found = {
            name: _output(engine, name, evaluation.answer(graph.by_name[name], queries.sinks[name])) for name in outputs
        }
        tasks = sinks.clearings()
        tasks += [task for name, source in sources.items() for task in _tasks(plan.graph.by_name[name], source)]
    except BaseException:
        sinks.discard()
        raise
    read = evaluation.rows_read(sources)
    rows |= read | {sink.name: sink.rows for sink in sinks.staged}
    return StagedFlow(
        graph,
        sources,
        read,
        tuple(sinks.staged),
        known_rows(graph, rows),
        sinks.durations_ms,
        found,
        host.scratch,
        tuple(tasks),
        sinks.failed,
    )


@dataclass(slots=True)
class _Sinks:
    """Stages one sink after the other."""

    plan: FlowPlan
    host: Host
    graph: Graph
    engine: duckdb.DuckDBPyConnection
    evaluation: Evaluation
    staged: list[StagedSink] = field(default_factory=list)
    durations_ms: dict[str, int] = field(default_factory=dict)
    failed: dict[str, HeadwaterError] = field(default_factory=dict)

    def discard(self) -> None:
        """Undo what is staged, the latest first."""
        for sink in reversed(self.staged):
            sink.discard()

    def stage(self, name: str, query: exp.Query) -> None:
        """Stage a sink. Raises what it fails with, unless the others go on; Cancelled."""
        host = self.host
        if host.cancelled():
            raise _cancelled(self.plan)
        started = time.monotonic()
        node = self.graph.by_name[name]
        try:
            rows = self.evaluation.answer(node, query)
            sink = stage_sink(
                node,
                self.plan.sinks[name],
                rows,
                host.connect,
                self.engine,
                host.key,
                # Where a sink may fail alone, each has a transaction of its own.
                earlier=() if host.goes_on else self.staged,
                noted=self.evaluation.note,
            )
        except HeadwaterError as error:
            if not host.goes_on or isinstance(error, Cancelled) or host.cancelled():
                raise
            self.failed[name] = error
            return
        self.staged.append(sink)
        self.durations_ms[name] = round((time.monotonic() - started) * 1000)
        self.evaluation.note()
        host.progress(sum(sink.rows for sink in self.staged))

    def check(self) -> None:
        """Raise the first error if no sink is left."""
        if self.failed and not self.staged:
            raise next(iter(self.failed.values()))

    def clearings(self) -> list[FileTask]:
        """Return which files are deleted from the folders that sinks clear: none that a sink of the flow writes."""
        files = [f for sink in self.staged if isinstance(sink.staged, StagedFiles) for f in sink.staged.files]
        written = {(file.location.store, file.location.container, file.location.path) for file in files}
        tasks = [(sink.location.store, task) for sink in self.staged for task in sink.tasks]
        return [task for store, task in tasks if (store, task.container, task.path) not in written]


def _tasks(node: Node, source: OpenSource) -> tuple[FileTask, ...]:
    location = source.dataset.location
    if not isinstance(location, FileLocation):
        return ()
    return tasks_after(node.name, location.container, source.files, source_options(node).files)


def _cancelled(plan: FlowPlan) -> Cancelled:
    return Cancelled(Fault("RUN-001", f"Data flow '{plan.name}' was cancelled", cure="Run the pipeline again."))


def known_rows(graph: Graph, counted: Mapping[str, int]) -> dict[str, int]:
    """Return the counted rows by stream, and those of streams that must have as many as a neighbour."""
    rows = dict(counted)
    keeping = [node for node in graph.nodes if node.keeps_rows]
    for node in keeping:
        if node.name not in rows and node.inputs[0] in rows:
            rows[node.name] = rows[node.inputs[0]]
    for node in reversed(keeping):
        if node.name in rows:
            rows.setdefault(node.inputs[0], rows[node.name])
    for node in keeping:
        if node.inputs[0] in rows:
            rows.setdefault(node.name, rows[node.inputs[0]])
    return rows


def _output(engine: duckdb.DuckDBPyConnection, name: str, query: exp.Query) -> list[Json]:
    """Return the rows of a cache sink as JSON. Raises RunError for more than an activity's output holds."""
    with faults_as(DUCKDB, f"Cache sink '{name}'"):
        rows = engine.sql(query.limit(_MOST_OUTPUT_ROWS + 1).sql("duckdb")).to_arrow_table().to_pylist()
    if len(rows) > _MOST_OUTPUT_ROWS:
        message = f"Cache sink '{name}' gives more than {_MOST_OUTPUT_ROWS} rows to the activity's output"
        raise RunError(Fault("RUN-042", message, cure="Filter or aggregate them first, or set output: false."))
    shown: list[Json] = msgspec.to_builtins(rows, enc_hook=str, str_keys=True)
    return shown


@contextmanager
def _opened(plan: FlowPlan, host: Host) -> Iterator[duckdb.DuckDBPyConnection]:
    engine = open_engine(host.settings, host.scratch, ordered=_minds_order(plan.graph))
    try:
        with faults_as(DUCKDB, "The engine"):
            run_statement(engine, "PRAGMA enable_profiling = 'no_output'")
            run_statement(engine, "SET profiling_coverage = 'ALL'")
        yield engine
    finally:
        engine.close()


_ORDERED = (exp.ArrayAgg, exp.First, exp.Lag, exp.Last, exp.Lead, exp.Ntile, exp.Order, exp.RowNumber, exp.Window)


def _minds_order(graph: Graph) -> bool:
    """Return whether the order in which rows come in may change what comes out; keeping it takes time and memory."""
    return any(_takes_rows_as_they_come(f) for node in graph.nodes for f in node.output.relation.find_all(*_ORDERED))


def _takes_rows_as_they_come(found: exp.Expr) -> bool:
    if isinstance(found, exp.Order):
        return not isinstance(found.parent, exp.Window)
    window = found if isinstance(found, exp.Window) else found.find_ancestor(exp.Window)
    if window is not None and window.args.get("order") is not None:
        # It sorts its rows itself.
        return False
    return found is not window or window.args.get("spec") is not None


@contextmanager
def _interrupted(interrupts: tuple[Callable[[], None], ...], cancelled: Callable[[], bool]) -> Iterator[None]:
    """Interrupt what the engines do as soon as the run is cancelled."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_POLL_S):
            if cancelled():
                for interrupt in interrupts:
                    interrupt()

    watcher = threading.Thread(target=watch, name="headwater-cancel", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
