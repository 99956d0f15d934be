"""Public pipelines, as people have written them: planned and explained, or refused with faults, never broken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headwater.definition.load import load_folder
from headwater.definition.reference import Parameter
from headwater.definition.workspace import Workspace
from headwater.errors import PlanError
from headwater.language.expression.ast import Json
from headwater.plan.build import build_plan
from headwater.plan.explain import explain

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[3] / "shared"))
VALUES: dict[str, Json] = {"array": [{"a": "b"}], "bool": True, "float": 1.5, "int": 1, "object": {"a": "b"}}

pytestmark = pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the corpus of public definitions is not here")


def workspaces() -> list[Workspace]:
    folders = sorted({file.parent.parent for file in (SHARED / "corpus").rglob("pipeline/*.json")})
    return [load_folder(folder, folder.name) for folder in folders]


def value_of(parameter: Parameter) -> Json:
    return VALUES.get(parameter.type, "x")


def test_public_pipelines_are_planned_or_refused() -> None:
    planned, refused = 0, []
    for workspace in workspaces():
        for name, pipeline in workspace.pipelines.items():
            given = {one.name: value_of(one) for one in pipeline.parameters if not one.has_default}
            try:
                plan = build_plan(workspace, name, given)
            except PlanError as error:
                refused.append(error)
                continue
            explained = explain(plan)
            assert str(plan)
            assert str(explained)
            assert plan.to_json()
            assert explained.to_json()
            planned += 1
    assert planned > 200
    assert all(fault.cure and fault.place.file for error in refused for fault in error.faults)
