"""Requests that are wrong in a way that few are: refused with place and cure, and nothing breaks after them."""

import base64
import gzip
import uuid
import zlib

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


BULK = "/datamap/api/atlas/v2/entity/bulk"
ENTITIES = b'{"entities": [{"typeName": "DataSet", "attributes": {"qualifiedName": "q", "name": "n"}}]}'
PACKED = gzip.compress(ENTITIES, mtime=0)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(ENTITIES[:40]) + gzip.compress(ENTITIES[40:])),
        ("GZip", PACKED),
        ("deflate", zlib.compress(ENTITIES)),
        ("identity", ENTITIES),
    ],
    ids=["several members", "capitals", "deflate", "identity"],
)
def test_body_in_a_known_coding_is_read_whole(caller: httpx.Client, coding: str, body: bytes) -> None:
    answer = caller.post(BULK, content=body, headers={"content-encoding": coding})
    assert len(answer.json()["mutatedEntities"]["CREATE"]) == 1


@pytest.mark.parametrize(
    ("coding", "body", "status", "says"),
    [
        ("gzip", b"xx", 400, "not what Content-Encoding says"),
        ("gzip", PACKED + b"junk", 400, "not what Content-Encoding says"),
        ("gzip", PACKED[:-9], 400, "ends too early"),
        ("deflate", zlib.compress(ENTITIES) + b"junk", 400, "other bytes follow it"),
        ("br", b"xx", 415, "'br'"),
        ("gzip, gzip", gzip.compress(PACKED), 415, "'gzip, gzip'"),
    ],
    ids=["no gzip", "junk after gzip", "half of it", "junk after deflate", "unknown", "twice"],
)
def test_body_in_no_known_coding_is_refused_in_the_one_shape(
    server: Served, caller: httpx.Client, coding: str, body: bytes, status: int, says: str
) -> None:
    answer = caller.post(BULK, content=body, headers={"content-encoding": coding})
    said = answer.json()
    assert (answer.status_code, says in said["errorMessage"]) == (status, True)
    assert said["requestId"]
    assert said["faults"][0]["cure"]
    assert server.account.catalog.entities.get_named("DataSet", ["q"]).entities == ()


def test_body_that_is_too_large_is_told_the_limit_and_what_to_do(caller: httpx.Client) -> None:
    answer = caller.post(BULK, content=b" " * (65 * 1024 * 1024))
    assert answer.status_code == 413
    assert "67,108,864 bytes" in answer.json()["errorMessage"]
    assert "several requests" in answer.json()["faults"][0]["cure"]
