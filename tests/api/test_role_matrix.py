"""Every role, given here or above, inherited or cut off, on every family of routes: allowed, or 403, exactly.

The tree is contoso ─ open and contoso ─ closed, of which the latter restricts what it inherits; each holds an asset.
"""

from collections.abc import Iterator

import httpx
import pytest

from api.served import Served, served
from headwater.access.roles import ACTIONS, ADMINISTRATOR, ROLES, Action, Role

ATLAS = "/datamap/api/atlas/v2"
TABLE = {"typeName": "azure_sql_table", "attributes": {"qualifiedName": "new in {collection}", "name": "new"}}
Family = tuple[str, str, object, Action, int]
"""Method, path, body, the action that it needs, and the status where it is allowed."""
FAMILIES: dict[str, Family] = {
    "read an entity": ("GET", f"{ATLAS}/entity/guid/{{guid}}", None, "data/read", 200),
    "read a header": ("GET", f"{ATLAS}/entity/guid/{{guid}}/header", None, "data/read", 200),
    "read by name": (
        "GET",
        f"{ATLAS}/entity/uniqueAttribute/type/azure_sql_table?attr:qualifiedName={{name}}",
        None,
        "data/read",
        200,
    ),
    "read many": ("GET", f"{ATLAS}/entity/bulk?guid={{guid}}", None, "data/read", 200),
    "walk lineage": ("GET", f"{ATLAS}/lineage/{{guid}}?direction=BOTH&depth=1", None, "data/read", 200),
    "read a relationship": ("GET", f"{ATLAS}/relationship/guid/{{relationship}}", None, "data/read", 200),
    "change an attribute": ("PUT", f"{ATLAS}/entity/guid/{{guid}}?name=description", "x", "data/write", 200),
    "write an entity": (
        "POST",
        f"{ATLAS}/entity/bulk?collectionId={{collection}}",
        {"entities": [TABLE | {"guid": "-1"}]},
        "data/write",
        200,
    ),
    "write into a collection": (
        "POST",
        "/catalog/api/collections/{collection}/entity",
        {"entity": TABLE},
        "data/write",
        200,
    ),
    "move an asset": (
        "POST",
        "/datamap/api/entity/moveTo?collectionId={collection}",
        {"entityGuids": ["{guid}"]},
        "data/write",
        200,
    ),
    "preview a delete": (
        "POST",
        "/headwater/v1/entity/delete",
        {"guids": ["{guid}"], "dryRun": True},
        "data/write",
        200,
    ),
    "read a collection": ("GET", "/collections/{collection}", None, "collection/read", 200),
    "read its children": ("GET", "/collections/{collection}/getChildCollectionNames", None, "collection/read", 200),
    "read its path": ("GET", "/collections/{collection}/getCollectionPath", None, "collection/read", 200),
    "read its policy": ("GET", "/policystore/collections/{collection}/metadataPolicy", None, "collection/read", 200),
    "delete a collection that is full": ("DELETE", "/collections/{collection}", None, "collection/write", 409),
    "change a policy by halves": ("PUT", "/policystore/metadataPolicies/{policy}", {}, "collection/write", 400),
    "make a collection below": (
        "PUT",
        "/collections/no_name",
        {"parentCollection": {"referenceName": "{collection}"}},
        "collection/write",
        400,
    ),
    "explain others": (
        "GET",
        "/headwater/v1/access/explain?principal=owner&action=data/read&collection={collection}",
        None,
        "collection/write",
        200,
    ),
    "set a default": (
        "PUT",
        "/headwater/v1/access/defaultCollections/nobody",
        {"collection": "{collection}"},
        "collection/write",
        404,
    ),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, dict[str, str]]]]:
    with served(tmp_path_factory.mktemp("matrix")) as server:
        yield server, {name: _fill(server, name) for name in ("open", "closed")}


def _fill(server: Served, collection: str) -> dict[str, str]:
    account, owner = server.account, server.account.owner.id
    account.put_collection(collection, friendly_name=collection, parent="contoso", by=owner)
    if collection == "closed":
        account.roles.set_policy(collection, {"data-curator": frozenset({owner})}, inherits=False, by=owner)
    name = f"table of {collection}"
    table = {"qualifiedName": name, "name": name}
    column = {"qualifiedName": f"{name}#c", "name": "c"}
    related = {"table": {"typeName": "azure_sql_table", "uniqueAttributes": {"qualifiedName": name}}}
    body = {
        "entities": [
            {"typeName": "azure_sql_table", "attributes": table},
            {"typeName": "azure_sql_column", "attributes": column, "relationshipAttributes": related},
        ]
    }
    headers = {"authorization": f"Bearer {account.tokens.issue(account.owner).text}"}
    with httpx.Client(base_url=server.url, headers=headers) as client:
        assert client.post(f"/catalog/api/collections/{collection}/entity/bulk", json=body).status_code == 200
        guid = account.catalog.entities.guid_of("azure_sql_table", name)
        found = client.get(f"{ATLAS}/entity/guid/{guid}").json()["entity"]["relationshipAttributes"]["columns"][0]
    policy = account.roles.policy(collection).id
    return {
        "collection": collection,
        "guid": guid,
        "name": name,
        "relationship": found["relationshipGuid"],
        "policy": policy,
    }


def _filled(value: object, names: dict[str, str]) -> object:
    if isinstance(value, dict):
        return {key: _filled(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, names) for inner in value]
    return value.format(**names) if isinstance(value, str) else value


@pytest.mark.parametrize("place", ["above", "here"])
@pytest.mark.parametrize("collection", ["open", "closed"])
@pytest.mark.parametrize("role", ROLES)
def test_role_allows_exactly_its_routes(
    role: Role, collection: str, place: str, world: tuple[Served, dict[str, dict[str, str]]]
) -> None:
    server, places = world
    account, names = server.account, places[collection]
    principal = account.principals.ensure("user", f"{role} {place} {collection}")
    account.roles.grant(principal, role, "contoso" if place == "above" else collection, by=account.owner.id)
    holds = place == "here" or collection == "open" or role == ADMINISTRATOR
    headers = {"authorization": f"Bearer {account.tokens.issue(principal).text}"}
    told: dict[str, int] = {}
    expected: dict[str, int] = {}
    with httpx.Client(base_url=server.url, headers=headers) as client:
        for family, (method, path, body, action, status) in FAMILIES.items():
            sent = None if body is None else _filled(body, names)
            told[family] = client.request(method, path.format(**names), json=sent).status_code
            expected[family] = status if holds and action in ACTIONS[role] else 403
        keywords = {"keywords": names["name"], "filter": {"collectionId": collection}}
        found = client.post("/datamap/api/search/query", json=keywords).json()["value"]
        told["find it"] = int(names["name"] in {hit["name"] for hit in found})
        seen = {item["name"] for item in client.get("/collections").json()["value"]}
        told["see the collection"] = int(collection in seen)
    expected["find it"] = int(holds and "data/read" in ACTIONS[role])
    expected["see the collection"] = int(holds and "collection/read" in ACTIONS[role])
    assert told == expected


def test_who_sends_no_token_gets_nothing(world: tuple[Served, dict[str, dict[str, str]]]) -> None:
    server, places = world
    with httpx.Client(base_url=server.url) as client:
        for family, (method, path, _, _, _) in FAMILIES.items():
            assert client.request(method, path.format(**places["open"])).status_code == 401, family
