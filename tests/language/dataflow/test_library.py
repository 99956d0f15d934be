"""Functions of UDF libraries, read and called."""

from __future__ import annotations

import pytest

from headwater.language.dataflow.evaluate import evaluate_literal
from headwater.language.dataflow.library import parse_library
from headwater.language.dataflow.scope import ColumnScope
from headwater.language.source import Source

LIBRARY = """monthName(string) as string = keyValues(['1', '2'], ['January', 'February'])[i1],
isProfitable(integer, integer) as boolean = ((i1 - i2) / i1) > .50,
two() as integer = 1 + 1
quarter(integer) as long = half(half(i1))
half(integer) as integer = i1 / 2"""


def test_library_parsed_gives_functions() -> None:
    functions, faults = parse_library(Source(LIBRARY))
    assert faults == ()
    found = [f"{f.name}({', '.join(map(str, f.parameters))}) => {f.returns}" for f in functions]
    assert found == [
        "monthName(string) => string",
        "isProfitable(integer, integer) => boolean",
        "two() => integer",
        "quarter(integer) => long",
        "half(integer) => integer",
    ]


@pytest.mark.parametrize(
    ("expr", "value"),
    [("monthName('2')", "February"), ("isProfitable(10, 2)", True), ("two() * 2", 4), ("quarter(9)", 2)],
)
def test_library_function_called_gives_value_of_its_type(expr: str, value: object) -> None:
    functions, _ = parse_library(Source(LIBRARY))
    assert evaluate_literal(expr, ColumnScope(functions={f.name: f for f in functions}))[0] == value


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("half(integer as double = i1", 14, "Expected ')' after the types of 'half', found 'as'"),
        ("half(money) as double = i1", 6, "Expected a type, found 'money'"),
        ("half(integer) = i1", 15, "Expected 'as' after half(…), found '='"),
        ("half(integer) as double = ", 27, "The expression ends too early"),
        ("half(integer) as double = 'x", 27, "The string is not closed"),
    ],
)
def test_library_broken_tells_where(text: str, column: int, message: str) -> None:
    functions, faults = parse_library(Source(text))
    assert functions == ()
    assert [(fault.place.column, fault.message) for fault in faults] == [(column, message)]


def test_library_function_named_like_an_operator_leaves_the_operator() -> None:
    functions, _ = parse_library(Source("add(integer, integer) as integer = i1 * i2"))
    scope = ColumnScope(functions={f.name: f for f in functions})
    assert evaluate_literal("add(3, 4) + 1", scope)[0] == 13
