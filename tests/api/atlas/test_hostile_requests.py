"""Requests that are wrong in a way that few are: refused with place and cure, and nothing breaks after them."""

import base64
import uuid

import httpx
import pytest

from api.served import Served
from headwater import typed
from headwater.access.account import Account
from headwater.catalog.model import EntityBatch

DEEP = b"[" * 2000 + b"]" * 2000


@pytest.fixture
def caller(server: Served, client: httpx.Client) -> httpx.Client:
    client.headers["authorization"] = f"Bearer {server.account.tokens.issue(server.account.owner).text}"
    return client


def made(account: Account) -> str:
    document = {"typeName": "DataSet", "attributes": {"qualifiedName": "q", "name": "n"}}
    account.catalog.entities.write(typed.convert({"entities": [document]}, EntityBatch), by="tester")
    return account.catalog.entities.guid_of("DataSet", "q")


@pytest.mark.parametrize("body", [DEEP, b"caf\xe9 \xff"], ids=["deep", "not UTF-8"])
def test_attribute_that_cannot_be_read_is_refused(server: Served, caller: httpx.Client, body: bytes) -> None:
    guid = made(server.account)
    answer = caller.put(f"/datamap/api/atlas/v2/entity/guid/{guid}", params={"name": "description"}, content=body)
    assert answer.status_code == 400
    assert answer.json()["faults"][0]["cure"]
    assert server.account.catalog.entities.get(guid).entity.attributes["description"] is None


def test_continuation_token_that_is_too_deep_is_none_of_ours(caller: httpx.Client) -> None:
    token = base64.urlsafe_b64encode(b'{"a":' * 3000 + b"1" + b"}" * 3000).decode()
    answer = caller.post("/datamap/api/search/query", json={"continuationToken": token})
    assert answer.status_code == 400
    assert "continuation token" in answer.json()["errorMessage"]


def test_event_of_before_1970_leaves_the_list_of_stale_operations_whole(caller: httpx.Client) -> None:
    sent = {
        "eventType": "COMPLETE",
        "eventTime": "1969-12-31T23:59:59Z",
        "producer": "https://example.com/producer",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": str(uuid.UUID(int=1))},
        "job": {"namespace": "n", "name": "old"},
        "inputs": [{"namespace": "postgres://h:5432", "name": "d.s.a"}],
        "outputs": [{"namespace": "postgres://h:5432", "name": "d.s.b"}],
    }
    assert caller.post("/api/v1/lineage", json=sent).status_code < 300
    assert caller.get("/headwater/v1/lifecycle/stale").status_code == 200
