"""Jobs that report by OpenLineage in Studio: browsed by source, found, drawn with their columns, their runs listed."""

from __future__ import annotations

import json

import pytest

from api.studio.conftest import Browser, browser, filled, owner, template  # noqa: F401 (fixtures)
from api.studio.flights import Demo
from catalog.openlineage.world import columns, dataset, event, run_id, schema
from headwater.api.openlineage.dataset_names import DatasetNames
from headwater.catalog.openlineage import OpenLineage, read_event


@pytest.fixture
def reported(filled: Demo) -> Demo:  # noqa: F811 (a fixture takes a fixture)
    catalog = filled.account.catalog
    entry = OpenLineage.open(catalog.store, catalog.types, root=catalog.collections.root, namer=DatasetNames())
    facet = columns({"total": [("/in.csv", "amount")]})
    given = event(
        "COMPLETE",
        job="totals",
        inputs=[dataset("/in.csv", schema=schema("amount"))],
        outputs=[dataset("/out.csv", schema=schema("total"), columnLineage=facet)],
    )
    entry.accept([read_event(json.dumps(given).encode())], by="spark")
    return filled


def test_source_of_jobs_is_a_tile_that_opens(reported: Demo, owner: Browser) -> None:  # noqa: F811
    home = owner.get("/browse").json()
    assert "OpenLineage" in json.dumps(home)
    opened = owner.get("/browse", params={"path": "source:OpenLineage"}).json()
    assert "spark" in json.dumps(opened)


def test_job_is_found_and_shown(reported: Demo, owner: Browser) -> None:  # noqa: F811
    found = owner.get("/search", params={"q": "totals"}).json()
    assert "totals" in json.dumps(found)
    guid = reported.account.catalog.entities.guid_of("openlineage_job", "openlineage://spark/jobs/totals")
    page = owner.get(f"/assets/{guid}")
    assert page.status_code == 200, page.text
    assert run_id("r1") in page.text


def test_lineage_draws_the_operation_with_its_columns(reported: Demo, owner: Browser) -> None:  # noqa: F811
    name = "https://acct.dfs.core.windows.net/lake/out.csv"
    guid = reported.account.catalog.entities.guid_of("DataSet", name)
    drawn = owner.get("/lineage", params={"guid": guid, "column": f"{guid}~total"})
    assert drawn.status_code == 200, drawn.text
    assert "amount" in drawn.text
    nodes = {node["name"]: node for node in drawn.json()["nodes"]}
    assert {"in.csv", "totals", "out.csv"} <= nodes.keys()
    assert (nodes["totals"]["typeLabel"], nodes["totals"]["status"]) == ("Job operation", "Completed")


def test_runs_of_an_operation_are_listed(reported: Demo, owner: Browser) -> None:  # noqa: F811
    guid = reported.account.catalog.entities.guid_of("DataSet", "https://acct.dfs.core.windows.net/lake/out.csv")
    runs = owner.get(f"/assets/{guid}/runs")
    assert runs.status_code == 200, runs.text
    assert run_id("r1") in runs.text
