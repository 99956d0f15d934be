"""A data flow on Spark: sources go there as Parquet, each sink's rows come back as Parquet, and nothing else moves.

The embedded engine has opened the sources and writes the sinks, so that stores, formats and staging are the same code.
A source that is Parquet on this machine is read by a local Spark where it lies.
"""

from __future__ import annotations

import importlib
import shutil
import warnings
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.formats.table_functions import table_function
from headwater.connectors.statements import count_of, run_statement
from headwater.data.types import STRING, DataType
from headwater.errors import Fault, RunError
from headwater.language.dataflow.functions import sql
from headwater.run.engines.evaluation import Ground
from headwater.run.engines.reading import OpenSource, attach_source
from headwater.run.engines.spark.faults import spark_faults
from headwater.run.engines.spark.reach import address_of, files_within_reach
from headwater.run.engines.spark.spelling import spark_sql
from headwater.transformations.graph import Node
from headwater.transformations.source import scan_name

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_ROW_GROUP = 100_000


class SparkEvaluation:
    """Evaluates one flow in a session of its own; its folder of staged rows is removed with the flow."""

    def __init__(self, ground: Ground) -> None:
        """Raises RunError, SettingsError if Spark is not to be had."""
        self._ground = ground
        staging = ground.settings.staging
        above = Path(staging) if staging else ground.scratch.absolute()
        self._folder = above / f"spark-{ground.key}-{uuid4().hex[:8]}"
        self._is_local = ground.settings.spark.startswith("local")
        self._count = 0
        self._read: dict[str, int] = {}
        self._session = _session(ground)
        with faults_as(DUCKDB, f"The staging folder '{self._folder.parent}'"):
            self._folder.mkdir(parents=True)
        ground.stack.callback(shutil.rmtree, self._folder, ignore_errors=True)

    def attach(self, source: OpenSource, columns: Sequence[str]) -> None:
        wanted = list(columns) or [source.schema.names[0]]
        urls = files_within_reach(source, wanted) if self._is_local else None
        if urls is None:
            urls, self._read[source.name] = self._copied(source, wanted)
        else:
            self._read[source.name] = self._rows(urls)
        types = {column.name: column.type for column in source.schema}
        with spark_faults(f"Source '{source.name}'"):
            raw = f"raw {scan_name(source.name)}"
            self._show(urls, raw)
            typed = _typed(wanted, types, exp.table_(raw, quoted=True))
            self._session.sql(spark_sql(typed)).createOrReplaceTempView(_quoted(scan_name(source.name)))

    def keep(self, node: Node, query: exp.Query) -> int:
        urls = self._written(node, query, f"Stream '{node.name}'")
        with spark_faults(f"Stream '{node.name}'"):
            self._show(urls, node.name)
        return self._rows(urls)

    def answer(self, node: Node, query: exp.Query) -> exp.Query:
        urls = self._written(node, query, f"Sink '{node.name}'")
        columns = [exp.column(name, quoted=True) for name in query.named_selects]
        return exp.select(*columns).from_(table_function("read_parquet", urls, {}))

    def note(self) -> None:
        """Do nothing: rows are counted as they are moved."""

    def rows_read(self, sources: Mapping[str, OpenSource]) -> dict[str, int]:
        return {name: self._read[name] for name in sources if name in self._read}

    def interrupt(self) -> None:
        self._session.interruptAll()

    def _copied(self, source: OpenSource, columns: Sequence[str]) -> tuple[tuple[str, ...], int]:
        """Return a copy of the used columns of a source, and the number of its rows."""
        target = self._next() / "part-00000.parquet"
        with faults_as(DUCKDB, f"The staging folder '{self._folder.parent}'"):
            target.parent.mkdir()
        with ExitStack() as stack:
            attach_source(source, columns, self._ground.engine, stack)
            names = [exp.column(name, quoted=True) for name in columns]
            rows = exp.select(*names).from_(exp.table_(scan_name(source.name), quoted=True))
            copy = exp.Copy(
                this=rows.subquery(),
                kind=False,
                files=[exp.Literal.string(str(target))],
                params=[
                    exp.CopyParameter(this=exp.var("FORMAT"), expression=exp.Literal.string("parquet")),
                    exp.CopyParameter(this=exp.var("ROW_GROUP_SIZE"), expression=exp.Literal.number(_ROW_GROUP)),
                ],
            )
            with faults_as(DUCKDB, f"Source '{source.name}'"):
                count = count_of(run_statement(self._ground.engine, copy))
        return (str(target),), count

    def _written(self, node: Node, query: exp.Query, what: str) -> tuple[str, ...]:
        """Return the files into which Spark has put the rows of a query, in their order."""
        columns = (*node.output.columns, *node.output.marks)
        types = {column.column.id: column.column.type for column in columns}
        target = self._next()
        with spark_faults(what):
            rows = exp.Subquery(this=query.copy(), alias=exp.TableAlias(this=exp.to_identifier("rows")))
            self._session.sql(spark_sql(_typed(query.named_selects, types, rows))).write.parquet(f"file://{target}")
        return tuple(str(file) for file in sorted(target.glob("*.parquet")))

    def _rows(self, urls: tuple[str, ...]) -> int:
        total = exp.select(exp.Sum(this=exp.column("num_rows")))
        with faults_as(DUCKDB, "The staging folder"):
            return count_of(
                run_statement(self._ground.engine, total.from_(table_function("parquet_file_metadata", urls, {})))
            )

    def _show(self, urls: Sequence[str], name: str) -> None:
        rows = self._session.read.parquet(*(address_of(url) for url in urls))
        rows.createOrReplaceTempView(_quoted(name))

    def _next(self) -> Path:
        self._count += 1
        return self._folder / f"{self._count:04}"


def _session(ground: Ground) -> SparkSession:
    """Return a session that ends with the flow. Raises RunError, SettingsError if there is none to be had."""
    with warnings.catch_warnings():
        # The driver would rather have an older pandas, which nothing here uses.
        warnings.simplefilter("ignore", FutureWarning)
        module = _driver()
        session: SparkSession = module.open_session(ground.settings, ground.scratch)
    ground.stack.callback(module.close_session, session, ground.settings)
    return session


def _driver() -> ModuleType:
    """Return the module that imports Spark's driver, which is slow. Raises RunError where it is not installed."""
    try:
        return importlib.import_module("headwater.run.engines.spark.session")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("grpc", "pyspark"):
            raise
        message = 'The engine is "spark", but Spark\'s driver is not installed'
        cure = 'Install it with: pip install "headwater[spark]" (it needs Java 17), or set name = "duckdb" in [engine].'
        raise RunError(Fault("RUN-045", message, cure=cure)) from error


def _typed(names: Sequence[str], types: Mapping[str, DataType], rows: exp.Expr) -> exp.Select:
    """Return rows with each column in the type of the language."""
    return exp.select(
        *(
            exp.alias_(sql.cast(exp.column(name, quoted=True), types.get(name, STRING)), name, quoted=True)
            for name in names
        )
    ).from_(rows)


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("spark")
