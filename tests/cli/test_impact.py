"""`headwater impact`: what an asset or a column reaches, for people and for programs."""

from __future__ import annotations

import json

import pytest

from servers.demo import DemoWorld


def listed(demo: DemoWorld, *arguments: str) -> dict[str, object]:
    done = demo.command("impact", *arguments, "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def every(demo: DemoWorld) -> dict[str, object]:
    """All that the carriers' file reaches."""
    return listed(demo, "airlines.csv")


def test_impact_and_its_reverse_name_each_other(demo: DemoWorld, every: dict[str, object]) -> None:
    """What the file reaches, the nearest and the farthest, says upstream that it comes from there."""
    down = every
    for reached in (down["value"][0], down["value"][-1]):
        up = listed(demo, reached["asset"]["guid"], "--upstream")
        found = {one["asset"]["name"]: one["distance"] for one in up["value"]}
        assert found[down["base"]["name"]] == reached["distance"]
        assert reached["lastRun"]["status"] == "Completed"


def test_impact_of_a_column_is_part_of_that_of_its_asset(demo: DemoWorld, every: dict[str, object]) -> None:
    column = every["value"][0]["columns"][0]["path"][0]["sourceColumn"]
    some = listed(demo, "airlines.csv", "--column", column)
    assert some["columns"] == [column]
    assert 0 < some["totals"]["assets"] <= every["totals"]["assets"]


def test_impact_of_an_operation_begins_with_the_columns_that_it_writes(
    demo: DemoWorld, every: dict[str, object]
) -> None:
    near = every["value"][0]
    found = listed(demo, near["path"][0]["operation"]["guid"])
    written = next(one for one in found["value"] if one["asset"]["guid"] == near["asset"]["guid"])
    assert {column["name"] for column in near["columns"]} <= {column["name"] for column in written["columns"]}
    assert {column["distance"] for column in written["columns"]} == {1}
    assert written["kind"] == "DIRECT"


def test_pipeline_is_named_by_its_name_or_its_qualified_name(demo: DemoWorld) -> None:
    by_name = listed(demo, "IngestFlights")
    assert by_name["base"]["name"] == "IngestFlights"
    assert by_name["totals"]["columns"] > 0
    assert listed(demo, by_name["base"]["qualifiedName"])["totals"] == by_name["totals"]


def test_impact_for_people_names_assets_operations_and_totals(demo: DemoWorld, every: dict[str, object]) -> None:
    done = demo.command("impact", "airlines.csv")
    assert done.returncode == 0, done.stderr
    for reached in every["value"]:
        assert reached["asset"]["name"] in done.stdout
    assert f"{every['totals']['assets']} assets" in done.stdout


def test_limit_lists_the_nearest_and_says_how_much_is_left(demo: DemoWorld, every: dict[str, object]) -> None:
    done = demo.command("impact", "airlines.csv", "--limit", "1")
    assert f"{every['totals']['assets'] - 1} not listed" in done.stdout


def test_impact_of_nothing_says_so(demo: DemoWorld) -> None:
    done = demo.command("impact", "no such asset")
    assert (done.returncode, done.stdout) == (1, "")
    assert "CAT-001" in done.stderr
    done = demo.command("impact", "airlines.csv", "--upstream")
    assert done.returncode == 0
