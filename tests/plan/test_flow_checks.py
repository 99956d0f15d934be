"""Scripts with what is wrong with them, as far as definitions tell; and public flows, of which few are at fault."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from headwater.codes import CODES
from headwater.definition.load import load_files
from headwater.definition.workspace import Workspace
from headwater.errors import Fault
from headwater.plan.flow_checks import check_flows

FIXTURES = Path(__file__).parents[1] / "fixtures" / "plan"
CASES = json.loads((FIXTURES / "flow_checks.json").read_text(encoding="utf-8"))
CORPUS = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[2].parent / "shared")) / "corpus"
MOST_AT_FAULT = 0.06

CLEAN = ["input(output(a as integer), allowSchemaDrift: true) ~> i", "i filter(a > 0) ~> f", "f output() ~> o"]
STORED = {
    "linkedServiceName": {"referenceName": "l", "type": "LinkedServiceReference"},
    "type": "AzureSqlTable",
    "schema": [{"name": "k", "type": "int"}, {"name": "id", "type": "int"}],
    "typeProperties": {"table": "t"},
}


def encoded(name: str, properties: object) -> bytes:
    return json.dumps({"name": name, "properties": properties}).encode()


def flow(kind: str, lines: list[str], **more: object) -> dict[str, Any]:  # Any: JSON
    return {"type": kind, "typeProperties": {"scriptLines": lines, **more}}


def workspace(lines: list[str], parameters: dict[str, object] | None = None, clean: list[str] = CLEAN) -> Workspace:
    """Return a workspace with one flow, the flowlet `clean`, and a dataset that stores a schema for `stored`."""
    reference = {"referenceName": "d", "type": "DatasetReference"}
    called = {"referenceName": "f", "type": "DataFlowReference", "parameters": parameters or {}}
    activity = {"name": "A", "type": "ExecuteDataFlow", "typeProperties": {"dataflow": called}}
    return load_files(
        {
            "dataflow/clean.json": encoded("clean", flow("Flowlet", clean)),
            "dataflow/f.json": encoded(
                "f", flow("MappingDataFlow", lines, sources=[{"name": "stored", "dataset": reference}])
            ),
            "dataset/d.json": encoded("d", STORED),
            "pipeline/p.json": encoded("p", {"activities": [activity]}),
        },
        "w",
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_script_gives_its_faults_with_line_and_cure(case: dict[str, Any]) -> None:
    found = check_flows(workspace(case["script"]))
    said = "\n".join(map(str, found))
    assert [(fault.code, fault.place.line) for fault in found] == [(code, line) for code, line, _ in case["faults"]], (
        said
    )
    for fault, (_, line, part) in zip(found, case["faults"], strict=True):
        assert part in fault.message + fault.cure, said
        assert fault.cure, said
        assert fault.place.file == "dataflow/f.json"
        assert fault.place.excerpt is not None
        assert fault.place.excerpt.split("\n")[0] == case["script"][line - 1]
        assert fault.code in CODES


def test_flowlet_that_nobody_calls_is_checked_by_itself() -> None:
    sound = ["source(output(a as integer)) ~> s", "s sink() ~> t"]
    [fault] = check_flows(workspace(sound, clean=[CLEAN[0], "i filter(b > 0) ~> f", "f output() ~> o"]))
    assert (fault.code, fault.place.file, fault.place.line) == ("LNG-021", "dataflow/clean.json", 2)


def test_fault_of_a_flowlet_is_told_once_however_often_it_is_called() -> None:
    calling = [
        "source(output(a as integer)) ~> s",
        "s compose(composition: 'clean') ~> one",
        "one compose(composition: 'clean') ~> two",
        "two sink() ~> t",
    ]
    broken = [CLEAN[0], "i filter(uper(a) == 'A') ~> f", "f output() ~> o"]
    assert [fault.code for fault in check_flows(workspace(calling, clean=broken))] == ["LNG-027"]


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("1", []),
        ("add(1, 2)", []),
        ("'one'", ["LNG-075"]),
        ("nosuch(1)", ["LNG-027"]),
        ("1 +", ["LNG-001"]),
        ({"value": "@pipeline().parameters.x", "type": "Expression"}, []),
    ],
)
def test_argument_of_an_activity_is_typed_where_it_is_known(value: object, codes: list[str]) -> None:
    lines = ["parameters{", "n as integer", "}", "source(output(a as integer)) ~> s", "s filter(a > $n) ~> f"]
    found = check_flows(workspace([*lines, "f sink() ~> t"], {"n": value}))
    assert [fault.code for fault in found] == codes
    assert all(fault.place.file == "pipeline/p.json" for fault in found)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public definitions is not here")
def test_public_flows_are_sound_but_for_a_few() -> None:
    flows, at_fault = 0, set[tuple[str, str | None]]()
    faults: list[Fault] = []
    for repository in sorted(path for path in CORPUS.iterdir() if path.is_dir()):
        files = {f"{f.parent.name}/{f.name}": f.read_bytes() for f in sorted(repository.glob("*/*.json"))}
        found = load_files(files, repository.name)
        flows += len(found.data_flows)
        faults += (told := check_flows(found))
        at_fault.update((repository.name, fault.place.file) for fault in told)
    assert flows > 200
    assert len(at_fault) <= flows * MOST_AT_FAULT, "\n".join(map(str, faults))
    assert all(fault.cure and fault.place.file and fault.place.line for fault in faults)


def test_script_nested_very_deeply_is_told_and_breaks_nothing() -> None:
    deep = "(" * 3_000 + "a" + ")" * 3_000
    lines = ["source(output(a as integer)) ~> s", f"s derive(b = {deep}) ~> d", "d sink() ~> t"]
    found = workspace(lines)
    assert found.faults or check_flows(found) == ()


@pytest.mark.parametrize("operator", ["+", "||"])
def test_script_of_a_very_long_expression_is_told_and_breaks_nothing(operator: str) -> None:
    long = operator.join(["a"] * 3_000)
    lines = ["source(output(a as integer)) ~> s", f"s derive(b = {long}) ~> d", "d sink() ~> t"]
    found = workspace(lines)
    assert all(fault.cure for fault in (*found.faults, *check_flows(found)))
