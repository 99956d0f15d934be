"""Spark keeps the contract of data flow engines, but for the differences that are declared."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from contracts.data_flow_engine import (
    CASES,
    DataFlowEngine,
    DataFlowEngineContract,
    differences_that_closed,
    refused_flows,
    unseen_functions,
)
from headwater.data.batch import arrow_schema
from headwater.errors import PlanError
from headwater.run.engines.spark.differences import DIFFERENCES
from run.engines.spark.local_spark import LocalSpark
from transformations.flow_cases import graph_of, row_lines, run_graph
from transformations.perturbed_flows import FLOWS
from transformations.test_perturbation import DOMAINS, KNOWN


class TestSpark(DataFlowEngineContract):
    DECLARED = DIFFERENCES

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, spark: LocalSpark) -> DataFlowEngine:
        return spark


@pytest.mark.parametrize("name", FLOWS)
def test_flow_of_every_transformation_gives_the_embedded_engines_rows(spark: LocalSpark, name: str) -> None:
    graph = graph_of(FLOWS[name], known=KNOWN)
    chance = random.Random(name)
    tables = {}
    for node in graph.sources:
        data = {column.name: chance.choices(DOMAINS[column.type], k=6) for column in node.schema}
        tables[node.name] = pa.table(data, schema=arrow_schema(node.schema))
    if name in refused_flows(DIFFERENCES):
        with pytest.raises(PlanError, match="RUN-046"):
            spark.rows(graph, tables)
        return
    expected = run_graph(graph, tables)
    found = spark.rows(graph, tables)
    assert {sink: row_lines(rows) for sink, rows in found.items()} == {
        sink: row_lines(rows) for sink, rows in expected.items()
    }


def test_declared_difference_is_one(spark: LocalSpark) -> None:
    assert differences_that_closed(spark) == []


def test_differences_stand_sorted_and_with_a_reason() -> None:
    subjects = [difference.subject for difference in DIFFERENCES]
    assert subjects == sorted(subjects)
    assert all(difference.reason and (difference.example or difference.flows) for difference in DIFFERENCES)


def test_flow_that_shows_a_difference_is_one_of_the_tests() -> None:
    known = {case.name for case in CASES} | set(FLOWS)
    assert {flow for difference in DIFFERENCES for flow in difference.flows} <= known


def test_every_function_is_evaluated_on_both_engines() -> None:
    assert unseen_functions() == []
