"""The house rules that a linter does not know: sizes, names of rooms, sorted tables."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "headwater").rglob("*.py"))
# A migration is one list of tables, as long as the schema is.
FUNCTIONAL = [file for file in SOURCES if file.parent.name != "versions"]
DRAWERS = re.compile(r"(^|_)(utils?|helpers?|common|misc|manager|core|base2|v2)(_|$)")

# Files above 400 lines and functions above 40 need a line in ARCHITECTURE.md that says why.
FILE_LIMIT, FUNCTION_LIMIT = 400, 40

TABLES = (
    ("headwater.cli.main", "VERBS"),
    ("headwater.connectors.formats.registry", "FORMATS"),
    ("headwater.connectors.registry", "KINDS"),
    ("headwater.definition.activities.registry", "ACTIVITY_TYPES"),
    ("headwater.codes", "CODES"),
    ("headwater.lineage.naming.registry", "NAMINGS"),
    ("headwater.run.activities.registry", "ACTIVITIES"),
    ("headwater.transformations.registry", "TRANSFORMATIONS"),
)


def _excused() -> str:
    return (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: str(f.relative_to(ROOT / "src" / "headwater")))
def test_file_is_short_enough(file: Path) -> None:
    lines = len(file.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LIMIT or file.name in _excused(), f"{file.name} has {lines} lines"


@pytest.mark.parametrize("file", FUNCTIONAL, ids=lambda f: str(f.relative_to(ROOT / "src" / "headwater")))
def test_functions_are_short_enough(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LIMIT
    ]
    assert not long


def test_rooms_are_named_after_what_they_hold() -> None:
    drawers = [str(f.relative_to(ROOT)) for f in SOURCES if any(DRAWERS.search(p) for p in (f.stem, f.parent.name))]
    assert drawers == []


@pytest.mark.parametrize(("module", "table"), TABLES)
def test_table_is_sorted(module: str, table: str) -> None:
    keys = list(getattr(importlib.import_module(module), table))
    assert keys == sorted(keys)


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: str(f.relative_to(ROOT / "src" / "headwater")))
def test_nothing_is_left_unwritten(file: Path) -> None:
    assert "NotImplementedError" not in file.read_text(encoding="utf-8")


def test_nothing_is_put_off() -> None:
    marks = re.compile(r"\b(TODO|FIXME)\b|mock\.patch")
    ui = [f for f in (ROOT / "ui" / "src").rglob("*.ts*") if f.is_file()]
    tests = [f for f in (ROOT / "tests").rglob("*.py") if f != Path(__file__).resolve()]
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in (*SOURCES, *ui, *tests)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


def _reads_types_itself(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    if name in {"msgspec.convert", "msgspec.json.Decoder"}:
        return bool(call.args)
    return name == "msgspec.json.decode" and any(keyword.arg == "type" for keyword in call.keywords)


def test_types_are_learnt_in_one_place() -> None:
    """`headwater.typed` says why."""
    strays = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in SOURCES
        if file.name != "typed.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _reads_types_itself(node)
    ]
    assert strays == []
