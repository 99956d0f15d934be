"""The rows of one sink: as a query that is run once, or kept where they are looked at more than once.

Separate, because what is projected behind a sink's columns (actions, partitions, failed assertions) must reach nobody
but those who ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.statements import count_of, run_statement
from headwater.data.schema import Schema
from headwater.transformations.graph import Node
from headwater.transformations.options import SinkOptions

ROW = "row of the sink"
"""The number of a kept row, from 0."""


@dataclass(frozen=True, slots=True)
class SinkRows:
    """`options` are the sink's; `table` is where its rows are kept, if they are."""

    name: str
    schema: Schema
    options: SinkOptions
    engine: duckdb.DuckDBPyConnection
    query: exp.Query
    table: str | None = None
    count: int = 0
    """Number of all rows, where they are kept."""

    def select(self, columns: Sequence[exp.Expr] | Sequence[str], *tests: exp.Expr, taken: bool = True) -> exp.Select:
        """Return the rows that meet all tests: those that the sink takes or, without `taken`, all of them."""
        wanted = [exp.column(c, quoted=True) if isinstance(c, str) else c for c in columns]
        rows: exp.Expr = self.query.subquery("rows") if self.table is None else exp.table_(self.table, quoted=True)
        failures = self.options.failures
        if taken and failures is not None and not failures.is_written:
            tests = (*tests, exp.Is(this=exp.column(failures.ids, quoted=True), expression=exp.null()))
        return exp.select(*wanted).from_(rows).where(*tests) if tests else exp.select(*wanted).from_(rows)

    @property
    def written(self) -> list[str]:
        """The columns that are written, and the action where there is one."""
        return [*self.schema.names, *([self.options.action] if self.options.action else [])]

    def all_columns(self) -> exp.Query:
        """Return the rows that the sink takes with the columns that are written."""
        return self.query if self.table is None and self._is_plain else self.select(self.written)

    @property
    def _is_plain(self) -> bool:
        """Return whether the query projects nothing beside columns and action."""
        spread = self.options.spread
        return self.options.failures is None and not (spread.number or spread.keys or spread.file or spread.folder)

    def run(self, query: exp.Query) -> list[tuple[object, ...]]:
        """Return all rows of a small query. Raises ConnectorError."""
        with faults_as(DUCKDB, f"Sink '{self.name}'"):
            return run_statement(self.engine, query)

    def release(self) -> None:
        """Forget the kept rows."""
        if self.table is not None:
            run_statement(self.engine, exp.Drop(tables=[exp.table_(self.table, quoted=True)], kind="TABLE"))


def rows_of(
    node: Node,
    options: SinkOptions,
    query: exp.Query,
    engine: duckdb.DuckDBPyConnection,
    noted: Callable[[], None],
    *,
    kept: bool,
) -> SinkRows:
    """Return the rows of a sink; with `kept`, evaluate them now. Raises ConnectorError."""
    if not kept:
        return SinkRows(node.name, node.schema, options, engine, query)
    table = f"rows of {node.name}"
    number = exp.Sub(this=exp.Window(this=exp.RowNumber()), expression=exp.Literal.number(1))
    statement = exp.Create(
        this=exp.table_(table, quoted=True),
        kind="TABLE",
        replace=True,
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        expression=exp.select("*", exp.alias_(number, ROW, quoted=True)).from_(query.subquery("rows")),
    )
    with faults_as(DUCKDB, f"Sink '{node.name}'"):
        count = count_of(run_statement(engine, statement))
    noted()
    return SinkRows(node.name, node.schema, options, engine, query, table, count)
