"""Other names and merges, as curators and others ask for them."""

import httpx
import pytest

from api.served import Served
from headwater.access.principals import Principal

BULK = "/datamap/api/atlas/v2/entity/bulk"
ONE, OTHER = "mssql://srv/db/dbo/t", "mssql://listener/db/dbo/t"


def headers(server: Served, principal: Principal | None = None) -> dict[str, str]:
    return {"authorization": f"Bearer {server.account.tokens.issue(principal or server.account.owner).text}"}


@pytest.fixture
def reader(server: Served) -> Principal:
    account = server.account
    found = account.principals.ensure("user", "reader")
    account.roles.grant(found, "data-reader", account.catalog.collections.root, by=account.owner.id)
    return found


@pytest.fixture
def guids(server: Served, client: httpx.Client) -> list[str]:
    """Two tables; the first stands in the root collection, the second in `sales`."""
    account = server.account
    account.put_collection("sales", friendly_name="sales", parent="contoso", by=account.owner.id)
    made = []
    for name, collection in ((ONE, "contoso"), (OTHER, "sales")):
        one = {"typeName": "azure_sql_table", "guid": "-1", "attributes": {"qualifiedName": name, "name": "t"}}
        answer = client.post(
            BULK, params={"collectionId": collection}, json={"entities": [one]}, headers=headers(server)
        )
        made.append(answer.json()["guidAssignments"]["-1"])
    return made


def test_aliases_are_given_listed_and_taken_away(guids: list[str], server: Served, client: httpx.Client) -> None:
    path = f"/headwater/v1/entity/{guids[0]}/aliases"
    body = {"aliases": [{"qualifiedName": "mssql://cname/db/dbo/t"}]}
    given = client.put(path, json=body, headers=headers(server)).json()["aliases"]
    assert [(one["qualifiedName"], one["origin"], one["coversBelow"]) for one in given] == [
        ("mssql://cname/db/dbo/t", "given", False)
    ]
    assert client.get(path, headers=headers(server)).json()["aliases"] == given
    lookup = "/datamap/api/atlas/v2/entity/uniqueAttribute/type/azure_sql_table"
    asked = {"attr:qualifiedName": "mssql://CNAME/db/dbo/T"}
    assert client.get(lookup, params=asked, headers=headers(server)).json()["entity"]["guid"] == guids[0]
    taken = client.delete(path, params={"qualifiedName": "mssql://cname/db/dbo/t"}, headers=headers(server))
    assert (taken.status_code, taken.json()) == (200, {"aliases": []})
    gone = client.delete(path, params={"qualifiedName": "mssql://cname/db/dbo/t"}, headers=headers(server))
    assert (gone.status_code, gone.json()["errorCode"]) == (404, "CAT-160")


def test_name_of_another_entity_is_a_conflict(guids: list[str], server: Served, client: httpx.Client) -> None:
    body = {"aliases": [{"qualifiedName": OTHER}]}
    answer = client.put(f"/headwater/v1/entity/{guids[0]}/aliases", json=body, headers=headers(server))
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "CAT-162")


def test_merge_is_previewed_done_listed_and_undone(guids: list[str], server: Served, client: httpx.Client) -> None:
    body = {"into": guids[0], "from": [guids[1]]}
    told = client.post("/headwater/v1/entity/merge", json={**body, "dryRun": True}, headers=headers(server)).json()
    assert (told["id"], told["preview"][0]["aliases"]) == (None, [OTHER])
    done = client.post("/headwater/v1/entity/merge", json=body, headers=headers(server)).json()
    listed = client.get(f"/headwater/v1/entity/{guids[1]}/merges", headers=headers(server)).json()["merges"]
    assert listed == [done]
    undone = client.post(f"/headwater/v1/entity/merge/{done['id']}/undo", headers=headers(server))
    assert (undone.status_code, undone.json()["undoneBy"]) == (200, server.account.owner.id)
    again = client.post(f"/headwater/v1/entity/merge/{done['id']}/undo", headers=headers(server))
    assert (again.status_code, again.json()["errorCode"]) == (409, "CAT-165")
    audit = [entry.action for entry in server.account.audit.entries() if "merge" in entry.action]
    assert audit == ["undo merge", "merge"]


def test_merge_needs_the_right_to_write_on_both_sides(
    guids: list[str], reader: Principal, server: Served, client: httpx.Client
) -> None:
    account = server.account
    account.roles.grant(reader, "data-curator", "sales", by=account.owner.id)
    body = {"into": guids[1], "from": [guids[0]]}
    for dry_run in (True, False):
        answer = client.post(
            "/headwater/v1/entity/merge", json={**body, "dryRun": dry_run}, headers=headers(server, reader)
        )
        assert answer.status_code == 403
    done = client.post("/headwater/v1/entity/merge", json=body, headers=headers(server)).json()
    path = f"/headwater/v1/entity/merge/{done['id']}/undo"
    assert client.post(path, headers=headers(server, reader)).status_code == 403


def test_reader_sees_names_and_changes_none(
    guids: list[str], reader: Principal, server: Served, client: httpx.Client
) -> None:
    path = f"/headwater/v1/entity/{guids[0]}/aliases"
    assert client.get(path, headers=headers(server, reader)).status_code == 200
    body = {"aliases": [{"qualifiedName": "mssql://cname/db/dbo/t"}]}
    assert client.put(path, json=body, headers=headers(server, reader)).status_code == 403
    assert client.delete(path, params={"qualifiedName": "x"}, headers=headers(server, reader)).status_code == 403


def test_stranger_learns_nothing_of_names_and_merges(guids: list[str], server: Served, client: httpx.Client) -> None:
    nobody = server.account.principals.ensure("user", "nobody")
    for path in (f"/headwater/v1/entity/{guids[0]}/aliases", f"/headwater/v1/entity/{guids[0]}/merges"):
        assert client.get(path, headers=headers(server, nobody)).status_code in {403, 404}


@pytest.mark.parametrize("body", ["{}", '{"into": "x"}', '{"into": 1, "from": []}', "[]", "nonsense"])
def test_merge_that_cannot_be_read_is_refused(body: str, server: Served, client: httpx.Client) -> None:
    answer = client.post("/headwater/v1/entity/merge", content=body, headers=headers(server))
    assert (answer.status_code, answer.json()["faults"][0]["code"]) == (400, "CAT-028")
