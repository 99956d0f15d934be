from __future__ import annotations

from api.studio.conftest import Browser
from api.studio.flights import ABSENT, Demo, guid


def test_home_counts_assets_by_source_and_names_what_failed(owner: Browser) -> None:
    home = owner.get("/home").json()
    assert {tile["label"]: tile["count"] for tile in home["sources"]} == {
        "Azure Blob Storage": 7,
        "Azure Data Lake Storage Gen2": 4,
        "Azure SQL Database": 5,
        "Azure Storage Account": 2,
        "Azure Synapse Analytics": 15,
    }
    assert [run["pipeline"] for run in home["recent"]] == ["DelayReport", "IngestDimensions", "IngestFlights"]
    assert [(fact["activity"], fact["status"]) for fact in home["waiting"]] == [("ExportDelayReport", "Failed")]


def test_home_of_a_stranger_is_empty(stranger: Browser) -> None:
    home = stranger.get("/home").json()
    assert (home["assets"], home["sources"], home["recent"], home["waiting"]) == (0, [], [], [])


def test_search_marks_the_word_and_names_the_columns(owner: Browser) -> None:
    page = owner.get("/search", params={"q": "delay_report"}).json()
    hit = next(hit for hit in page["hits"] if hit["name"] == "delay_report.csv")
    assert [part["text"] for part in hit["nameSegments"] if part["marked"]] != []
    assert "".join(part["text"] for part in hit["nameSegments"]) == "delay_report.csv"
    assert (hit["upstream"], hit["downstream"], hit["typeLabel"]) == (1, 0, "Blob path")


def test_search_finds_an_asset_by_its_column(owner: Browser) -> None:
    page = owner.get("/search", params={"q": "worst"}).json()
    assert [(hit["name"], hit["columns"]) for hit in page["hits"]] == [("delays_by_carrier", ["worst_delay"])]


def test_search_narrows_by_facets(owner: Browser) -> None:
    page = owner.get("/search", params={"q": "*", "type": ["azure_sql_table"]}).json()
    assert sorted(hit["name"] for hit in page["hits"]) == ["airlines", "delays_by_carrier"]
    both = owner.get("/search", params={"q": "*", "type": ["azure_sql_table", "azure_sql_schema"]}).json()
    assert both["count"] == 3
    none = owner.get("/search", params={"q": "*", "type": "azure_sql_table", "source": "Azure Blob Storage"}).json()
    assert none["hits"] == []


def test_search_narrows_by_what_people_say(owner: Browser) -> None:
    (guid,) = [
        hit["guid"] for hit in owner.get("/search", params={"q": "airlines", "type": "azure_sql_table"}).json()["hits"]
    ]
    edit = {"labels": ["gold"]}
    assert owner.patch(f"/assets/{guid}/annotations", json=edit).status_code == 200
    page = owner.get("/search", params={"q": "*", "label": "gold"}).json()
    assert [(hit["guid"], hit["labels"]) for hit in page["hits"]] == [(guid, ["gold"])]
    facets = {facet["key"]: facet["values"] for facet in page["facets"]}
    assert facets["label"] == [{"value": "gold", "label": "gold", "count": 1}]
    assert list(facets) == ["collection", "source", "type", "classification", "term", "label", "contact"]
    assert owner.get("/search", params={"q": "*", "label": "gold", "contact": "nobody"}).json()["hits"] == []


def test_search_of_a_stranger_finds_nothing(stranger: Browser) -> None:
    assert stranger.get("/search", params={"q": "*"}).json()["count"] == 0


def test_search_that_cannot_be_read_says_so(owner: Browser) -> None:
    answer = owner.get("/search", params={"q": 'name:"'})
    assert answer.status_code == 400
    assert answer.json()["faults"][0]["cure"]


