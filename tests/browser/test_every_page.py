"""Every page at both sizes and in both colours: looked at, read by axe, and kept as a picture in test-output/."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from browser.conftest import OUTPUT, SIZES, Opener, Signed, lineage_of
from browser.looks import settle, violations

pytestmark = pytest.mark.browser


def addresses(page: Page, signed: Signed) -> dict[str, str]:
    """Return the name and address of every page and tab."""
    report, table = signed.asset("delay_report.csv"), signed.asset("delays_by_carrier")
    runs = page.request.get(f"{signed.url}/studio/api/runs").json()["runs"]
    run = next(run["runId"] for run in runs if run["pipeline"] == "DelayReport")
    activity = page.request.get(f"{signed.url}/studio/api/runs/{run}").json()["activities"][0]["activityRunId"]
    view = page.request.get(f"{signed.url}/studio/api/lineage?guid={report}").json()
    flow = next(node["guid"] for node in view["nodes"] if node["name"] == "BuildDelays")
    term = annotate(page, signed, table)
    return {
        "home": "/",
        "search": "/search?q=delay",
        "search-none": "/search?q=nothinghasthisname",
        "browse": "/browse",
        "browse-synapse": "/browse?path=source:Azure%20Synapse%20Analytics",
        "asset": f"/assets/{table}",
        "asset-properties": f"/assets/{flow}/properties",
        "asset-schema": f"/assets/{table}/schema",
        "asset-runs": f"/assets/{table}/runs",
        "asset-impact": f"/assets/{table}/impact?direction=INPUT",
        "asset-history": f"/assets/{table}/history",
        "glossary": "/glossary",
        "glossary-term": f"/glossary/{term}",
        "lineage": lineage_of(signed, "delay_report.csv"),
        "lineage-column": lineage_of(signed, "delay_report.csv", "avg_delay"),
        "lineage-steps": lineage_of(signed, "delay_report.csv", "avg_delay", more=f"&unfold={flow}"),
        "lineage-table": lineage_of(signed, "delay_report.csv", more="&view=table"),
        "monitor": "/monitor",
        "monitor-run": f"/monitor/{run}",
        "monitor-activity": f"/monitor/{run}?activity={activity}",
        "manage": "/manage",
        "lost": "/there/is/no/such/page",
        "sign-in": "/sign-in",
    }


def annotate(page: Page, signed: Signed, table: str) -> str:
    """Say something of an asset, as often as one likes, and return the guid of its term."""
    base, headers = f"{signed.url}/studio/api", {"x-headwater-studio": "1"}
    known = page.request.get(f"{base}/glossary").json()["terms"]
    if not known:
        term = {"name": "Delay", "glossary": "Flights", "definition": "Minutes between the planned and the real time."}
        page.request.post(f"{base}/glossary/terms", headers=headers, data=term)
        known = page.request.get(f"{base}/glossary").json()["terms"]
    edit = {"description": "Delays by carrier and day.", "labels": ["gold"], "terms": [known[0]["guid"]]}
    page.request.patch(f"{base}/assets/{table}/annotations", headers=headers, data=edit)
    return str(known[0]["guid"])


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
def test_every_page_is_readable_and_fits(open_page: Opener, signed: Signed, size: str, colours: str) -> None:
    page = open_page("/", size=size, colours=colours)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    faults = []
    for name, address in addresses(page, signed).items():
        page.goto(address)
        settle(page)
        page.screenshot(path=OUTPUT / f"{name}-{size}-{colours}.png")
        width = page.evaluate("() => document.documentElement.scrollWidth")
        if width > SIZES[size][0]:
            faults.append(f"{name} scrolls sideways: {width} px")
        faults += [f"{name}: {fault}" for fault in violations(page)]
    assert faults == []
