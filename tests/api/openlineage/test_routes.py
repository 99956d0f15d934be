"""The routes as clients meet them: status codes, keys, compressed bodies, batches, faults."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.served import Served
from catalog.openlineage.world import dataset, event, schema

FIXTURES = Path(__file__).parents[2] / "fixtures" / "openlineage"
REFUSED = json.loads((FIXTURES / "refused.json").read_text(encoding="utf-8"))
ROUTE = "/api/v1/lineage"


def token(server: Served) -> str:
    return server.account.tokens.issue(server.account.owner).text


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["title"])
def test_event_at_fault_is_refused_with_its_field(client: httpx.Client, case: dict[str, object]) -> None:
    answer = client.post(ROUTE, json=case["event"])
    fault = answer.json()["faults"][0]
    assert answer.status_code == 400
    assert fault["code"] == "CAT-060"
    assert str(case["says"]) in fault["message"]
    assert fault["place"].get("path", "") == case["path"]
    assert fault["cure"]


def test_body_that_is_no_json_is_refused(client: httpx.Client) -> None:
    for body in (b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"eventTime": "\\ud800"}'):
        assert client.post(ROUTE, content=body).status_code == 400


@pytest.mark.parametrize(("depth", "status"), [(20, 200), (90, 200), (110, 400), (470, 400), (5000, 400)])
def test_schema_too_deep_is_refused(client: httpx.Client, depth: int, status: int) -> None:
    fields = '{"fields":[{"name":"x"}]}'
    for _ in range(depth):
        fields = f'{{"fields":[{{"name":"x",{fields[1:-1]}}}]}}'
    body = json.dumps(event("COMPLETE", f"deep{depth}", outputs=[dataset("deep", schema="SCHEMA")]))
    answer = client.post(ROUTE, content=body.replace('"SCHEMA"', fields).encode())
    assert answer.status_code == status, answer.text
    later = event("COMPLETE", f"after{depth}", at=1, outputs=[dataset("deep")])
    assert client.post(ROUTE, json=later).status_code == 200


def test_event_is_taken_once_and_known_the_second_time(client: httpx.Client) -> None:
    given_event = event("COMPLETE", "once", inputs=[dataset("a")], outputs=[dataset("b")])
    assert client.post(ROUTE, json=given_event).json() == {"status": "success"}
    assert client.post(ROUTE, json=given_event).json() == {"status": "known"}


def test_compressed_event_is_taken(client: httpx.Client) -> None:
    body = gzip.compress(json.dumps(event("COMPLETE", "zip", outputs=[dataset("z")])).encode())
    answer = client.post(ROUTE, content=body, headers={"content-encoding": "gzip"})
    assert (answer.status_code, answer.json()) == (200, {"status": "success"})


def test_trailing_slash_and_doubled_slashes_do_no_harm(client: httpx.Client) -> None:
    assert client.post("/api//v1/lineage/", json=event("START", "slash")).status_code == 200


def test_request_without_a_key_is_refused(server: Served) -> None:
    for headers in (
        {},
        {"authorization": "Bearer nonsense"},
        {"authorization": "Bearer a.b.c"},
        {"authorization": "Bearer"},
    ):
        answer = httpx.post(server.url + ROUTE, json=event("START"), headers=headers)
        assert answer.status_code == 401, headers
        assert "errorCode" in answer.json()


def test_token_serves_as_key_as_a_secret_does(server: Served) -> None:
    key = {"authorization": f"Bearer {token(server)}"}
    answer = httpx.post(server.url + ROUTE, json=event("START", "token"), headers=key)
    assert answer.status_code == 200


def test_reporter_needs_the_role_of_the_collection(server: Served) -> None:
    account = server.account
    reporter = account.principals.ensure("workspace", "spark-cluster")
    key = {"authorization": f"Bearer {account.principals.add_secret(reporter.id)}"}
    given_event = event("COMPLETE", "role", job="sales job", outputs=[dataset("sales.csv")])
    refused = httpx.post(server.url + ROUTE, json=given_event, headers=key)
    assert (refused.status_code, refused.json()["faults"][0]["code"]) == (403, "ACC-003")
    root = account.catalog.collections.root
    account.catalog.collections.put("sales", friendly_name="Sales", parent=root, by=account.owner.id)
    account.roles.grant(reporter, "data-curator", "sales", by=account.owner.id)
    placed = httpx.post(f"{server.url}{ROUTE}?collectionId=sales", json=given_event, headers=key)
    again = httpx.post(server.url + ROUTE, json=given_event, headers=key)
    assert (placed.status_code, again.status_code) == (200, 200)


def test_batch_takes_what_can_be_read_and_tells_the_rest(client: httpx.Client) -> None:
    good = [event("COMPLETE", f"batch{number}", outputs=[dataset("b")]) for number in range(3)]
    whole = client.post(f"{ROUTE}/batch", json=good)
    assert (whole.status_code, whole.json()["summary"]) == (200, {"received": 3, "successful": 3, "failed": 0})
    partly = client.post(f"{ROUTE}/batch", json=[good[0], {}, good[1]])
    assert (partly.status_code, partly.json()["status"]) == (207, "partial_success")
    assert [failed["index"] for failed in partly.json()["failed_events"]] == [1]
    wrong = client.post(f"{ROUTE}/batch", json=[good[0], {**good[0], "inputs": {}}]).json()
    assert wrong["failed_events"][0]["faults"][0]["place"]["path"] == "$[1].inputs"
    none = client.post(f"{ROUTE}/batch", json=[{}, []])
    assert (none.status_code, [fault["place"]["path"] for fault in none.json()["faults"]]) == (400, ["$[0]", "$[1]"])
    assert client.post(f"{ROUTE}/batch", json=good[0]).status_code == 400
    assert client.post(f"{ROUTE}/batch", json=[]).status_code == 200


def test_job_is_found_browsed_and_drawn_as_others_are(server: Served, client: httpx.Client) -> None:
    given_event = event(
        "COMPLETE",
        "show",
        job="nightly totals",
        inputs=[dataset("in.csv", schema=schema("x"))],
        outputs=[dataset("out.csv")],
    )
    assert client.post(ROUTE, json=given_event).status_code == 200
    client = httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {token(server)}"})
    found = client.post("/datamap/api/search/query", json={"keywords": "nightly", "limit": 10}).json()["value"]
    job = next(item for item in found if item["entityType"] == "openlineage_job")
    assert job["assetType"] == ["OpenLineage"]
    top = client.post("/datamap/api/browse", json={"entityType": "openlineage_namespace"}).json()["value"]
    (space,) = [item for item in top if item["name"] == "spark"]
    below = client.post("/datamap/api/browse", json={"path": space["path"]}).json()["value"]
    assert "nightly totals" in [item["name"] for item in below]
    walk = client.get(f"/datamap/api/atlas/v2/lineage/{job['id']}", params={"direction": "BOTH", "depth": 3}).json()
    names = {entity["attributes"]["name"] for entity in walk["guidEntityMap"].values()}
    assert {"in.csv", "out.csv"} <= names


KEYS = st.sampled_from(
    ["dataset", "eventTime", "eventType", "facets", "fields", "inputs", "job", "name", "namespace", "outputs", "run"]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "START", "a", "\u0000", "𝄞", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
FACETS = st.sampled_from(
    ["columnLineage", "lifecycleStateChange", "lineage", "outputStatistics", "parent", "schema", "symlinks", "x"]
)
NEARLY = st.builds(
    lambda changes, facets, name: {
        **event(
            "COMPLETE", "fuzz", run_facets=facets, inputs=[dataset(name, **facets)], outputs=[dataset("o", **facets)]
        ),
        **changes,
    },
    st.dictionaries(KEYS, VALUES, max_size=2),
    st.dictionaries(FACETS, VALUES, max_size=2),
    st.sampled_from(["/", "//", "a/../b", "x#y", "%", "é", "a\nb", " "]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=NEARLY | VALUES)
def test_no_body_is_the_servers_fault(client: httpx.Client, body: object) -> None:
    for path, sent in ((ROUTE, body), (f"{ROUTE}/batch", [body])):
        answer = client.post(path, json=sent)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert {"requestId", "errorCode", "errorMessage"} <= answer.json().keys()
