"""Copies as data: files and tables before, the copy, and what is there afterwards; see tests/fixtures/copy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from headwater.connectors.statements import run_statement
from headwater.errors import HeadwaterError
from run.copy.workbench import Workbench

FIXTURES = Path(__file__).parents[2] / "fixtures" / "copy"


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['title']}")
        for file in sorted(FIXTURES.glob("*.json"))
        for case in json.loads(file.read_text())
    ]


@pytest.mark.parametrize("case", _cases())
def test_copy_as_in_the_fixture_gives_what_it_says(case: dict[str, Any], tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    for path, content in case.get("files", {}).items():
        bench.put(path, "".join(f"{line}\n" for line in content) if isinstance(content, list) else content)
    for path, query in case.get("parquet", {}).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        _sql(f"COPY ({query}) TO '{tmp_path / path}' (FORMAT parquet)")
    for statement in case.get("tables", []):
        bench.run_sql(statement)
    expected = case["expect"]
    if "fault" in expected:
        _assert_refused(bench, case, expected["fault"])
        return
    result = bench.copy(case["source"], case["sink"], case.get("copy"))
    for path, text in expected.get("text", {}).items():
        assert (tmp_path / path).read_bytes().decode() == text
    for path, rows in expected.get("rows", {}).items():
        assert _printable(_sql(f"FROM '{tmp_path / path}'")) == rows
    for path, types in expected.get("types", {}).items():
        assert [f"{row[0]} {row[1]}" for row in _sql(f"DESCRIBE FROM '{tmp_path / path}'")] == types
    for query, rows in expected.get("tables", {}).items():
        assert _printable(bench.run_sql(query)) == rows
    if "edges" in expected:
        assert [str(edge) for movement in result.movements for edge in movement.edges] == expected["edges"]
    if "pairs" in expected:
        assert [_pair(movement) for movement in result.movements] == expected["pairs"]
    if "features" in expected:
        assert list(result.movements[0].features) == expected["features"]
    for name, value in expected.get("output", {}).items():
        assert result.output.get(name) == value, name
    for name in expected.get("absent", []):
        assert name not in result.output


def _assert_refused(bench: Workbench, case: dict[str, Any], expected: dict[str, str]) -> None:
    before = bench.snapshot()
    with pytest.raises(HeadwaterError) as caught:
        bench.copy(case["source"], case["sink"], case.get("copy"))
    told = "\n".join(str(fault) for fault in caught.value.faults)
    assert expected["code"] in {fault.code for fault in caught.value.faults}, told
    for part in expected.get("says", []):
        assert part in told
    assert bench.snapshot() == before
    assert bench.recorder.tokens == ()


def _pair(movement: Any) -> str:
    return f"{' + '.join(_path(read.location) for read in movement.inputs)} -> {_path(movement.sink.location)}"


def _path(location: Any) -> str:
    return location.path if hasattr(location, "container") else f"{location.schema}.{location.table}"


def _sql(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return run_statement(connection, query)


def _printable(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    plain = (bool, int, float, str, type(None))
    return [[value if isinstance(value, plain) else str(value) for value in row] for row in rows]
