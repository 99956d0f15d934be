"""Entities over HTTP: tags of what was read, quotas, and what no client may break."""

import json

import httpx
import msgspec
import pytest

from api.served import Served
from headwater.catalog.model import EntityBatch
from headwater.catalog.writing.quotas import ASSET, ATTRIBUTE, DEPTH, NAME

ENTITY = "/datamap/api/atlas/v2/entity"


@pytest.fixture
def owner(server: Served, client: httpx.Client) -> httpx.Client:
    client.headers["authorization"] = f"Bearer {server.account.tokens.issue(server.account.owner).text}"
    return client


def make(client: httpx.Client, name: str = "q", **attributes: object) -> str:
    made = {"typeName": "DataSet", "guid": "-1", "attributes": {"qualifiedName": name, "name": name, **attributes}}
    answer = client.post(ENTITY, json={"entity": made})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["guidAssignments"]["-1"])


def test_tag_of_what_was_read_is_not_modified_until_something_changes(owner: httpx.Client) -> None:
    guid = make(owner)
    first = owner.get(f"{ENTITY}/guid/{guid}")
    assert first.headers["cache-control"] == "private, no-cache"
    known = {"if-none-match": first.headers["etag"]}
    again = owner.get(f"{ENTITY}/guid/{guid}", headers=known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    named = owner.get(f"{ENTITY}/uniqueAttribute/type/DataSet?attr:qualifiedName=q", headers=known)
    assert named.status_code == 304
    # A relationship changes what is answered, though not the entity's version.
    reads = {"inputs": [{"guid": guid}]}
    process = {
        "typeName": "Process",
        "attributes": {"qualifiedName": "p", "name": "p"},
        "relationshipAttributes": reads,
    }
    owner.post(ENTITY, json={"entity": process})
    changed = owner.get(f"{ENTITY}/guid/{guid}", headers=known)
    assert (changed.status_code, changed.json()["entity"]["version"]) == (200, 1)


WRITES = [
    ("PUT", "/guid/{guid}?name=description", "text"),
    ("PUT", "/uniqueAttribute/type/DataSet?attr:qualifiedName=q", {"entity": {"typeName": "DataSet"}}),
    ("POST", "", {"entity": {"typeName": "DataSet", "attributes": {"qualifiedName": "q"}}}),
    ("DELETE", "/guid/{guid}", None),
    ("DELETE", "/uniqueAttribute/type/DataSet?attr:qualifiedName=q", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_write_that_expects_another_version_is_refused(
    method: str, path: str, body: object, owner: httpx.Client
) -> None:
    guid = make(owner)
    tag = owner.get(f"{ENTITY}/guid/{guid}").headers["etag"]
    make(owner, description="changed by somebody else")
    url = ENTITY + path.format(guid=guid)
    refused = owner.request(method, url, json=body, headers={"if-match": tag})
    assert (refused.status_code, refused.json()["errorCode"]) == (412, "ATLAS-412-00-001")
    assert "its version is 2, expected was 1" in refused.json()["errorMessage"]
    assert owner.request(method, url, json=body, headers={"if-match": '"never given"'}).status_code == 412
    assert owner.request(method, url, json=body, headers={"if-match": '"1", "2"'}).status_code == 200


def test_entity_is_only_made_or_only_changed_as_the_client_expects(owner: httpx.Client) -> None:
    body = {"entity": {"typeName": "DataSet", "attributes": {"qualifiedName": "q", "name": "q"}}}
    assert owner.post(ENTITY, json=body, headers={"if-match": "*"}).status_code == 412
    assert owner.post(ENTITY, json=body, headers={"if-none-match": "*"}).status_code == 200
    refused = owner.post(ENTITY, json=body, headers={"if-none-match": "*"})
    assert "its version is 1, expected was that it does not exist" in refused.json()["errorMessage"]
    assert owner.post(ENTITY, json=body, headers={"if-match": "*"}).status_code == 200


def test_relationship_has_a_tag_too(owner: httpx.Client) -> None:
    ends = {"end1": {"guid": make(owner, "a")}, "end2": {"guid": make(owner, "b")}}
    url = "/datamap/api/atlas/v2/relationship"
    guid = owner.post(url, json={"typeName": "direct_lineage_dataset_dataset", **ends}).json()["guid"]
    tag = owner.get(f"{url}/guid/{guid}").headers["etag"]
    assert owner.get(f"{url}/guid/{guid}", headers={"if-none-match": tag}).status_code == 304
    change = {"guid": guid, "attributes": {"note": "n"}}
    assert owner.put(url, json=change, headers={"if-match": tag}).status_code == 200
    assert owner.put(url, json=change, headers={"if-match": tag}).status_code == 412
    assert owner.delete(f"{url}/guid/{guid}", headers={"if-match": tag}).status_code == 412
    assert owner.delete(f"{url}/guid/{guid}", headers={"if-match": '"2"'}).status_code == 204


LARGE = {f"part{number}": "x" * 30_000 for number in range(70)}


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"description": "x" * ATTRIBUTE}, f"'DataSet.description' has {ATTRIBUTE + 2:,} bytes"),
        ({"name": "é" * (NAME // 2 + 1)}, f"'DataSet.name' has {NAME + 2:,} bytes"),
        (LARGE, f"'q' has {sum(len(value) + 2 for value in LARGE.values()) + 6:,} bytes"),
    ],
    ids=["property", "name", "asset"],
)
def test_what_is_larger_than_purviews_quotas_is_refused(
    attributes: dict[str, object], said: str, owner: httpx.Client
) -> None:
    made = {"typeName": "DataSet", "attributes": {"qualifiedName": "q", "name": "n", **attributes}}
    refused = owner.post(ENTITY, json={"entity": made})
    assert (refused.status_code, refused.json()["faults"][0]["code"]) == (400, "CAT-041")
    assert said in refused.json()["errorMessage"]
    assert "The limit is" in refused.json()["faults"][0]["cure"]
    make(owner)
    assert owner.post(ENTITY, json={"entity": made}).status_code == 400
    assert len(json.dumps(made)) < ASSET or "part1" in attributes


def test_lineage_of_many_columns_is_no_quota(owner: httpx.Client) -> None:
    names = [f"a column with quite a long name {number}" for number in range(2000)]
    pairs = [{"Source": name, "Sink": name} for name in names]
    mapping = json.dumps([{"DatasetMapping": {"Source": "a", "Sink": "b"}, "ColumnMapping": pairs}])
    lines = json.dumps([{"source": "a", "sourceColumn": name, "sinkColumn": name} for name in names])
    reads, writes = [{"guid": make(owner, "a")}], [{"guid": make(owner, "b")}]
    flow = {"inputs": reads, "outputs": writes, "columnMapping": mapping, "columnLineage": lines}
    made = {"typeName": "azure_synapse_operation", "attributes": {"qualifiedName": "o", "name": "o", **flow}}
    assert len(mapping) > ATTRIBUTE
    assert owner.post(ENTITY, json={"entity": made}).status_code == 200


def nested(levels: int) -> object:
    value: object = "x"
    for _ in range(levels):
        value = [value]
    return value


def test_value_that_is_too_deep_is_refused_and_one_that_is_not_is_read_back(owner: httpx.Client) -> None:
    guid = make(owner, deep=nested(DEPTH))
    assert owner.get(f"{ENTITY}/guid/{guid}").json()["entity"]["attributes"]["deep"] == nested(DEPTH)
    for levels in (DEPTH + 1, 500, 900, 100_000):
        body = b'{"entity":{"typeName":"DataSet","attributes":{"qualifiedName":"z","name":"z","deep":%s}}}'
        deep = b"[" * levels + b"]" * levels
        assert owner.post(ENTITY, content=body % deep).status_code == 400


def test_bulk_sent_twice_at_once_is_written_once(server: Served) -> None:
    """Two processes that send the same at the same time make one entity, and one of them changes nothing."""
    batch = msgspec.convert(
        {"entities": [{"typeName": "DataSet", "attributes": {"qualifiedName": "q", "name": "q"}}]}, EntityBatch
    )
    entities = server.account.catalog.entities
    assert list(entities.write(batch, by="one").mutated_entities) == ["CREATE"]
    assert entities.write(batch, by="other").mutated_entities == {}


def test_purge_asks_for_both_rights_and_is_audited(server: Served, owner: httpx.Client) -> None:
    account = server.account
    guid = make(owner)
    owner.delete(f"{ENTITY}/guid/{guid}")
    curator = account.principals.create("user", "curator")
    account.roles.grant(curator, "data-curator", account.catalog.collections.root, by="tester")
    token = {"authorization": f"Bearer {account.tokens.issue(curator).text}"}
    assert owner.put("/api/atlas/admin/purge/", json=[guid], headers=token).status_code == 403
    account.roles.grant(curator, "collection-administrator", account.catalog.collections.root, by="tester")
    assert owner.put("/api/atlas/admin/purge/", json=[guid], headers=token).status_code == 200
    entry = account.audit.entries(limit=1)[0]
    assert (entry.principal, entry.action, entry.target, entry.outcome) == (curator.id, "purge", guid, "changed")
    assert entry.detail == "DataSet 'q'"