def test_suggest_completes_the_last_word(owner: Browser) -> None:
    names = [hit["name"] for hit in owner.get("/suggest", params={"q": "delay_rep"}).json()["assets"]]
    assert "delay_report.csv" in names
    assert owner.get("/suggest", params={"q": " "}).json()["assets"] == []


def test_browse_leads_from_source_to_activity(owner: Browser) -> None:
    path, seen = "/", []
    for name in ("Azure Synapse Analytics", "reporting", "DelayReport", "BuildDelays"):
        items = owner.get("/browse", params={"path": path}).json()["items"]
        item = next(item for item in items if item["name"] == name)
        seen.append(item["typeLabel"])
        path = item["path"]
    assert seen == ["Source", "Synapse workspace", "Pipeline", "Data flow activity"]
    last = owner.get("/browse", params={"path": path}).json()
    assert [crumb["name"] for crumb in last["crumbs"]] == [
        "Azure Synapse Analytics",
        "reporting",
        "DelayReport",
        "BuildDelays",
    ]
    assert [item["typeLabel"] for item in last["items"]] == ["Operation", "Operation"]


def test_browse_of_a_path_that_leads_nowhere_is_not_found(owner: Browser) -> None:
    for path in ("source:Nowhere", "node:00000000-0000-0000-0000-000000000000", "elsewhere"):
        assert owner.get("/browse", params={"path": path}).status_code == 404, path


def test_asset_tells_where_it_is_and_what_wrote_it(filled: Demo, owner: Browser) -> None:
    table = owner.get(f"/assets/{guid(filled.account, 'azure_sql_table', 'delays_by_carrier')}").json()
    assert [crumb["name"] for crumb in table["path"]] == ["contoso.database.windows.net", "flights", "dbo"]
    assert (table["kind"], table["columns"], table["collection"]) == ("dataset", 7, "contoso")
    last = table["lastRun"]
    assert (last["activity"], last["role"], last["rows"], last["lineage"]) == ("BuildDelays", "wrote", 212, "Succeeded")


def test_asset_leaves_columns_to_the_schema_tab(filled: Demo, owner: Browser) -> None:
    table = owner.get(f"/assets/{guid(filled.account, 'azure_sql_table', 'delays_by_carrier')}").json()
    assert table["related"] == []
    assert not any("columnLineage" in entry["name"] for entry in table["properties"])


def test_schema_counts_what_feeds_each_column(filled: Demo, owner: Browser) -> None:
    table = guid(filled.account, "azure_sql_table", "delays_by_carrier")
    columns = owner.get(f"/assets/{table}/schema").json()["columns"]
    assert [column["name"] for column in columns][:3] == ["carrier", "airline", "day"]
    average = next(column for column in columns if column["name"] == "avg_delay")
    assert (average["type"], average["upstream"]) == ("double", 2)


def test_runs_of_an_asset_tell_who_wrote_and_who_read(filled: Demo, owner: Browser) -> None:
    runs = owner.get(f"/assets/{guid(filled.account, 'azure_sql_table', 'delays_by_carrier')}/runs").json()["runs"]
    assert [(run["activity"], run["role"]) for run in runs] == [("ExportDelayReport", "read"), ("BuildDelays", "wrote")]
    assert [run["lineage"] for run in runs] == ["Failed", "Succeeded"]


def test_asset_is_refused_without_a_role_and_unknown_without_an_entity(
    filled: Demo, owner: Browser, stranger: Browser
) -> None:
    table = guid(filled.account, "azure_sql_table", "delays_by_carrier")
    assert stranger.get(f"/assets/{table}").status_code == 403
    assert stranger.get(f"/assets/{table}/schema").status_code == 403
    assert owner.get("/assets/00000000-0000-0000-0000-000000000000").status_code == 404


def test_failed_activity_is_absent_from_the_catalog_and_told_by_the_run(owner: Browser) -> None:
    run = owner.get("/runs/0a000000-0000-0000-0000-000000000002").json()
    assert [activity["error"] for activity in run["activities"]] == ["", ABSENT]
