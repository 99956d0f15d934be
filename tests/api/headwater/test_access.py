"""Why somebody may or may not, default collections, and the audit log, as administrators and others ask."""

import httpx
import pytest

from api.served import Served
from headwater.access.principals import Principal

BULK = "/datamap/api/atlas/v2/entity/bulk"
EXPLAIN = "/headwater/v1/access/explain"


def headers(server: Served, principal: Principal) -> dict[str, str]:
    return {"authorization": f"Bearer {server.account.tokens.issue(principal).text}"}


@pytest.fixture
def reader(server: Served) -> Principal:
    """The tree is contoso ─ sales ─ europe; sales restricts what it inherits."""
    account = server.account
    for name, parent in (("sales", "contoso"), ("europe", "sales")):
        account.put_collection(name, friendly_name=name, parent=parent, by=account.owner.id)
    account.roles.set_policy("sales", {}, inherits=False, by=account.owner.id)
    reader = account.principals.ensure("user", "reader")
    account.roles.grant(reader, "data-reader", "contoso", by=account.owner.id)
    return reader


def test_explanation_names_the_collection_that_cuts_a_role_off(
    reader: Principal, server: Served, client: httpx.Client
) -> None:
    asked = {"action": "data/read", "collection": "europe"}
    answer = client.get(EXPLAIN, params=asked, headers=headers(server, reader)).json()
    assert (answer["allowed"], answer["path"], answer["restricted"]) == (
        False,
        ["contoso", "sales", "europe"],
        ["sales"],
    )
    assert answer["roles"] == [
        {
            "role": "data-reader",
            "collection": "contoso",
            "grants": False,
            "because": "'sales' restricts inherited permissions, so Data Reader on 'contoso' ends above it.",
            "cutOffBy": "sales",
        }
    ]
    assert answer["needed"] == ["data-curator", "data-reader"]


def test_explanation_takes_actions_in_purviews_spelling_and_a_name(
    reader: Principal, server: Served, client: httpx.Client
) -> None:
    asked = {"action": "Microsoft.Purview/accounts/data/read", "principal": "reader"}
    owner = headers(server, server.account.owner)
    answer = client.get(EXPLAIN, params=asked, headers=owner).json()
    assert (answer["allowed"], answer["roles"][0]["because"]) == (True, "Data Reader on 'contoso' gives data/read.")
    assert client.get(EXPLAIN, params={**asked, "action": "data/eat"}, headers=owner).status_code == 400
    assert client.get(EXPLAIN, params={**asked, "principal": "nobody"}, headers=owner).status_code == 404
    assert client.get(EXPLAIN, params={**asked, "collection": "nowhere"}, headers=owner).status_code == 404


def test_others_are_explained_to_administrators_only(reader: Principal, server: Served, client: httpx.Client) -> None:
    asked = {"action": "data/read", "principal": "owner"}
    assert client.get(EXPLAIN, params=asked, headers=headers(server, reader)).status_code == 403


def test_what_a_workspace_pushes_stands_in_its_default_collection(
    reader: Principal, server: Served, client: httpx.Client
) -> None:
    account = server.account
    workspace = account.principals.ensure("workspace", "ingest")
    account.roles.grant(workspace, "data-curator", "sales", by=account.owner.id)
    assert account.may_push("ingest").status == "Disconnected"
    owner = headers(server, account.owner)
    route = "/headwater/v1/access/defaultCollections"
    assert client.put(f"{route}/ingest", json={"collection": "sales"}, headers=owner).status_code == 200
    assert client.put(f"{route}/ingest", json={"collection": "nowhere"}, headers=owner).status_code == 404
    assert account.may_push("ingest").status == "Connected"
    body = {"entities": [{"typeName": "DataSet", "attributes": {"qualifiedName": "q", "name": "n"}}]}
    pushed = client.post(BULK, json=body, headers=headers(server, workspace)).json()
    assert pushed["mutatedEntities"]["CREATE"][0]["collectionId"] == "sales"
    assert client.get(route, headers=owner).json()["value"] == [
        {"principal": workspace.id, "name": "ingest", "collection": "sales"}
    ]
    assert client.get(route, headers=headers(server, reader)).json()["count"] == 0
    assert (
        client.put(f"{route}/ingest", json={"collection": "europe"}, headers=headers(server, reader)).status_code == 403
    )
    assert client.delete(f"{route}/ingest", headers=headers(server, reader)).status_code == 403
    assert client.delete(f"{route}/ingest", headers=owner).status_code == 204
    assert account.default_collections.of(workspace) is None


def test_audit_log_comes_in_pages_newest_first(reader: Principal, server: Served, client: httpx.Client) -> None:
    account = server.account
    for number in range(5):
        account.audit.record(reader.id, "test", str(number), outcome="changed")
    owner = headers(server, account.owner)
    targets: list[str] = []
    asked = {"action": "test", "principal": reader.id, "outcome": "changed", "limit": "2"}
    token: str | None = ""
    while token is not None:
        page = client.get("/headwater/v1/audit", params={**asked, "continuationToken": token}, headers=owner).json()
        targets += [entry["target"] for entry in page["value"]]
        assert {entry["principalName"] for entry in page["value"]} == {"reader"}
        token = page.get("continuationToken")
    assert targets == ["4", "3", "2", "1", "0"]
    assert client.get("/headwater/v1/audit?limit=0", headers=owner).status_code == 400


def test_audit_log_is_for_administrators_of_the_root(reader: Principal, server: Served, client: httpx.Client) -> None:
    account = server.account
    account.roles.grant(reader, "collection-administrator", "sales", by=account.owner.id)
    assert client.get("/headwater/v1/audit", headers=headers(server, reader)).status_code == 403
    account.roles.grant(reader, "collection-administrator", "contoso", by=account.owner.id)
    assert client.get("/headwater/v1/audit", headers=headers(server, reader)).status_code == 200
