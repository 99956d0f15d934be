"""How trees are put into Spark SQL: the tables, and a few rules that rows alone do not show."""

from __future__ import annotations

import pytest

from headwater.errors import PlanError
from headwater.language.dataflow.functions.sql import ENGINE_FUNCTIONS
from headwater.language.dataflow.functions.vectorized.registry import SQL_NAMES
from headwater.language.dataflow.scope import ColumnScope
from headwater.run.engines.spark.calls import CALLS, JAVA_CALLS
from headwater.run.engines.spark.json_calls import JSON_CALLS
from headwater.run.engines.spark.nodes import NODES
from headwater.run.engines.spark.spelling import spark_sql
from language.dataflow.world import resolved


def spelled(text: str) -> str:
    return spark_sql(resolved(text, ColumnScope()).sql)


@pytest.mark.parametrize(
    ("expr", "told"),
    [
        ("1 + 2", "CAST((CAST(1 AS BIGINT) + CAST(2 AS BIGINT)) AS INT)"),
        ("toString(2.5)", "CAST(CAST(2.5 AS DOUBLE) AS STRING)"),
        ("sha2(512, 'a')", "LOWER(HEX(UNHEX(SHA2(ENCODE(COALESCE('a', ''), 'UTF-8'), CAST(512 AS INT)))))"),
        ("regexSplit('a1b', `\\d+`)", "SPLIT('a1b', '\\\\d+', -1)"),
        ("[1, 2][2]", "TRY_ELEMENT_AT(ARRAY(1, 2), 2)"),
    ],
)
def test_expression_is_put_into_sparks_words(expr: str, told: str) -> None:
    assert spelled(expr) == told


def test_tables_stand_sorted() -> None:
    for table in (JAVA_CALLS, JSON_CALLS):
        assert list(table) == sorted(table)
    own = [name for name in CALLS if name not in {**JAVA_CALLS, **JSON_CALLS}]
    assert own == sorted(own)
    assert list(NODES) == sorted(NODES, key=lambda node: node.__name__)


def test_call_in_the_table_is_one_that_the_compiler_makes() -> None:
    assert set(JAVA_CALLS) <= SQL_NAMES
    assert sorted(set(CALLS) - set(JAVA_CALLS) - ENGINE_FUNCTIONS - OF_TRANSFORMATIONS) == []


# Functions that transformations call by themselves.
OF_TRANSFORMATIONS = {"from_json", "json_extract", "json_type", "json_valid", "map", "starts_with"}


def test_tree_is_left_as_it_was() -> None:
    tree = resolved("toString(1 + 2)", ColumnScope()).sql
    before = tree.sql("duckdb")
    spark_sql(tree)
    assert tree.sql("duckdb") == before


def test_function_in_python_of_an_item_is_refused_with_a_cure() -> None:
    with pytest.raises(PlanError) as caught:
        spelled("map(['a'], jaroWinkler(#item, 'a'))")
    (fault,) = caught.value.faults
    assert fault.code == "RUN-046"
    assert "flatten" in fault.cure
