"""Pages of collections and policies, as clients follow them, and what becomes of roles with their collection."""

import httpx

from api.served import Served
from headwater.api.purview import collections

COUNT = collections.PAGE + 5


def owner(server: Served) -> dict[str, str]:
    return {"authorization": f"Bearer {server.account.tokens.issue(server.account.owner).text}"}


def followed(client: httpx.Client, server: Served, path: str, key: str) -> list[list[dict[str, object]]]:
    pages, link = [], path
    while link:
        answer = client.get(link, headers=owner(server)).json()
        pages.append(answer[key])
        link = answer.get("nextLink", "")
    return pages


def test_lists_of_collections_and_policies_go_on_at_their_next_link(server: Served, client: httpx.Client) -> None:
    for number in range(COUNT - 1):
        name = f"c{number:03}"
        server.account.catalog.collections.put(name, friendly_name=name, parent="contoso", by="tester")
    first, second = followed(client, server, "/account/collections?api-version=2019-11-01-preview", "value")
    assert [len(first), len(second)] == [collections.PAGE, 5]
    assert len({str(item["name"]) for item in (*first, *second)}) == COUNT
    below = followed(client, server, "/collections/contoso/getChildCollectionNames", "value")
    assert [len(page) for page in below] == [collections.PAGE, 4]
    policies = followed(client, server, "/policystore/metadataPolicies", "values")
    assert len({str(item["id"]) for page in policies for item in page}) == COUNT


def test_collection_of_an_old_name_has_none_of_the_old_roles(server: Served, client: httpx.Client) -> None:
    account = server.account
    body = {"friendlyName": "Sales", "parentCollection": {"referenceName": "contoso"}}
    assert client.put("/collections/sales", json=body, headers=owner(server)).status_code == 200
    reader = account.principals.ensure("user", "reader")
    account.roles.grant(reader, "data-reader", "sales", by=account.owner.id)
    account.roles.set_policy("sales", {"data-reader": frozenset({reader.id})}, inherits=False, by=account.owner.id)
    assert client.delete("/collections/sales", headers=owner(server)).status_code == 204
    client.put("/collections/sales", json=body, headers=owner(server))
    assert account.roles.policy("sales").inherits
    assert [(given.role, given.principal) for given in account.roles.on("sales")] == [
        ("collection-administrator", account.owner.id)
    ]
    told = [entry.action for entry in account.audit.entries() if entry.target == "sales"]
    assert told[:2] == ["make collection", "grant collection-administrator"]
    assert "delete collection" in told


def test_move_of_a_collection_needs_the_right_on_both_parents(server: Served, client: httpx.Client) -> None:
    account = server.account
    for name in ("here", "there"):
        account.put_collection(name, friendly_name=name, parent="contoso", by=account.owner.id)
    account.put_collection("child", friendly_name="child", parent="here", by=account.owner.id)
    mover = account.principals.ensure("user", "mover")
    headers = {"authorization": f"Bearer {account.tokens.issue(mover).text}"}
    body = {"parentCollection": {"referenceName": "there"}}
    for granted, status in (("child", 403), ("there", 403), ("here", 200)):
        account.roles.grant(mover, "collection-administrator", granted, by=account.owner.id)
        assert client.put("/collections/child", json=body, headers=headers).status_code == status
    assert account.catalog.collections.path("child") == ("contoso", "there", "child")
