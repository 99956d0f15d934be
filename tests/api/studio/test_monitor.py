from __future__ import annotations

import json

import pytest

from api.studio.conftest import Browser, Opener
from api.studio.flights import REASON, Demo, Guids

RUN = "0a000000-0000-0000-0000-000000000003"
EXPORT = f"{RUN}-ExportDelayReport"
BUILD = f"{RUN}-BuildDelays"


def pipelines(client: Browser, **params: str | int) -> list[str]:
    return [run["pipeline"] for run in client.get("/runs", params=params).json()["runs"]]


def test_runs_come_newest_first_with_their_lineage(owner: Browser) -> None:
    page = owner.get("/runs").json()
    assert [(run["pipeline"], run["status"]) for run in page["runs"]] == [
        ("DelayReport", "Succeeded"),
        ("IngestDimensions", "Failed"),
        ("IngestFlights", "Succeeded"),
    ]
    assert page["runs"][0]["lineage"] == {"notReported": 0, "pending": 0, "succeeded": 1, "failed": 1, "skipped": 0}
    assert (page["workspaces"], page["more"]) == (["ingest", "reporting"], False)


def test_runs_are_filtered_and_paged(owner: Browser) -> None:
    assert pipelines(owner, workspace="reporting") == ["DelayReport"]
    assert pipelines(owner, status="Failed") == ["IngestDimensions"]
    assert owner.get("/runs", params={"limit": 2}).json()["more"] is True
    assert pipelines(owner, limit=2, offset=2) == ["IngestFlights"]


def test_run_lists_its_activities_with_figures(owner: Browser) -> None:
    run = owner.get(f"/runs/{RUN}").json()
    assert run["parameters"] == {"minimumFlights": "5"}
    rows = [(a["name"], a["family"], a["rowsRead"], a["rowsWritten"]) for a in run["activities"]]
    assert rows == [("BuildDelays", "dataflow", 12_454, 269), ("ExportDelayReport", "copy", 212, 212)]


def test_activity_tells_why_its_lineage_failed_and_what_to_do(owner: Browser) -> None:
    report = owner.get(f"/activities/{EXPORT}").json()["activity"]["lineage"]
    assert (report["status"], report["reason"], report["attempts"], report["canRetry"]) == ("Failed", REASON, 3, True)
    assert "Connections" in report["cure"]


def test_activity_leads_to_where_its_lineage_is_drawn(filled: Demo, owner: Browser) -> None:
    guids = Guids(filled.account)
    several = owner.get(f"/activities/{BUILD}").json()["activity"]["lineage"]["shownAt"]
    assert several["guid"] == guids.build_activity
    one = owner.get(f"/activities/{EXPORT}").json()["activity"]["lineage"]["shownAt"]
    view = owner.get("/lineage", params={"guid": one["guid"], "depth": 1}).json()
    assert view["focus"] == one["guid"]


def test_activity_output_ends_with_the_lineage_section(owner: Browser) -> None:
    output = json.loads(owner.get(f"/activities/{EXPORT}").json()["output"])
    assert output["rowsCopied"] == 212
    assert output["reportLineageToPurview"]["status"] == "Failed"


def test_activity_without_lineage_says_so(owner: Browser) -> None:
    report = owner.get("/activities/0a000000-0000-0000-0000-000000000001-RememberBatch").json()["activity"]["lineage"]
    assert (report["status"], report["canRetry"]) == ("NotReported", False)


def test_retry_sends_the_lineage_again(owner: Browser) -> None:
    assert owner.post(f"/activities/{EXPORT}/lineage/retry").json()["status"] == "Pending"
    assert owner.get("/home").json()["pending"] == 1


def test_retry_of_what_arrived_is_a_conflict(owner: Browser) -> None:
    answer = owner.post(f"/activities/{BUILD}/lineage/retry")
    assert answer.status_code == 409
    assert answer.json()["faults"][0]["code"] == "LIN-040"


def test_retry_needs_the_role(filled: Demo, browser: Opener) -> None:
    reader = filled.account.principals.ensure("user", "reader")
    filled.account.roles.grant(reader, "data-reader", "contoso", by="test")
    client = browser(reader)
    assert client.get(f"/activities/{EXPORT}").json()["activity"]["lineage"]["canRetry"] is False
    assert client.post(f"/activities/{EXPORT}/lineage/retry").status_code == 403


def test_runs_are_refused_without_any_role(stranger: Browser) -> None:
    answer = stranger.get("/runs")
    assert answer.status_code == 403
    assert "Data Reader" in answer.json()["faults"][0]["cure"]


@pytest.mark.parametrize("path", ["/runs/none", "/activities/none"])
def test_unknown_run_is_not_found(owner: Browser, path: str) -> None:
    assert owner.get(path).json()["faults"][0]["code"] == "RUN-070"


def test_connections_tell_the_state_the_reason_and_the_fix(owner: Browser) -> None:
    cards = {card["workspace"]: card for card in owner.get("/connections").json()["connections"]}
    assert cards["ingest"]["status"] == "Connected"
    assert cards["ingest"]["fix"] is None
    assert cards["ingest"]["lastDeliveryAt"] is not None
    broken = cards["reporting"]
    assert (broken["status"], broken["reason"], broken["fix"]["action"]) == ("Disconnected", REASON, "connect")
    assert broken["fix"]["command"] == "headwater connect reporting"


def test_fix_connects_the_workspace(owner: Browser) -> None:
    cards = owner.post("/connections/reporting/fix").json()["connections"]
    assert {card["workspace"]: card["status"] for card in cards} == {"ingest": "Connected", "reporting": "Connected"}
    assert owner.post("/connections/nowhere/fix").status_code == 404


def test_fix_is_no_button_for_who_may_not_grant(filled: Demo, browser: Opener) -> None:
    reader = filled.account.principals.ensure("user", "reader")
    filled.account.roles.grant(reader, "data-reader", "contoso", by="test")
    client = browser(reader)
    cards = {card["workspace"]: card for card in client.get("/connections").json()["connections"]}
    assert cards["reporting"]["fix"]["action"] is None
    assert client.post("/connections/reporting/fix").status_code == 403
