"""Definitions and parameters → the printed plan, what it would do, or all faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.definition.workspace import Workspace
from headwater.errors import PlanError
from headwater.plan.build import build_plan
from headwater.plan.explain import explain
from plan.cases import FIXTURES, cases, load, tried

LAKE = {"url": "https://acct.dfs.core.windows.net"}
SQL = {"connectionString": "Server=srv.database.windows.net;Database=d"}


def dataset(type_: str, service: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    reference = {"referenceName": service, "type": "LinkedServiceReference"}
    return {"properties": {"type": type_, "linkedServiceName": reference, "typeProperties": properties, **more}}


def definitions() -> Workspace:
    """The pipelines of the fixture, with a file, a file of today, and a table by name."""
    name = {"value": "@dataset().name", "type": "Expression"}
    today = {"value": "@formatDateTime(utcNow(), 'yyyy')", "type": "Expression"}
    files: dict[str, Any] = {
        "linkedService/lake.json": {"properties": {"type": "AzureBlobFS", "typeProperties": LAKE}},
        "linkedService/sql.json": {"properties": {"type": "AzureSqlDatabase", "typeProperties": SQL}},
        "dataset/file.json": dataset("DelimitedText", "lake", {"location": location("in", "a.csv")}),
        "dataset/today.json": dataset("Parquet", "lake", {"location": location(today)}),
        "dataset/table.json": dataset(
            "AzureSqlTable", "sql", {"schema": "dbo", "table": name}, parameters={"name": {"type": "string"}}
        ),
    }
    for pipeline, properties in json.loads((FIXTURES / "pipelines.json").read_text(encoding="utf-8")).items():
        files[f"pipeline/{pipeline}.json"] = {"properties": properties}
    return load({file: {"name": Path(file).stem, **content} for file, content in files.items()})


def location(folder: Any, file: str | None = None) -> dict[str, Any]:
    return {"type": "AzureBlobFSLocation", "fileSystem": "raw", "folderPath": folder, "fileName": file}


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return definitions()


@pytest.mark.parametrize("case", cases("builds.json"))
def test_pipeline_comes_to_its_plan_and_explanation(workspace: Workspace, case: dict[str, Any]) -> None:
    expected = (FIXTURES / "builds" / f"{case['name'].replace(' ', '_')}.txt").read_text(encoding="utf-8")
    assert printed(workspace, case) == expected


def printed(workspace: Workspace, case: dict[str, Any]) -> str:
    plan, faults = tried(lambda: build_plan(workspace, case["pipeline"], case["parameters"]))
    return "\n".join(faults) + "\n" if plan is None else f"{plan}\n\nexplained\n{explain(plan)}\n"


def test_explanation_as_json_says_what_is_unknown(workspace: Workspace) -> None:
    document = explain(build_plan(workspace, "unknowns", {"table": "orders"})).to_json()
    steps = document["steps"]
    assert isinstance(steps, list)
    assert isinstance(steps[1], dict)
    assert steps[1]["writes"] == [{"dataset": "table", "unknown": 'variable "v"'}]
    assert steps[1]["reads"] == [
        {
            "dataset": "file",
            "linkedService": "lake",
            "storeType": "AzureBlobFS",
            "endpoint": "acct.dfs.core.windows.net",
            "container": "raw",
            "path": "in/a.csv",
        }
    ]


def test_plan_as_json_has_the_steps_and_masks_secrets(workspace: Workspace) -> None:
    document = build_plan(workspace, "parameters", {"word": "w"}).to_json()
    assert document["parameters"] == {
        "word": "w",
        "count": 3,
        "flag": False,
        "ratio": 0.5,
        "list": [],
        "thing": {},
        "key": "***",
    }
    assert document["steps"] == [{"name": "W", "type": "Wait"}]


def test_unknown_pipeline_is_refused_with_the_nearest_name(workspace: Workspace) -> None:
    with pytest.raises(PlanError) as raised:
        build_plan(workspace, "ordre", {})
    assert raised.value.faults[0].cure == 'Did you mean "order"?'


def test_names_of_pipelines_and_parameters_ignore_case(workspace: Workspace) -> None:
    assert build_plan(workspace, "PARAMETERS", {"WORD": "w"}).parameters["word"] == "w"


@st.composite
def blocks(draw: st.DrawFn) -> dict[str, list[str]]:
    """Activities in any order with dependencies that form no circle."""
    names = [f"A{number}" for number in range(draw(st.integers(1, 8)))]
    edges = {
        name: draw(st.lists(st.sampled_from(names[:at]), unique=True)) if at else [] for at, name in enumerate(names)
    }
    return {name: edges[name] for name in draw(st.permutations(names))}


@given(blocks())
def test_steps_stand_after_all_that_they_depend_on(block: dict[str, list[str]]) -> None:
    activities = [
        {
            "name": name,
            "type": "Wait",
            "typeProperties": {"waitTimeInSeconds": 1},
            "dependsOn": [{"activity": one, "dependencyConditions": ["Succeeded"]} for one in after],
        }
        for name, after in block.items()
    ]
    loaded = load({"pipeline/main.json": {"name": "main", "properties": {"activities": activities}}})
    order = [step.name for step in build_plan(loaded, "main", {}).steps]
    assert sorted(order) == sorted(block)
    assert all(order.index(one) < order.index(name) for name, after in block.items() for one in after)
