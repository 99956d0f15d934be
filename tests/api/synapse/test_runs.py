"""The workspace's REST surface for runs, asked over the wire of a served demo."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from headwater.access.account import Account
from servers.demo import DemoWorld, Studio

SINCE = {"lastUpdatedAfter": "2020-01-01T00:00:00Z", "lastUpdatedBefore": "2100-01-01T00:00:00Z"}


@pytest.fixture(scope="module")
def reporting(demo: DemoWorld, studio: Studio) -> Iterator[httpx.Client]:
    """A client of workspace `reporting`, as the account's owner."""
    account = Account.open(demo.folder / ".headwater", name="contoso")
    token = account.tokens.issue(account.owner).text
    account.close()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{studio.url}/workspaces/reporting", headers=headers, timeout=60) as client:
        yield client


def _runs(client: httpx.Client, **filters: object) -> list[dict[str, object]]:
    answer = client.post("/queryPipelineRuns", params={"api-version": "2020-12-01"}, json={**SINCE, **filters})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["value"])


def test_runs_are_those_of_the_workspace_alone(reporting: httpx.Client) -> None:
    assert {run["pipelineName"] for run in _runs(reporting)} == {"DelayReport"}


def test_activity_output_carries_its_lineage_status(reporting: httpx.Client) -> None:
    run = _runs(reporting)[-1]
    answer = reporting.post(f"/pipelines/DelayReport/pipelineruns/{run['runId']}/queryActivityruns", json=SINCE)
    outputs = {activity["activityName"]: activity["output"] for activity in answer.json()["value"]}
    assert set(outputs) == {"BuildDelays", "ExportDelayReport"}
    assert all(output["reportLineageToPurview"]["status"] == "Succeeded" for output in outputs.values())


def test_started_run_can_be_followed_to_its_end(reporting: httpx.Client) -> None:
    """With the default's value, so that the demo which other tests share stays as it was."""
    created = reporting.post("/pipelines/DelayReport/createRun", json={"minimumFlights": 5})
    assert created.status_code == 202
    run_id = created.json()["runId"]
    status = "InProgress"
    while status in {"Queued", "InProgress"}:
        status = reporting.get(f"/pipelineruns/{run_id}").json()["status"]
    assert status == "Succeeded"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/pipelineruns/none-such", 404),
        ("POST", "/pipelines/NoSuchPipeline/createRun", 400),
        ("POST", "/pipelineruns/none-such/cancel", 404),
    ],
)
def test_request_for_what_is_not_there_is_refused(reporting: httpx.Client, method: str, path: str, status: int) -> None:
    answer = reporting.request(method, path, json={} if method == "POST" else None)
    assert answer.status_code == status, answer.text


def test_request_without_a_token_is_refused(reporting: httpx.Client) -> None:
    assert httpx.post(f"{reporting.base_url}queryPipelineRuns", json=SINCE).status_code == 401
