"""`headwater check` on the flights example, as it is and with a script at fault."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from headwater.app.checking import sound
from headwater.app.locate import project_at
from headwater.cli.main import run

FLIGHTS = Path(__file__).parents[2] / "examples" / "flights"


def checked(capsys: pytest.CaptureFixture[str], folder: Path, *options: str) -> tuple[str, str, int]:
    """Return what the command prints on both streams, and how it ends."""
    code: object = 0
    try:
        run(["check", str(folder), *options])
    except SystemExit as ended:
        code = ended.code
    printed = capsys.readouterr()
    return printed.out, printed.err, int(str(code or 0))


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(FLIGHTS, folder)
    file = folder / "reporting" / "dataflow" / "BuildDelays.json"
    file.write_text(file.read_text().replace("toDate(flight_date_time)", "toDat(flight_date_tim)"))
    return folder


def test_sound_project_has_no_errors(capsys: pytest.CaptureFixture[str]) -> None:
    out, _, code = checked(capsys, FLIGHTS)
    assert code == 0
    assert "reporting: 1 pipelines, 1 data flows, 6 datasets, 3 linked services; 0 errors, 0 warnings" in out


def test_script_at_fault_is_told_with_line_caret_and_cure(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err, code = checked(capsys, broken)
    assert code == 1
    assert "LNG-027" in err
    assert "reporting/dataflow/BuildDelays.json" in err
    assert "^^^^" in err
    assert "toDate" in err
    assert "1 errors" in out or "2 errors" in out


def test_script_at_fault_as_json_has_its_place(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _, _ = checked(capsys, broken, "--json")
    document = json.loads(out)
    [reporting] = [workspace for workspace in document["workspaces"] if workspace["name"] == "reporting"]
    assert not document["ok"]
    place = reporting["faults"][0]["place"]
    assert place["file"] == "reporting/dataflow/BuildDelays.json"
    assert place["excerpt"].split("\n")[0].strip().startswith("Flown derive(day = toDat(")


def test_script_at_fault_does_not_keep_other_pipelines_from_running(broken: Path) -> None:
    assert sound(project_at(broken), "reporting").pipelines
