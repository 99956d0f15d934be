"""Lineage of copies is exact: other values in one source column reach the sink columns that its edges name, no other.

Soundness: the sinks less the columns that the edges name hold the same rows, unless a `*` edge says that the column
decides about rows. Completeness: each edge is seen to carry the change.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.run.events import Movement
from proof.copies import ExampleCopy, Held, Sink, example_copies
from run.copy.workbench import Workbench

ROWS = "*"
EXAMPLES = dict(example_copies())
COLUMNS = [
    pytest.param(copy, source, column, id=f"{name}: {Path(source.name).name} {column}")
    for name, copy in EXAMPLES.items()
    for source in copy.sources
    for column in source.columns
]


def _other_values(values: Sequence[object]) -> list[object]:
    """Return values of the same kind in which every row differs where the column varies, else some rows."""
    rotated = [*values[1:], values[0]]
    if rotated != list(values):
        return rotated
    other = "1" if values[0] == "NA" else "NA"
    return [other if number % 2 else value for number, value in enumerate(values)]


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Mapping[str, Sink]]:
    """Each copy of the example on its data as it is."""
    return {id(copy): copy.run(tmp_path_factory.mktemp("copy"), copy.sources) for copy in EXAMPLES.values()}


def _assert_only_named_columns_change(source: str, column: str, before: Sink, after: Sink) -> None:
    named = before.named(source, column)
    assert named == after.named(source, column)
    assert before.columns == after.columns
    assert named - {ROWS} <= set(before.columns)
    untouched = [name for name in before.columns if name not in named]
    if ROWS not in named:
        assert before.only(untouched) == after.only(untouched)
    else:
        assert before.only(untouched) != after.only(untouched)
    for name in named - {ROWS}:
        assert Counter(before.only([*untouched, name])) != Counter(after.only([*untouched, name]))


@pytest.mark.parametrize(("copy", "source", "column"), COLUMNS)
def test_changed_column_of_the_example_changes_exactly_what_its_edges_name(
    copy: ExampleCopy, source: Held, column: str, unchanged: dict[int, Mapping[str, Sink]], tmp_path: Path
) -> None:
    other = source.changed(column, _other_values(source.values(column)))
    before = unchanged[id(copy)]
    after = copy.run(tmp_path, [other if one is source else one for one in copy.sources])
    assert before.keys() == after.keys()
    for name in before:
        _assert_only_named_columns_change(source.name, column, before[name], after[name])


def test_edges_of_the_report_start_at_columns_of_the_table(unchanged: dict[int, Mapping[str, Sink]]) -> None:
    """The query is followed: its own aliases are no sources."""
    (sink,) = unchanged[id(EXAMPLES["ExportDelayReport"])].values()
    edges = {(edge.source_column, edge.sink_column) for edge in sink.operation.edges}
    direct = {(name, name) for name in ("airline", "day", "flights", "late_flights", "avg_delay")}
    assert edges == direct | {("flights", ROWS), ("avg_delay", ROWS)}
    assert {str(edge.source).rpartition("/")[2] for edge in sink.operation.edges} == {"delays_by_carrier"}


# Generated copies

NAMES = ("a", "b", "c", "d")
TYPES = ("Int16", "Int32", "Int64", "Double", "Decimal", "String", "Boolean", None)
VALUES = ("0", "1")
"""They fit every type, and differ in every one."""
SINKS: dict[str, dict[str, Any]] = {
    "DelimitedText": {
        "store": "lake",
        "type": "DelimitedText",
        "path": "o/a.csv",
        "typeProperties": {"firstRowAsHeader": True, "escapeChar": '"', "quoteChar": '"', "columnDelimiter": ","},
    },
    "Json": {"store": "lake", "type": "Json", "path": "o/a.json", "typeProperties": {}},
    "Parquet": {"store": "lake", "type": "Parquet", "path": "o/a.parquet", "typeProperties": {}},
    "Table": {"store": "warehouse", "type": "AzureSqlTable", "typeProperties": {"schema": "dbo", "table": "t"}},
}
SOURCE = {
    "store": "landing",
    "type": "DelimitedText",
    "path": "c/a.csv",
    "typeProperties": {"firstRowAsHeader": True, "escapeChar": '"', "columnDelimiter": ","},
}


@st.composite
def mappings(draw: st.DrawFn) -> list[dict[str, Any]] | None:
    """Lines of a mapping: some columns, renamed, twice or not at all, as some type; None for a copy by name."""
    if draw(st.booleans()):
        return None
    sources = draw(st.lists(st.sampled_from([*NAMES, "twin", "batch"]), min_size=1, max_size=5))
    lines = []
    for number, source in enumerate(sources):
        type_ = draw(st.sampled_from(TYPES)) if source != "batch" else None
        sink = {"name": draw(st.sampled_from([f"s{number}", f"{source} {number}"]))}
        lines.append({"source": {"name": source}, "sink": sink | ({"type": type_} if type_ else {})})
    return lines


def _copy(data: Mapping[str, Sequence[str]], lines: list[dict[str, Any]] | None, sink: str) -> tuple[Movement, Any]:
    """Run one copy in a folder of its own; return its movement, and the columns and rows of its sink."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Workbench(Path(folder))
        rows = [",".join(values) for values in zip(*data.values(), strict=True)]
        bench.put("landing/c/a.csv", "".join(f"{line}\n" for line in [",".join(data), *rows]))
        additional = [{"name": "twin", "value": "$$COLUMN:a"}, {"name": "batch", "value": "7"}]
        properties: dict[str, Any] = {"source": {"type": "DelimitedTextSource", "additionalColumns": additional}}
        if lines is not None:
            properties["translator"] = {"type": "TabularTranslator", "mappings": lines}
        if sink == "Table":
            properties["sink"] = {"type": "AzureSqlSink", "tableOption": "autoCreate"}
        (movement,) = bench.copy(SOURCE, SINKS[sink], properties).movements
        if sink == "Table":
            with duckdb.connect(str(bench.root / "warehouse.duckdb")) as warehouse:
                return movement, _columns(warehouse.execute("FROM dbo.t"))
        reader = {"DelimitedText": "read_csv", "Json": "read_json", "Parquet": "read_parquet"}[sink]
        path = str(bench.root / "lake" / str(SINKS[sink]["path"]))
        with duckdb.connect() as engine:
            return movement, _columns(engine.execute(f"FROM {reader}(?)", [path]))


def _columns(found: Any) -> dict[str, list[object]]:
    names = [column[0] for column in found.description]
    rows = found.fetchall()
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def _columns_of(size: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(VALUES), min_size=size, max_size=size)


@pytest.mark.parametrize("sink", SINKS)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(lines=mappings(), data=st.data())
def test_changed_column_of_any_mapping_changes_exactly_what_its_edges_name(
    sink: str, lines: list[dict[str, Any]] | None, data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, 4))
    before = {name: data.draw(_columns_of(size)) for name in NAMES}
    column = data.draw(st.sampled_from(NAMES))
    changed = data.draw(_columns_of(size).filter(lambda values: values != before[column]))
    movement, first = _copy(before, lines, sink)
    _, second = _copy({**before, column: changed}, lines, sink)
    named = {edge.sink_column for edge in movement.edges if edge.column == column}
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} == named
