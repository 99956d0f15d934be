from __future__ import annotations

import csv
import io

from api.studio.conftest import Browser
from api.studio.flights import Demo, guid


def test_impact_lists_what_an_asset_feeds_nearest_first_with_the_way(owner: Browser, filled: Demo) -> None:
    table = guid(filled.account, "azure_sql_table", "delays_by_carrier")
    found = owner.get(f"/assets/{table}/impact").json()
    assert [(item["name"], item["distance"], item["path"]) for item in found["items"]] == [
        ("delay_report.csv", 1, ["ExportDelayReport"])
    ]
    assert (found["total"], found["hidden"], found["continuation"]) == (1, 0, None)
    item = found["items"][0]
    assert item["kind"] == "DIRECT"
    assert item["lastRun"]["status"]
    up = owner.get(f"/assets/{table}/impact", params={"direction": "INPUT"}).json()
    assert [item["distance"] for item in up["items"]] == sorted(item["distance"] for item in up["items"])
    assert up["total"] > 1


def test_impact_of_one_column_lists_only_what_that_column_feeds(owner: Browser, filled: Demo) -> None:
    table = guid(filled.account, "azure_sql_table", "delays_by_carrier")
    found = owner.get(f"/assets/{table}/impact", params={"column": "avg_delay"}).json()
    assert [item["columns"] for item in found["items"]] == [["avg_delay", "*"]]


def test_impact_of_a_pipeline_begins_with_the_columns_that_its_activities_write(owner: Browser, filled: Demo) -> None:
    table = guid(filled.account, "azure_sql_table", "delays_by_carrier")
    pipeline = guid(filled.account, "azure_synapse_pipeline", "DelayReport")
    found = {item["name"]: item for item in owner.get(f"/assets/{pipeline}/impact").json()["items"]}
    assert "avg_delay" in found["delays_by_carrier"]["columns"]
    assert (found["delays_by_carrier"]["distance"], found["delays_by_carrier"]["kind"]) == (1, "DIRECT")
    assert found["delays_by_carrier"]["path"] == ["BuildDelays"]
    of_table = owner.get(f"/assets/{table}/impact").json()["items"][0]
    assert set(of_table["columns"]) <= set(found["delay_report.csv"]["columns"])
    rows = csv.DictReader(io.StringIO(owner.get(f"/assets/{pipeline}/impact.csv").text))
    assert ("delays_by_carrier", "avg_delay") in {(row["name"], row["column"]) for row in rows}


def test_impact_file_has_a_row_a_column(owner: Browser, filled: Demo) -> None:
    table = guid(filled.account, "azure_sql_table", "delays_by_carrier")
    answer = owner.get(f"/assets/{table}/impact.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["name"] for row in rows} == {"delay_report.csv"}
    assert "avg_delay" in {row["column"] for row in rows}


def test_impact_is_not_for_strangers(stranger: Browser, filled: Demo) -> None:
    table = guid(filled.account, "azure_sql_table", "delays_by_carrier")
    assert stranger.get(f"/assets/{table}/impact").status_code == 403
    assert stranger.get(f"/assets/{table}/impact.csv").status_code == 403
