"""Stages what a flow's sinks write. Nothing is visible until every sink is staged and each is committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import msgspec
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.protocol import FileStore, Staged, TableStore, TableWrite, Token, WriteMode
from headwater.connectors.statements import count_of, run_statement
from headwater.data.locations import FileLocation, Location, TableLocation
from headwater.data.schema import Schema
from headwater.errors import Fault, PlanError
from headwater.language.expression.ast import Json
from headwater.plan.resolved import ResolvedDataset
from headwater.run.engines.reading import Connect, files_of, tables_of
from headwater.transformations.graph import Node
from headwater.transformations.options import SinkOptions

BATCH_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class StagedSink:
    """A sink that is written but not visible. `location` is where the rows will be."""

    name: str
    dataset: ResolvedDataset
    location: Location
    schema: Schema
    staged: Staged
    rows: int
    bytes: int | None = None
    clear: Callable[[], None] | None = None
    """Removes what the sink truncates, after the commit."""

    @property
    def token(self) -> Token:
        return self.staged.token

    def commit(self) -> None:
        """Make it visible. Raises ConnectorError."""
        self.staged.commit()
        if self.clear is not None:
            self.clear()


def sink_location(node: Node, dataset: ResolvedDataset, key: str) -> Location:
    """Return where a sink writes: a table, or one file, which is named after `key` where nobody names it."""
    location = dataset.location
    if not isinstance(location, FileLocation):
        return location
    if names := sink_options(node).file_names:
        return msgspec.structs.replace(location, file=names[0])
    if location.file is not None:
        return location
    extension = dataset.format.extension if dataset.format else ""
    return msgspec.structs.replace(location, file=f"part-00000-{key}-c000{extension}")


def sink_options(node: Node) -> SinkOptions:
    """Return the options of a sink's node."""
    return node.options if isinstance(node.options, SinkOptions) else SinkOptions(declared=Schema())


def clearing(
    node: Node, dataset: ResolvedDataset, location: FileLocation, store: FileStore
) -> Callable[[], None] | None:
    """Return what removes the other files of the sink's folder, if the dataset is a folder that the sink truncates."""
    if not sink_options(node).truncate or getattr(dataset.location, "file", None) is not None:
        return None

    def clear() -> None:
        for entry in list(store.list(location.container, location.folder)):
            if entry.path != location.path:
                store.delete(location.container, entry.path)

    return clear


def stage_sink(
    node: Node,
    dataset: ResolvedDataset,
    query: exp.Query,
    connect: Connect,
    engine: duckdb.DuckDBPyConnection,
    key: str,
) -> StagedSink:
    """Run a sink's query into its target, invisibly. Raises ConnectorError, PlanError."""
    location = sink_location(node, dataset, key)
    store = connect(dataset)
    if isinstance(location, FileLocation):
        return _stage_file(node, dataset, location, files_of(store, dataset), query, engine)
    if isinstance(location, TableLocation):
        return _stage_table(node, dataset, location, tables_of(store, dataset), query, engine, key)
    message = f"Sink '{node.name}' cannot write into a query"
    raise PlanError(Fault("PLN-042", message, cure="Give its dataset a table."))


def _stage_file(
    node: Node,
    dataset: ResolvedDataset,
    location: FileLocation,
    store: FileStore,
    query: exp.Query,
    engine: duckdb.DuckDBPyConnection,
) -> StagedSink:
    if dataset.format is None:
        message = f"Dataset '{dataset.name}' of sink '{node.name}' has no file format"
        raise PlanError(Fault("PLN-042", message, cure="Use DelimitedText, Parquet or Json."))
    store.attach(engine)
    staged = store.stage(location.container, location.path)
    try:
        copy = _copy_statement(query, staged.url, dataset.format.copy_options())
        with faults_as(DUCKDB, f"Sink '{node.name}', file '{location.path}' in '{location.container}',"):
            rows = count_of(run_statement(engine, copy))
    except BaseException:
        staged.discard()
        raise
    clear = clearing(node, dataset, location, store)
    return StagedSink(node.name, dataset, location, node.schema, staged, rows, staged.size, clear)


def _copy_statement(query: exp.Query, url: str, options: dict[str, Json] | object) -> exp.Copy:
    settings = options if isinstance(options, dict) else {}
    return exp.Copy(
        this=query.subquery(copy=False),
        kind=False,
        files=[exp.Literal.string(url)],
        params=[
            exp.CopyParameter(this=exp.var(name), expression=_option(name, value)) for name, value in settings.items()
        ],
    )


def _option(name: str, value: Json) -> exp.Expr:
    if name == "FORCE_QUOTE":
        return exp.Star()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    return exp.Literal.string(value) if isinstance(value, str) else exp.Literal.number(str(value))


def _stage_table(
    node: Node,
    dataset: ResolvedDataset,
    table: TableLocation,
    store: TableStore,
    query: exp.Query,
    engine: duckdb.DuckDBPyConnection,
    key: str,
) -> StagedSink:
    options = sink_options(node)
    mode: WriteMode = "recreate" if options.recreate else "truncate" if options.truncate else "insert"
    write = TableWrite(
        schema=node.schema,
        key=f"{key}/{node.name}",
        mode=mode,
        auto_create=options.recreate,
        pre_script=_script(options.pre_sqls),
        post_script=_script(options.post_sqls),
        keys=options.keys,
        action=options.action,
    )
    staged = store.stage(table, write)
    try:
        with faults_as(DUCKDB, f"Sink '{node.name}'"):
            rows = staged.write(engine.sql(query.sql("duckdb")).to_arrow_reader(BATCH_ROWS))
    except BaseException:
        staged.discard()
        raise
    return StagedSink(node.name, dataset, table, node.schema, staged, rows)


def _script(statements: tuple[str, ...]) -> str | None:
    return ";\n".join(statement.rstrip().rstrip(";") for statement in statements) or None
