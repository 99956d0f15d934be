"""Lineage through every function is exact: constants of its examples become columns, and one after another changes.

A value that changes must come of a column that an edge names, and the edges name the columns of the expression, all of
them and no other. Functions of groups and windows stand in the flows of tests/transformations.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from headwater.data.batch import arrow_schema
from headwater.data.schema import Column, Schema
from headwater.data.types import DOUBLE, INTEGER, LONG, STRING, DataType
from headwater.errors import LanguageError
from headwater.language.dataflow.ast import Call, Literal, Node
from headwater.language.dataflow.functions.examples import EXAMPLES
from headwater.language.dataflow.parser import parse_expression
from headwater.language.source import Source
from headwater.run.rehearsal.script_walk import walk
from headwater.transformations.trace import ROWS, trace
from transformations.flow_cases import graph_of, run_graph

FIXTURES = Path(__file__).parents[1] / "fixtures" / "dataflow" / "functions"
MOST = 4
"""Examples of a function."""
AT_ONCE = 40
PATTERN = "(b)(7)"
CHANGED: dict[type, tuple[object, ...]] = {
    float: (0.5, 2.25, math.nan),
    int: (3, 2),
    str: (PATTERN, "1", "2013-01-01 00:00:00"),
}
KINDS: tuple[tuple[object, ...], ...] = (
    (1, 2),
    ("UTF-8", "UTF-16", "ISO-8859-1", "US-ASCII", "UTF-16LE", "Windows-1252"),
    ("UTC", "America/New_York", "Asia/Seoul", "Europe/Paris", "GMT+02:00", "GMT+2", "UTC-3"),
)
"""Groups of a pattern, character sets and zones: in their place, what is none of them is a fault."""
TYPES: dict[type, DataType] = {float: DOUBLE, int: INTEGER, str: STRING}


@dataclass(frozen=True)
class Columnar:
    """An expression over columns, which begin with `prefix`, and the value that each of them had as a constant."""

    function: str
    text: str
    prefix: str
    values: dict[str, object]


def _examples() -> Iterator[tuple[str, str]]:
    """Yield functions and expressions that call them outermost."""
    lines = [json.loads(line) for file in sorted(FIXTURES.glob("*.jsonl")) for line in file.read_text().splitlines()]
    counts: dict[str, int] = {}
    for text in [*EXAMPLES.values(), *(line["expr"] for line in lines)]:
        tree, _ = parse_expression(Source(text))
        if isinstance(tree, Call) and counts.get(tree.name, 0) < MOST:
            counts[tree.name] = counts.get(tree.name, 0) + 1
            yield tree.name, text


def _constants(text: str) -> list[Literal]:
    tree, _ = parse_expression(Source(text))
    found: list[Node] = list(walk(tree)) if tree is not None else []
    literals = [node for node in found if isinstance(node, Literal) and type(node.value) in TYPES]
    return sorted(literals, key=lambda node: node.span.start)


def _columnar(function: str, text: str, prefix: str) -> Columnar | None:
    """Return the expression with columns for as many of its constants as may be columns; None if none may."""
    free: list[Literal] = []
    for constant in _constants(text):
        if _compiles(_replaced(function, text, prefix, [*free, constant])):
            free.append(constant)
    return _replaced(function, text, prefix, free) if free else None


def _replaced(function: str, text: str, prefix: str, constants: list[Literal]) -> Columnar:
    values: dict[str, object] = {}
    for number, constant in reversed(list(enumerate(constants))):
        name = f"{prefix}{number}"
        values[name] = constant.value
        text = text[: constant.span.start] + name + text[constant.span.end :]
    return Columnar(function, text, prefix, values)


def _script(expressions: list[Columnar]) -> str:
    columns = {name: _type(value) for one in expressions for name, value in one.values.items()}
    declared = ", ".join(f"{name} as {type_}" for name, type_ in columns.items())
    made = ", ".join(f"{one.prefix}out = {one.text}" for one in expressions)
    mapped = ", ".join(f"{one.prefix}out" for one in expressions)
    return (
        f"source(output({declared}), allowSchemaDrift: false) ~> s\n"
        f"s derive({made}) ~> d\nd select(mapColumn({mapped})) ~> p\np sink() ~> k"
    )


def _type(value: object) -> DataType:
    is_long = isinstance(value, int) and abs(value) > 2**31 - 10
    return LONG if is_long else TYPES[type(value)]


def _compiles(one: Columnar) -> bool:
    try:
        graph_of(_script([one]))
    except LanguageError:
        return False
    return True


@functools.cache
def _columnars() -> tuple[Columnar, ...]:
    made = (_columnar(function, text, f"c{number}_") for number, (function, text) in enumerate(_examples()))
    return tuple(one for one in made if one is not None)


def _rows(expressions: list[Columnar]) -> tuple[list[str], pa.Table]:
    """Return a table of two equal rows, then of rows with one value changed; and the column of each of these."""
    values = {name: value for one in expressions for name, value in one.values.items()}
    names = [name for name, value in values.items() for _ in _changed(value)]
    changed = [{**values, name: other} for name, value in values.items() for other in _changed(value)]
    rows = [values, values, *changed]
    schema = Schema(tuple(Column(name, _type(value)) for name, value in values.items()))
    return names, pa.table({name: [row[name] for row in rows] for name in values}, schema=arrow_schema(schema))


def _changed(value: object) -> tuple[object, ...]:
    """Return values to put in the place of one."""
    for kind in KINDS:
        if value in kind:
            return (kind[1] if value == kind[0] else kind[0],)
    if isinstance(value, str) and "(" in value:
        return (PATTERN,)
    return tuple(other for other in CHANGED[type(value)] if other != value)


def _chunks() -> list[list[Columnar]]:
    every = list(_columnars())
    return [every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE)]


@pytest.fixture(scope="module")
def moved() -> dict[str, set[str]]:
    """Function → the columns that were seen to change its value, after each chunk has been held to the law."""
    seen: dict[str, set[str]] = {}
    for chunk in _chunks():
        graph = graph_of(_script(chunk))
        named = {
            one.prefix: {e.column for e in trace(graph, "k") if e.sink_column == f"{one.prefix}out"} for one in chunk
        }
        names, table = _rows(chunk)
        out = run_graph(graph, {"s": table})["k"]
        for one in chunk:
            assert named[one.prefix] - {ROWS} == set(one.values), one.text
            cells = [repr(value) for value in out[f"{one.prefix}out"].to_pylist()]
            if cells[0] == cells[1]:
                changed = {name for name, cell in zip(names, cells[2:], strict=True) if cell != cells[0]}
                assert changed <= named[one.prefix], one.text
                seen.setdefault(one.function, set()).update(changed)
    return seen


def test_values_change_with_the_columns_that_edges_name_and_no_other(moved: dict[str, set[str]]) -> None:
    assert len(moved) > 150


def test_every_function_is_seen_to_carry_a_change(moved: dict[str, set[str]]) -> None:
    still = {function for function, columns in moved.items() if not columns}
    # They ask for null, which is no key of a map and so in no column here, and a whole number whether it is one.
    assert still == {"isNan", "isNull"}
