"""Routes of the end of things: who may ask, what is told, and what the audit log keeps."""

import httpx
import pytest

from api.served import Served

BULK = "/datamap/api/atlas/v2/entity/bulk"
W = "/w"
P = f"{W}/pipelines/p"


def headers(server: Served, name: str = "owner") -> dict[str, str]:
    principal = server.account.principals.ensure("user", name)
    return {"authorization": f"Bearer {server.account.tokens.issue(principal).text}"}


def entity(type_name: str, name: str, relation: dict[str, object] | None = None, **attributes: object) -> object:
    named = {"qualifiedName": name, "name": name.rpartition("/")[2]}
    return {"typeName": type_name, "attributes": {**named, **attributes}, "relationshipAttributes": relation or {}}


def ref(type_name: str, name: str) -> dict[str, object]:
    return {"typeName": type_name, "uniqueAttributes": {"qualifiedName": name}}


def report(server: Served, client: httpx.Client, run: int, operation: str) -> None:
    at = {"runId": f"run{run}", "lastRunTime": run * 1000}
    activity = ref("azure_synapse_copy_activity", f"{P}/activities/x")
    entities = [
        entity("azure_synapse_workspace", W),
        entity("azure_synapse_pipeline", P, {"workspace": ref("azure_synapse_workspace", W)}, **at),
        entity(
            "azure_synapse_copy_activity", f"{P}/activities/x", {"pipeline": ref("azure_synapse_pipeline", P)}, **at
        ),
        entity("DataSet", "s"),
        entity(
            "azure_synapse_operation",
            f"{P}/activities/x#{operation}",
            {"parent": activity},
            **at,
            inputs=[ref("DataSet", "s")],
        ),
    ]
    assert client.post(BULK, json={"entities": entities}, headers=headers(server)).status_code == 200


@pytest.fixture
def guid(server: Served, client: httpx.Client) -> str:
    """Operation `a` is stale: five runs have passed without it. Returns the pipeline's guid."""
    report(server, client, 1, "a")
    for run in range(2, 7):
        report(server, client, run, "b")
    return server.account.catalog.entities.guid_of("azure_synapse_pipeline", P)


def test_stale_operations_are_listed_for_those_who_may_read_them(
    guid: str, server: Served, client: httpx.Client
) -> None:
    found = client.get("/headwater/v1/lifecycle/stale", headers=headers(server)).json()
    assert [one["qualifiedName"] for one in found["value"]] == [f"{P}/activities/x#a"]
    assert (found["afterRuns"], found["value"][0]["lastSeen"]) == (5, "1970-01-01T00:00:01Z")
    body = {"guids": [found["value"][0]["guid"], guid]}
    asked = client.post("/headwater/v1/lifecycle/stale", json=body, headers=headers(server)).json()
    assert asked["value"] == found["value"]
    for method, path in (("GET", "/headwater/v1/lifecycle/stale"), ("POST", "/headwater/v1/lifecycle/stale")):
        answer = client.request(method, path, json=body, headers=headers(server, "stranger"))
        assert answer.json()["value"] == []


def test_delete_is_previewed_done_and_written_down(guid: str, server: Served, client: httpx.Client) -> None:
    route, body = "/headwater/v1/entity/delete", {"guids": [guid], "cascade": True, "orphans": True}
    assert client.post(route, json=body, headers=headers(server, "stranger")).status_code == 403
    told = client.post(route, json={**body, "dryRun": True}, headers=headers(server)).json()
    assert (told["dryRun"], told["entities"], told["byType"]["DataSet"]) == (True, 5, 1)
    assert (
        client.get(f"/datamap/api/atlas/v2/entity/guid/{guid}", headers=headers(server)).json()["entity"]["status"]
        == "ACTIVE"
    )
    done = client.post(route, json=body, headers=headers(server)).json()
    assert done["guids"] == told["guids"]
    assert (
        client.get(f"/datamap/api/atlas/v2/entity/guid/{guid}", headers=headers(server)).json()["entity"]["status"]
        == "DELETED"
    )
    entry = client.get("/headwater/v1/audit?action=delete", headers=headers(server)).json()["value"][0]
    assert (entry["target"], entry["detail"]) == (guid, "5 entities")
    assert client.post(route, json={"guids": ["none"]}, headers=headers(server)).status_code == 404


def test_workspace_tells_what_it_has_and_the_rest_goes(guid: str, server: Served, client: httpx.Client) -> None:
    route, body = "/headwater/v1/workspaces/definitions", {"workspace": W, "pipelines": [{"name": "other"}]}
    assert client.put(route, json=body, headers=headers(server, "stranger")).status_code == 403
    told = client.put(route, json={**body, "dryRun": True}, headers=headers(server)).json()
    assert guid in told["guids"]
    assert client.put(route, json=body, headers=headers(server)).json()["guids"] == told["guids"]
    assert client.put(route, json={"workspace": "/none", "pipelines": []}, headers=headers(server)).status_code == 404


def test_purge_is_for_administrators_of_the_root(guid: str, server: Served, client: httpx.Client) -> None:
    route = "/headwater/v1/lifecycle/purge"
    assert client.post(route, json={}, headers=headers(server, "stranger")).status_code == 403
    answer = client.post(route, json={"dryRun": True}, headers=headers(server)).json()
    assert answer == {"lineageEdges": 0, "columnEdges": 0, "lineageColumns": 0, "observations": 0, "history": 0}
