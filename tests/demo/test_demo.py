"""The demo as a new user sees it: everything runs, everything arrives, and the report's column has its origin."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from servers.demo import DemoWorld, headwater

ACTIVITIES = {
    ("IngestAll", "Flights", "ExecutePipeline"),
    ("IngestAll", "Dimensions", "ExecutePipeline"),
    ("IngestAll", "Settle", "Wait"),
    ("IngestFlights", "RememberBatch", "SetVariable"),
    ("IngestFlights", "CopyFlights", "Copy"),
    ("IngestDimensions", "CopyDimensions", "Copy"),
    ("IngestDimensions", "CopyAirlines", "Copy"),
    ("IngestDimensions", "ForEachTable", "ForEach"),
    ("IngestDimensions", "CopyTable", "Copy"),
    ("DelayReport", "BuildDelays", "ExecuteDataFlow"),
    ("DelayReport", "ExportDelayReport", "Copy"),
}
MOVING = {"Copy", "ExecuteDataFlow"}


def _activities(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for workspace in document["workspaces"]:
        for pipeline in workspace["pipelines"]:
            for activity in pipeline["activities"]:
                yield pipeline["name"], activity


def test_every_activity_of_both_workspaces_succeeds(demo: DemoWorld) -> None:
    assert [workspace["name"] for workspace in demo.document["workspaces"]] == ["ingest", "reporting"]
    seen = {(pipeline, activity["name"], activity["type"]) for pipeline, activity in _activities(demo.document)}
    assert seen == ACTIVITIES
    assert {activity["status"] for _, activity in _activities(demo.document)} == {"Succeeded"}


def test_every_activity_that_moves_data_says_that_its_lineage_arrived(demo: DemoWorld) -> None:
    reports = [a["output"]["reportLineageToPurview"] for _, a in _activities(demo.document) if a["type"] in MOVING]
    assert len(reports) == 7
    assert {report["status"] for report in reports} == {"Succeeded"}
    assert all(report["entities"] > 0 and report["relationships"] > 0 for report in reports)


def test_account_knows_assets_operations_and_column_edges(demo: DemoWorld) -> None:
    lineage = demo.document["lineage"]
    # CopyFlights, 3 dimension files, airlines, 2 loop passes, 2 data flow sinks, the report.
    assert lineage["operations"] == 10
    assert lineage["columnEdges"] > 50


def _leaves(line: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not line["sources"]:
        yield line["asset"], line["column"]
    for source in line["sources"]:
        yield from _leaves(source)


def test_avg_delay_of_the_report_began_in_two_columns_of_the_file(demo: DemoWorld) -> None:
    done = demo.command("lineage", "delay_report.csv", "--column", "avg_delay", "--json")
    assert done.returncode == 0, done.stderr
    (line,) = json.loads(done.stdout)["lineage"]
    flights = "https://contosolanding.blob.core.windows.net/landing/flights/flights.csv"
    assert set(_leaves(line)) == {(flights, "dep_delay"), (flights, "arr_delay")}


def test_avg_delay_names_the_steps_of_the_data_flow(demo: DemoWorld) -> None:
    done = demo.command("lineage", "delay_report.csv", "--column", "avg_delay", "--json")
    (line,) = json.loads(done.stdout)["lineage"]
    table = line["sources"][0]
    assert table["via"] == "ExportDelayReport"
    assert {source["via"] for source in table["sources"]} == {"BuildDelays"}
    steps = " ".join(table["sources"][0]["steps"])
    assert "derive" in steps
    assert "aggregate" in steps


def test_report_holds_the_delays(demo: DemoWorld) -> None:
    report = demo.folder / "stores" / "contosolanding" / "reports" / "delay_report.csv"
    header, *rows = report.read_text().splitlines()
    assert header == "airline,day,flights,late_flights,avg_delay"
    assert len(rows) > 100


def test_second_demo_starts_clean(demo: DemoWorld, tmp_path: Path) -> None:
    """A demo that has ended is made anew in the same folder; what a person added stays."""
    first = headwater("demo", "--no-serve", "--json", cwd=tmp_path)
    kept = tmp_path / "headwater-demo" / "mine.txt"
    kept.write_text("mine")
    second = headwater("demo", "--no-serve", "--json", cwd=tmp_path)
    assert second.returncode == 0, second.stderr
    runs = [{p["runId"] for w in json.loads(d.stdout)["workspaces"] for p in w["pipelines"]} for d in (first, second)]
    assert not runs[0] & runs[1]
    assert json.loads(second.stdout)["lineage"] == demo.document["lineage"]
    assert kept.read_text() == "mine"


def test_folder_of_somebody_else_is_never_touched(tmp_path: Path) -> None:
    theirs = tmp_path / "headwater-demo" / "stores"
    theirs.mkdir(parents=True)
    (theirs / "thesis.txt").write_text("do not lose")
    done = headwater("demo", "--no-serve", cwd=tmp_path)
    assert done.returncode == 1
    assert "SET-007" in done.stderr
    assert (theirs / "thesis.txt").read_text() == "do not lose"
    assert sorted(path.name for path in (tmp_path / "headwater-demo").iterdir()) == ["stores"]


@pytest.mark.parametrize("verb", [("check", "."), ("status",), ("plan", ".", "-n", "DelayReport")])
def test_verbs_of_the_readme_answer_in_json(demo: DemoWorld, verb: tuple[str, ...]) -> None:
    done = demo.command(*verb, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


def test_status_says_connected(demo: DemoWorld) -> None:
    states = json.loads(demo.command("status", "--json").stdout)["workspaces"]
    assert [(s["workspace"], s["status"], s["waiting"]) for s in states] == [
        ("ingest", "Connected", 0),
        ("reporting", "Connected", 0),
    ]
