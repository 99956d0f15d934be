"""Scripts with what must come of them, one rule a file: tests/fixtures/transformations."""

from __future__ import annotations

import pytest

from headwater.errors import LanguageError
from headwater.transformations.query import flow_queries
from transformations.flow_cases import FIXTURES, Case, cases, edge_lines, graph_of, row_lines, run_graph
from transformations.perturbed_flows import example_script

EXPECTED = FIXTURES / "examples"


def _named(*kinds: str) -> list[object]:
    return [pytest.param(case, id=case.name) for case in cases(*kinds)]


@pytest.mark.parametrize("case", _named("graph"))
def test_graph_of_a_script_is_printed(case: Case) -> None:
    assert str(case.graph()) == case.sections["graph"]


@pytest.mark.parametrize("case", _named("edges"))
def test_edges_of_a_script_are_traced(case: Case) -> None:
    assert edge_lines(case.graph()) == case.sections["edges"]


@pytest.mark.parametrize("case", _named("sql"))
def test_queries_of_a_script_are_compiled(case: Case) -> None:
    graph = case.graph()
    assert str(flow_queries(graph, [sink.name for sink in graph.sinks])) == case.sections["sql"]


@pytest.mark.parametrize("case", _named("rows", "ordered"))
def test_rows_of_a_script_come_out(case: Case) -> None:
    results = run_graph(case.graph(), case.tables)
    for name, expected in case.named("rows").items():
        assert row_lines(results[name]) == expected
    for name, expected in case.named("ordered").items():
        assert row_lines(results[name], ordered=True) == expected


def test_edges_of_the_example_are_traced() -> None:
    graph = graph_of(example_script("flights/reporting/dataflow/BuildDelays.json"))
    assert edge_lines(graph) + "\n" == (EXPECTED / "BuildDelays.edges").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", _named("faults"))
def test_faulty_script_is_refused_with_every_fault(case: Case) -> None:
    with pytest.raises(LanguageError) as caught:
        case.graph()
    told = [f"{f.code} {f.place.line}:{f.place.column} {f.message} -> {f.cure}" for f in caught.value.faults]
    assert told == case.sections["faults"].splitlines()
