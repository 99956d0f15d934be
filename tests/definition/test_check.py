"""Workspaces with their faults, as pairs; and the law that a sound one has none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.codes import CODES
from headwater.definition.check import check
from headwater.definition.load import load_files, load_folder
from headwater.errors import Fault

FIXTURES = Path(__file__).parents[1] / "fixtures" / "definition"
CASES = sorted((FIXTURES / "cases").glob("*.json"))


def files_of(case: dict[str, Any]) -> dict[str, bytes]:
    """Return the files of a case, above those of the folder that it is based on."""
    files: dict[str, bytes] = {}
    if base := case.get("base"):
        for file in sorted((FIXTURES / base).glob("*/*.json")):
            files[f"{file.parent.name}/{file.name}"] = file.read_bytes()
    for name, content in sorted(case["files"].items()):
        files[name] = (content if isinstance(content, str) else json.dumps(content)).encode()
    return files


def flat(fault: Fault) -> dict[str, Any]:
    places = {name: getattr(fault.place, name) for name in ("file", "path", "line", "column", "excerpt")}
    return {"code": fault.code, "severity": fault.severity, "message": fault.message, "cure": fault.cure, **places}


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_check_faulty_workspace_tells_every_fault(file: Path) -> None:
    case = json.loads(file.read_text(encoding="utf-8"))
    found = [flat(fault) for fault in check(load_files(files_of(case), "w"))]
    assert len(found) == len(case["faults"]), "\n".join(
        f"{f['file']} {f['code']} {f['path']} {f['message']}" for f in found
    )
    for expected in case["faults"]:
        wanted = {"severity": "error", **expected}
        assert any(all(fault[key] == value for key, value in wanted.items()) for fault in found), expected


def test_check_sound_workspace_finds_nothing() -> None:
    assert check(load_folder(FIXTURES / "sound")) == ()


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_check_faults_have_a_listed_code_and_a_cure(file: Path) -> None:
    for fault in check(load_files(files_of(json.loads(file.read_text(encoding="utf-8"))), "w")):
        assert fault.code in CODES
        assert fault.cure


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_check_never_shows_a_secret(file: Path) -> None:
    """Every secret in the cases stands in a linked service and contains one of these words."""
    workspace = load_files(files_of(json.loads(file.read_text(encoding="utf-8"))), "w")
    shown = "\n".join(map(str, check(workspace))) + repr(workspace)
    assert not any(word in shown for word in ("hunter2", "Password=", "secret@"))
