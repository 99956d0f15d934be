"""What people say of an entity is changed only as the client expects the entity to be."""

import itertools
from collections.abc import Iterator

import httpx
import pytest

from api.served import served

ATLAS = "/datamap/api/atlas/v2"
NAMED = "/entity/uniqueAttribute/type/DataSet"
NAME = "?attr:qualifiedName={name}"
_NUMBERS = itertools.count()
OPTIONS = {"applicableEntityTypes": '["DataSet"]', "maxStrLength": "9"}
TYPES = {
    "classificationDefs": [{"name": name} for name in ("Held", "Fresh")],
    "businessMetadataDefs": [
        {
            "name": "ops",
            "attributeDefs": [{"name": "code", "typeName": "string", "options": OPTIONS}],
        }
    ],
}
HELD, FRESH = [{"typeName": "Held", "propagate": True}], [{"typeName": "Fresh"}]
WRITES = [
    ("POST", "/entity/guid/{guid}/classifications", FRESH),
    ("PUT", "/entity/guid/{guid}/classifications", HELD),
    ("DELETE", "/entity/guid/{guid}/classification/Held", None),
    ("POST", f"{NAMED}/classifications{NAME}", FRESH),
    ("PUT", f"{NAMED}/classifications{NAME}", HELD),
    ("DELETE", f"{NAMED}/classification/Held{NAME}", None),
    ("POST", "/entity/bulk/classification", {"classification": FRESH[0], "entityGuids": ["{guid}"]}),
    ("POST", "/entity/bulk/setClassifications", {"guidHeaderMap": {"{guid}": {"classifications": FRESH}}}),
    ("POST", "/entity/guid/{guid}/labels", ["new"]),
    ("PUT", "/entity/guid/{guid}/labels", ["new"]),
    ("DELETE", "/entity/guid/{guid}/labels", ["old"]),
    ("POST", f"{NAMED}/labels{NAME}", ["new"]),
    ("PUT", f"{NAMED}/labels{NAME}", ["new"]),
    ("DELETE", f"{NAMED}/labels{NAME}", ["old"]),
    ("POST", "/entity/guid/{guid}/businessmetadata", {"ops": {"code": "new"}}),
    ("POST", "/entity/guid/{guid}/businessmetadata/ops", {"code": "new"}),
    ("DELETE", "/entity/guid/{guid}/businessmetadata", {"ops": {}}),
    ("DELETE", "/entity/guid/{guid}/businessmetadata/ops", None),
    ("POST", "/glossary/terms/{fresh}/assignedEntities", [{"guid": "{guid}"}]),
    ("DELETE", "/glossary/terms/{held}/assignedEntities", [{"guid": "{guid}", "relationshipGuid": "{link}"}]),
    ("PUT", "/glossary/terms/{held}/assignedEntities", [{"guid": "{guid}", "relationshipGuid": "{link}"}]),
    ("DELETE", "/entity/bulk?guid={guid}", None),
]


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of one account for all these tests; each has an entity of its own."""
    with served(tmp_path_factory.mktemp("conditions")) as server, httpx.Client(base_url=server.url) as client:
        client.headers["authorization"] = f"Bearer {server.account.tokens.issue(server.account.owner).text}"
        answer = client.post(f"{ATLAS}/types/typedefs", json=TYPES)
        assert answer.status_code == 200, answer.text
        anchor = {"glossaryGuid": client.post(f"{ATLAS}/glossary", json={"name": "G"}).json()["guid"]}
        for name in ("Held", "Fresh"):
            client.post(f"{ATLAS}/glossary/term", json={"name": name, "anchor": anchor})
        yield client


def make(client: httpx.Client, name: str) -> str:
    made = {"typeName": "DataSet", "guid": "-1", "attributes": {"qualifiedName": name, "name": name}}
    return str(client.post(f"{ATLAS}/entity", json={"entity": made}).json()["guidAssignments"]["-1"])


@pytest.fixture
def names(owner: httpx.Client) -> dict[str, str]:
    """A new entity with a classification, a label, business metadata and a term, and a term that it has not."""
    name = f"q{next(_NUMBERS)}"
    guid = make(owner, name)
    terms_of = f"{ATLAS}/glossary/{owner.get(f'{ATLAS}/glossary').json()[0]['guid']}/terms"
    known = {term["name"]: str(term["guid"]) for term in owner.get(terms_of).json()}
    held, fresh = known["Held"], known["Fresh"]
    said = {"classifications": [{"typeName": "Held"}], "labels": ["old"], "businessmetadata": {"ops": {"code": "old"}}}
    for route, body in said.items():
        assert owner.post(f"{ATLAS}/entity/guid/{guid}/{route}", json=body).status_code == 204
    terms = f"{ATLAS}/glossary/terms/{held}/assignedEntities"
    assert owner.post(terms, json=[{"guid": guid}]).status_code == 204
    [link] = [one["relationshipGuid"] for one in owner.get(terms).json() if one["guid"] == guid]
    return {"name": name, "guid": guid, "held": held, "fresh": fresh, "link": link}


def filled(template: object, names: dict[str, str]) -> object:
    """Return the template with names in their places, at any depth."""
    if isinstance(template, dict):
        return {filled(key, names): filled(value, names) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(item, names) for item in template]
    return template.format(**names) if isinstance(template, str) and template.startswith(("/", "{")) else template


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_annotation_of_another_version_is_refused(
    method: str, path: str, body: object, owner: httpx.Client, names: dict[str, str]
) -> None:
    entity = f"{ATLAS}/entity/guid/{names['guid']}"
    tag = owner.get(entity).headers["etag"]
    version = int(tag.strip('"').partition("-")[0])
    assert owner.put(f"{entity}?name=description", json="changed by somebody else").status_code == 200
    stands = owner.get(entity)

    def send(expected: str) -> httpx.Response:
        url = ATLAS + path.format(**names)
        return owner.request(method, url, json=filled(body, names), headers={"if-match": expected})

    refused = send(tag)
    assert (refused.status_code, refused.json()["errorCode"]) == (412, "ATLAS-412-00-001")
    assert f"its version is {version + 1}, expected was {version}" in refused.json()["errorMessage"]
    assert "Read it again" in refused.text
    assert owner.get(entity).json() == stands.json()
    accepted = send(stands.headers["etag"])
    assert accepted.status_code in {200, 204}, accepted.text
    assert owner.get(entity).json()["entity"]["version"] > version + 1


def test_one_version_is_not_expected_of_several(owner: httpx.Client) -> None:
    guids = [make(owner, "a"), make(owner, "b")]
    url, body = f"{ATLAS}/entity/bulk/classification", {"classification": FRESH[0], "entityGuids": guids}
    refused = owner.post(url, json=body, headers={"if-match": '"1"'})
    assert (refused.status_code, "Send If-Match with a single entity." in refused.text) == (400, True)
    assert owner.post(url, json=body, headers={"if-match": "*"}).status_code == 204
