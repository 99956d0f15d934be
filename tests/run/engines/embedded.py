"""The embedded engine as the contract of data flow engines asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa
from sqlglot import exp

from headwater.language.dataflow.functions.vectorized.install import install
from headwater.transformations.graph import Graph
from transformations.flow_cases import run_graph


class Embedded:
    def rows(self, graph: Graph, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
        return run_graph(graph, tables)

    def values(self, trees: Sequence[exp.Expr]) -> list[object]:
        """Return all values by one query; where one of it fails, by its halves."""
        if not trees:
            return []
        try:
            return list(self._fetched(exp.select(*(tree.copy() for tree in trees)))[0])
        except duckdb.Error as error:
            half = len(trees) // 2
            return [error] if len(trees) == 1 else self.values(trees[:half]) + self.values(trees[half:])

    def columns(self, table: pa.Table, trees: Sequence[exp.Expr], order: str | None) -> list[list[object]]:
        query = exp.select(*(tree.copy() for tree in trees)).from_("s")
        rows = self._fetched(query.order_by(order) if order else query, table)
        return [list(column) for column in zip(*rows, strict=True)]

    def _fetched(self, query: exp.Select, table: pa.Table | None = None) -> list[tuple[object, ...]]:
        with duckdb.connect(config={"autoinstall_known_extensions": False}) as engine:
            engine.execute("SET TimeZone = 'UTC'").fetchall()
            install(engine)
            if table is not None:
                engine.register("s", table)
            return engine.execute(query.sql("duckdb")).fetchall()
