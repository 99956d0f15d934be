"""Spark on this machine, once for the whole test session, as the contract of data flow engines asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from sqlglot import exp

from headwater.errors import HeadwaterError
from headwater.run.engines.spark.session import open_session
from headwater.run.engines.spark.spelling import spark_sql
from headwater.settings import EngineSettings
from headwater.transformations.graph import Graph
from headwater.transformations.query import flow_queries
from headwater.transformations.source import scan_name

# Small data: one partition, and no code generated for queries that run once.
OPTIONS = {
    "spark.default.parallelism": "1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.memory": "1g",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.optimizer.maxIterations": "40",
    "spark.sql.shuffle.partitions": "1",
}
SETTINGS = EngineSettings(name="spark", spark="local[2]", spark_options=OPTIONS, memory_limit="256MB", threads=1)
_AT_ONCE = 60


class LocalSpark:
    def __init__(self, scratch: Path) -> None:
        self.session: SparkSession = open_session(SETTINGS, scratch)

    def rows(self, graph: Graph, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
        queries = flow_queries(graph, [sink.name for sink in (*graph.sinks, *graph.cache_sinks)])
        for name, table in tables.items():
            self.session.createDataFrame(table).coalesce(1).createOrReplaceTempView(f"`{scan_name(name)}`")
        for shared in queries.shared:
            rows = self.session.sql(spark_sql(shared.query)).toArrow()
            self.session.createDataFrame(rows).coalesce(1).createOrReplaceTempView(f"`{shared.stream}`")
        return {name: self.session.sql(spark_sql(query)).toArrow() for name, query in queries.sinks.items()}

    def values(self, trees: Sequence[exp.Expr]) -> list[object]:
        """Return the values of many trees by few queries; where one of a query fails, by its halves."""
        found: list[object] = []
        for start in range(0, len(trees), _AT_ONCE):
            found.extend(self._some(trees[start : start + _AT_ONCE]))
        return found

    def columns(self, table: pa.Table, trees: Sequence[exp.Expr], order: str | None) -> list[list[object]]:
        self.session.createDataFrame(table).coalesce(1).createOrReplaceTempView("s")
        query = _numbered(trees).from_("s")
        rows = self.session.sql(spark_sql(query.order_by(order) if order else query)).toArrow()
        return [column.to_pylist() for column in rows.columns]

    def _some(self, trees: Sequence[exp.Expr]) -> list[object]:
        try:
            rows = self.session.sql(spark_sql(_numbered(trees))).toArrow()
        except (HeadwaterError, PySparkException) as error:
            half = len(trees) // 2
            return [error] if len(trees) == 1 else self._some(trees[:half]) + self._some(trees[half:])
        return [column.to_pylist()[0] for column in rows.columns]


def _numbered(trees: Sequence[exp.Expr]) -> exp.Select:
    return exp.select(*(exp.alias_(tree.copy(), f"value_{place}") for place, tree in enumerate(trees)))
