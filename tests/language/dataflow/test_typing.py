"""What an expression yields and reads, and what is wrong with it, as data."""

from __future__ import annotations

from typing import Any

import pytest
from sqlglot import exp

from headwater.data import types
from headwater.errors import LanguageError
from headwater.language.dataflow.parser import parse_expression
from headwater.language.dataflow.scope import ColumnScope, MatchedColumn
from headwater.language.dataflow.typing import resolve
from headwater.language.source import Source
from language.dataflow.lines import lines
from language.dataflow.world import WORLD, column, resolved

REFERENCES = lines("expressions/references.jsonl")
FAULTS = lines("expressions/faults.jsonl")


@pytest.mark.parametrize("line", REFERENCES, ids=[line["expr"] for line in REFERENCES])
def test_expression_resolved_gives_type_and_references(line: dict[str, Any]) -> None:
    value = resolved(line["expr"], WORLD)
    assert str(value.type) == line["type"]
    assert [f"{r.kind} {r.subtype} {r.stream}.{r.column}" for r in value.references] == line["references"]


@pytest.mark.parametrize("line", FAULTS, ids=[line["expr"] for line in FAULTS])
def test_expression_at_fault_tells_all_with_caret(line: dict[str, Any]) -> None:
    source = Source(line["expr"])
    expr, faults = parse_expression(source)
    if expr is not None:
        with pytest.raises(LanguageError) as caught:
            resolve(expr, WORLD, source)
        faults = caught.value.faults
    found = [(fault.code, fault.place.line, fault.place.column) for fault in faults]
    assert found == [(code, row, at) for code, row, at, _ in line["faults"]]
    for fault, (_, _, _, message) in zip(faults, line["faults"], strict=True):
        assert message in fault.message
        assert fault.cure
        assert "^" in (fault.place.excerpt or "")


def test_expression_resolved_twice_leaves_scope_untouched() -> None:
    """The compiler copies what the scope gives, so that one column can stand in many trees."""
    before = [found.sql.sql() for found in WORLD.inputs]
    first = resolved("carrier + carrier", WORLD)
    second = resolved("carrier + carrier", WORLD)
    assert first.sql == second.sql
    assert [found.sql.sql() for found in WORLD.inputs] == before
    assert all(found.sql.parent is None for found in WORLD.inputs)


@pytest.mark.parametrize(
    ("expr", "aggregate", "window", "nondeterministic"),
    [
        ("carrier", False, False, False),
        ("round(sum(dep_delay), 1)", True, False, False),
        ("lag(carrier, 1)", False, True, False),
        ("lag(carrier, 1) + last(carrier)", True, True, False),
        ("upper(uuid())", False, False, True),
    ],
)
def test_expression_resolved_says_what_it_is(expr: str, aggregate: bool, window: bool, nondeterministic: bool) -> None:
    value = resolved(expr, WORLD)
    assert (value.aggregate, value.window, value.nondeterministic) == (aggregate, window, nondeterministic)


def test_expression_resolved_keeps_its_text() -> None:
    assert resolved("iif( dep_delay>15,'late' , 'ok')", WORLD).text == "iif(dep_delay > 15, 'late', 'ok')"


def test_pattern_references_stand_for_the_matched_column() -> None:
    delay = column("flights", "dep_delay", types.INTEGER)
    scope = ColumnScope((delay,), matched=MatchedColumn(delay, 1, ("dep",)))
    value = resolved("$1 + '_' + $0 + toString($$)", scope)
    assert [(r.column, r.subtype) for r in value.references] == [("dep_delay", "TRANSFORMATION")]
    assert value.sql.find(exp.Literal).this == "dep_dep_delay"


def test_pattern_group_absent_is_a_fault() -> None:
    delay = column("flights", "dep_delay", types.INTEGER)
    scope = ColumnScope((delay,), matched=MatchedColumn(delay, 1, ("dep",)))
    with pytest.raises(LanguageError, match="There is no group '\\$2'"):
        resolved("$2", scope)


@pytest.mark.parametrize("function", ["concat", "md5", "coalesce", "countDistinct"])
def test_call_of_a_thousand_arguments_compiles(function: str) -> None:
    """A flow of wide tables hashes all its columns."""
    value = resolved(function + "(" + ", ".join(["carrier", "'x'"] * 500) + ")", WORLD)
    assert value.sql.sql("duckdb")
