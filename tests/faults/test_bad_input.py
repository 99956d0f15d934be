"""Bad input as a user meets it: broken in one place, the project says what, where and what to do, and nothing else.

Each case of tests/fixtures/faults changes a project that has run, so that every target exists and must stay as it is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from faults.flights_project import Ended, FlightsProject, activity

FIXTURES = Path(__file__).parents[1] / "fixtures" / "faults"


def _cases(name: str) -> list[Any]:
    cases = json.loads((FIXTURES / f"{name}.json").read_text())
    return [pytest.param(case, id=case["title"]) for case in cases]


def _break(project: FlightsProject, case: dict[str, Any]) -> dict[str, object]:
    """Make the changes of a case and return what the stores hold then."""
    for change in case["change"]:
        project.change(change)
    project.sql(*case.get("sql", []))
    return project.stores()


def _assert_told(ended: Ended, *parts: str) -> None:
    for part in parts:
        assert part in ended.told
    assert "Traceback" not in ended.told


def _assert_nothing_logged(caplog: pytest.LogCaptureFixture) -> None:
    """In a process of its own, what is logged with an exception would be a traceback on stderr."""
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("case", _cases("definitions"))
def test_broken_definition_is_told_and_starts_no_run(project: FlightsProject, case: dict[str, Any]) -> None:
    before, earlier = _break(project, case), project.last_run_id(case["run"][0])
    fault, place = case["fault"], case["place"]
    as_json = project.here("check", ".", "--json")
    assert as_json.code == 1
    faults = [one for workspace in as_json.document["workspaces"] for one in workspace["faults"]]
    (found,) = (one for one in faults if one["code"] == fault["code"] and one["place"] == place)
    assert found["message"].startswith(fault["message"])
    assert found["cure"].startswith(fault.get("cure", "There is"))
    assert found["severity"] == "error"
    for verb in (("check", "."), ("run", case["run"][0], "-n", case["run"][1])):
        ended = project.here(*verb)
        assert ended.code == 1
        _assert_told(
            ended, f"error {found['code']} {found['message']}", f"  at {place['file']}", f"  → {found['cure']}"
        )
        if "line" in place:
            _assert_told(ended, f"line {place['line']}, column {place['column']}")
            _assert_caret_stands_under_the_fault(ended, place["excerpt"])
    assert project.last_run_id(case["run"][0]) == earlier
    assert project.stores() == before


def _assert_caret_stands_under_the_fault(ended: Ended, excerpt: str) -> None:
    """The terminal shows tabs as spaces, the same for the line and for what stands below it."""
    line, caret = excerpt.split("\n")
    shown = ended.stderr.splitlines()
    (at,) = (index for index, text in enumerate(shown) if text.strip() == line.strip())
    column = shown[at].index(line.strip()) + len(caret.rstrip("^")) - (len(line) - len(line.lstrip()))
    assert shown[at + 1].index("^") == column


@pytest.mark.parametrize("case", _cases("commands"))
def test_command_that_cannot_be_carried_out_tells_why(project: FlightsProject, case: dict[str, Any]) -> None:
    before = _break(project, case)
    ended = project.here(*case["command"])
    assert ended.code == 1
    _assert_told(ended, *case["says"])
    assert "  → " in ended.stderr
    assert project.stores() == before


@pytest.mark.parametrize("case", _cases("runs"))
def test_run_that_meets_bad_input_fails_and_changes_nothing(
    project: FlightsProject, case: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    before = _break(project, case)
    workspace, pipeline = case["run"]
    ended = project.here("run", workspace, "-n", pipeline)
    assert ended.code == 1, ended.told
    _assert_told(ended, f"failed {pipeline} › {case['failed']}\n  {case['code']} ", *case["says"])
    _assert_nothing_logged(caplog)
    report = project.last_run(workspace)
    assert report.run.status == "Failed"
    assert f"Operation on target {case['failed']} failed" in report.run.message
    failed = activity(report, case["failed"])
    assert failed.run.status == "Failed"
    assert failed.run.error.error_code == case["code"]
    assert failed.run.error.failure_type == "UserError"
    assert failed.run.error.target == case["failed"]
    assert failed.lineage.status == "Succeeded"
    assert (failed.lineage.reason or "").startswith(case["lineage"])
    assert project.stores() == before


def test_invoked_run_that_fails_is_told_with_its_cause(project: FlightsProject) -> None:
    project.change({"remove": "stores/contosolanding/landing/flights/flights.csv"})
    ended = project.here("run", "ingest", "-n", "IngestAll")
    assert ended.code == 1
    _assert_told(ended, 'failed IngestAll › Flights\n  RUN-008 Pipeline "IngestFlights" failed')
    _assert_told(ended, "failed IngestFlights › CopyFlights\n  RUN-104 There is no file 'flights/flights.csv'")


def test_broken_project_ends_a_process_without_a_traceback(project: FlightsProject) -> None:
    """The same in a process of its own, where threads and handlers at exit could still print one."""
    project.change({"file": "stores/contosolanding/landing/flights/flights.csv", "replace": "arr_delay", "by": "x"})
    before = project.stores()
    ended = project.command("run", "ingest", "-n", "IngestFlights")
    assert ended.code == 1
    _assert_told(ended, "RUN-102 The mapping names the column 'arr_delay'")
    project.change({"file": "ingest/pipeline/IngestFlights.json", "replace": "{", "by": ""})
    ended = project.command("run", "ingest", "-n", "IngestFlights")
    assert ended.code == 1
    _assert_told(ended, "DEF-001", "ingest/pipeline/IngestFlights.json, line 2, column")
    assert project.stores() == before
