"""What both engines make of the same data flows: the fixtures' rows, the functions' examples, and nothing else.

An engine's test inherits this and gives the `engine`. Examples are evaluated in few queries, since a query costs a
cluster a good part of a second.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa
import pytest
from sqlglot import exp

from headwater.errors import LanguageError, PlanError
from headwater.language.dataflow.compile import over
from headwater.language.dataflow.functions import registry
from headwater.language.dataflow.functions.examples import EXAMPLES
from headwater.language.dataflow.scope import ColumnScope
from headwater.run.engines.spark.differences import DIFFERENCES, Difference
from headwater.transformations.graph import Graph
from language.dataflow.lines import function_lines, lines
from language.dataflow.test_documented import EXAMPLES as DOCUMENTED
from language.dataflow.test_documented import UNSUPPORTED, same
from language.dataflow.test_functions import shown
from language.dataflow.test_rows import SCOPE
from language.dataflow.world import resolved
from transformations.flow_cases import Case, cases, row_lines

CASES = cases("rows", "ordered")
ROWS = {
    "n": [1, 2, 3, 4],
    "a": [1, 2, 3, None],
    "b": [None, 3, 3, None],
    "t": ["x", None, "z", "x"],
    "d": [pa.scalar(text).cast(pa.decimal128(10, 2)).as_py() if text else None for text in ("1.25", "3.1", "", "0.05")],
}
# Their values are other ones each time, or guesses.
VARYING = ("approxDistinctCount", "currentTimestamp", "currentUTC", "nextSequence", "random", "uuid")


OPERATORS = ("add", "divide", "minus", "mod", "multiply")
# It makes rows of a value, which the fixtures of transformations show.
ROWS_MAKER = "unfold"


class DataFlowEngine(Protocol):
    def rows(self, graph: Graph, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
        """Return the rows of every sink."""

    def values(self, trees: Sequence[exp.Expr]) -> list[object]:
        """Return the value of each tree that reads no column; what was raised for one that has none."""

    def columns(self, table: pa.Table, trees: Sequence[exp.Expr], order: str | None) -> list[list[object]]:
        """Return the values of trees over the rows of a table that is called `s`."""


def examples() -> dict[str, exp.Expr]:
    """Return every example that needs no rows, resolved."""
    found: dict[str, exp.Expr] = {}
    texts = [*(line["expr"] for line in function_lines()), *EXAMPLES.values(), *(expr for expr, _ in DOCUMENTED)]
    for text in dict.fromkeys(texts):
        if text not in UNSUPPORTED and not any(f"{name}(" in text for name in VARYING):
            try:
                value = resolved(text, ColumnScope())
            except LanguageError:
                continue  # it reads columns, or is refused on any engine
            if not (value.aggregate or value.window):
                found[text] = value.sql
    return found


def comparable(value: object) -> Any:  # Any: what JSON has
    """Return a value as every engine has it: maps as dictionaries, decimals and moments as text."""
    match value:
        case list() if value and all(isinstance(item, tuple) for item in value):
            return {key: comparable(item) for key, item in value}
        case list():
            return [comparable(item) for item in value]
        case dict():
            return {key: comparable(item) for key, item in value.items()}
        case float() if math.isnan(value):
            return "NaN"
        case float():
            return float(f"{value:.14g}")
        case _:
            return shown(value)


class DataFlowEngineContract:
    DECLARED: tuple[Difference, ...] = ()
    """What the engine does otherwise."""

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> DataFlowEngine:
        raise NotImplementedError  # the inheriting test gives it

    @pytest.fixture(scope="class")
    @classmethod
    def evaluated(cls, engine: DataFlowEngine) -> dict[str, object]:
        declared = {difference.example for difference in cls.DECLARED}
        known = {text: tree for text, tree in examples().items() if text not in declared}
        return dict(zip(known, engine.values(list(known.values())), strict=True))

    @pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
    def test_rows_of_a_script_come_out(self, engine: DataFlowEngine, case: Case) -> None:
        if case.name in refused_flows(self.DECLARED):
            with pytest.raises(PlanError, match="RUN-046"):
                engine.rows(case.graph(), case.tables)
            return
        results = engine.rows(case.graph(), case.tables)
        for name, expected in case.named("rows").items():
            assert row_lines(results[name]) == expected
        for name, expected in case.named("ordered").items():
            assert row_lines(results[name], ordered=True) == expected

    def test_example_evaluated_gives_its_value(self, evaluated: dict[str, object]) -> None:
        expected = {line["expr"]: line["value"] for line in function_lines() if line["expr"] in evaluated}
        found = {text: comparable(evaluated[text]) for text in expected}
        assert {text: value for text, value in found.items() if value != comparable(expected[text])} == {}

    def test_example_of_the_documentation_gives_the_value_of_the_result(
        self, engine: DataFlowEngine, evaluated: dict[str, object]
    ) -> None:
        pairs = [(text, result) for text, result in DOCUMENTED if text in evaluated]
        results = engine.values([resolved(result, ColumnScope()).sql for _, result in pairs])
        found = {text: (evaluated[text], value) for (text, _), value in zip(pairs, results, strict=True)}
        assert {text: pair for text, pair in found.items() if not _alike(*pair)} == {}

    def test_aggregate_over_rows_gives_value(self, engine: DataFlowEngine) -> None:
        known = [line for line in lines("expressions/rows.jsonl") if not line["expr"].startswith(VARYING)]
        trees = [resolved(line["expr"], SCOPE).sql for line in known]
        found = engine.columns(_table(), trees, None)
        pairs = {line["expr"]: (column[0], line["rows"]) for line, column in zip(known, found, strict=True)}
        assert {text: pair for text, pair in pairs.items() if not _alike(*pair)} == {}

    def test_function_over_a_window_gives_value_for_each_row(self, engine: DataFlowEngine) -> None:
        known = lines("expressions/windows.jsonl")
        order = exp.Order(expressions=[exp.Ordered(this=exp.column("n", table="s", quoted=True))])
        frame = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
        trees = [over(resolved(line["expr"], SCOPE).sql, exp.Window(order=order, spec=frame)) for line in known]
        found = engine.columns(_table(), trees, "n")
        values = {line["expr"]: comparable(column) for line, column in zip(known, found, strict=True)}
        assert values == {line["expr"]: comparable(line["rows"]) for line in known}


def refused_flows(declared: Sequence[Difference]) -> set[str]:
    """Return the flows of the tests that an engine refuses."""
    return {flow for difference in declared if difference.kind == "refused" for flow in difference.flows}


def unseen_functions() -> list[str]:
    """Return the scalar functions of which no example is evaluated."""
    texts = " ".join(examples()).lower()
    scalars = [name for name, function in registry.FUNCTIONS.items() if function.role == "scalar"]
    elsewhere = (*VARYING, *OPERATORS, ROWS_MAKER)
    return [name for name in scalars if f"{name.lower()}(" not in texts and name not in elsewhere]


def differences_that_closed(engine: DataFlowEngine) -> list[str]:
    """Return the subjects of declared differences whose example comes out as on the embedded engine."""
    from run.engines.embedded import Embedded  # the engine to compare with is a test's own

    shown_by_examples = [difference for difference in DIFFERENCES if difference.example]
    trees = [resolved(difference.example, ColumnScope()).sql for difference in shown_by_examples]
    pairs = zip(shown_by_examples, engine.values(trees), Embedded().values(trees), strict=True)
    return [d.subject for d, ours, theirs in pairs if comparable(ours) == comparable(theirs)]


def _table() -> pa.Table:
    types = [pa.int32(), pa.int32(), pa.int32(), pa.string(), pa.decimal128(10, 2)]
    return pa.table({name: pa.array(values, type_) for (name, values), type_ in zip(ROWS.items(), types, strict=True)})


def _alike(value: object, expected: object) -> bool:
    return same(value, expected) or comparable(value) == comparable(expected)
