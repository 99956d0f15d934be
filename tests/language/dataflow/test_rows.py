"""Aggregates over rows and functions over the rows of a window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from headwater.data import types
from headwater.data.types import Decimal
from headwater.language.dataflow.compile import over, to_sql
from headwater.language.dataflow.functions import registry
from headwater.language.dataflow.scope import ColumnScope
from language.dataflow.lines import lines
from language.dataflow.test_functions import shown
from language.dataflow.world import WORLD, column, resolved

ROWS = lines("expressions/rows.jsonl")
WINDOWS = lines("expressions/windows.jsonl")
SCOPE = ColumnScope(
    (
        column("s", "n", types.INTEGER),
        column("s", "a", types.INTEGER),
        column("s", "b", types.INTEGER),
        column("s", "t", types.STRING),
        column("s", "d", Decimal(10, 2)),
    )
)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE s (n INTEGER, a INTEGER, b INTEGER, t VARCHAR, d DECIMAL(10, 2))")
        connection.execute(
            "INSERT INTO s VALUES (1, 1, NULL, 'x', 1.25), (2, 2, 3, NULL, 3.10), (3, 3, 3, 'z', NULL), "
            "(4, NULL, NULL, 'x', 0.05)"
        )
        yield connection


@pytest.mark.parametrize("line", ROWS, ids=[line["expr"] for line in ROWS])
def test_aggregate_over_rows_gives_value(engine: duckdb.DuckDBPyConnection, line: dict[str, Any]) -> None:
    value = resolved(line["expr"], SCOPE)
    assert value.aggregate
    row = engine.execute(exp.select(value.sql).from_("s").sql("duckdb")).fetchone()
    assert row is not None
    assert shown(row[0]) == pytest.approx(line["rows"], rel=1e-12) if isinstance(row[0], float) else True
    assert isinstance(row[0], float) or shown(row[0]) == line["rows"]


@pytest.mark.parametrize("line", WINDOWS, ids=[line["expr"] for line in WINDOWS])
def test_function_over_window_gives_value_for_each_row(engine: duckdb.DuckDBPyConnection, line: dict[str, Any]) -> None:
    order = exp.Order(expressions=[exp.Ordered(this=exp.column("n", table="s", quoted=True))])
    frame = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    tree = over(resolved(line["expr"], SCOPE).sql, exp.Window(order=order, spec=frame))
    query = exp.select(tree).from_("s").order_by("n").sql("duckdb")
    assert [shown(row[0]) for row in engine.execute(query).fetchall()] == line["rows"]


def test_every_aggregate_and_window_function_has_rows() -> None:
    texts = " ".join(line["expr"] for line in (*ROWS, *WINDOWS))
    needed = [name for name, function in registry.FUNCTIONS.items() if function.role != "scalar"]
    assert [name for name in needed if f"{name}(" not in texts] == []


def test_tree_spread_over_window_leaves_the_tree() -> None:
    value = resolved("sum(a) / 2.0", SCOPE)
    before = to_sql(value, "duckdb")
    over(value.sql, exp.Window())
    assert to_sql(value, "duckdb") == before
    assert before == 'CAST(CAST(SUM("s"."a") AS BIGINT) AS DOUBLE) / NULLIF(CAST(2.0 AS DOUBLE), 0)'


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        ("airports#lookup('LGA').name", "La Guardia"),
        ("airports#lookup('XXX').name", None),
        ("airports#lookup('JFK')", {"code": "JFK", "name": "Kennedy"}),
        ("size(airports#outputs())", 3),
        ("airports#output().code", "JFK"),
        ("airports#mlookup('LGA')[1].name", "La Guardia"),
        ("size(airports#mlookup('XXX'))", 0),
    ],
)
def test_cache_sink_looked_up_gives_value(engine: duckdb.DuckDBPyConnection, expr: str, value: object) -> None:
    rows = "VALUES ('JFK', 'Kennedy'), ('LGA', 'La Guardia'), ('EWR', 'Newark')"
    engine.execute(f"CREATE OR REPLACE TABLE airports AS SELECT * FROM ({rows}) v(code, name)")
    query = exp.select(resolved(expr, WORLD).sql).sql("duckdb")
    assert engine.execute(query).fetchone() == (value,)


def test_cache_sink_looked_up_by_a_column_gives_value_for_each_row(engine: duckdb.DuckDBPyConnection) -> None:
    engine.execute("CREATE OR REPLACE TABLE airports AS SELECT 'x' AS code, 'ex' AS name")
    sinks = ColumnScope(SCOPE.inputs, caches=WORLD.caches)
    query = exp.select(resolved("airports#lookup(t).name", sinks).sql).from_("s").order_by("n").sql("duckdb")
    assert [row[0] for row in engine.execute(query).fetchall()] == ["ex", None, None, "ex"]
