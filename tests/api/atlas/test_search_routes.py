"""Atlas' own search routes, where a client's mistake is told and not searched for."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.served import Served


def nested(depth: int) -> dict[str, Any]:
    leaf: dict[str, Any] = {"attributeName": "name", "operator": "eq", "attributeValue": "x"}
    for _ in range(depth):
        leaf = {"condition": "AND", "criterion": [leaf]}
    return leaf


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (nested(400), "nested deeper"),
        ({"condition": "XOR", "criterion": [nested(0)]}, "neither AND nor OR"),
        ({"attributeName": "name", "operator": "sounds like", "attributeValue": "x"}, "operator 'sounds like'"),
        ({"attributeName": "name", "operator": "eq"}, "attributeValue"),
    ],
    ids=["deep", "condition", "operator", "no value"],
)
def test_condition_that_cannot_be_read_is_told(
    filters: dict[str, Any], said: str, server: Served, client: httpx.Client
) -> None:
    headers = {"authorization": f"Bearer {server.account.tokens.issue(server.account.owner).text}"}
    sent = {"typeName": "DataSet", "entityFilters": filters}
    response = client.post("/api/atlas/v2/search/basic", json=sent, headers=headers)
    assert response.status_code == 400
    assert said in response.json()["errorMessage"]


@pytest.mark.parametrize("path", ["attribute", "relationship", "suggestions", "relationship?guid=x"])
def test_search_without_what_it_needs_is_told(path: str, server: Served, client: httpx.Client) -> None:
    headers = {"authorization": f"Bearer {server.account.tokens.issue(server.account.owner).text}"}
    response = client.get(f"/api/atlas/v2/search/{path}", headers=headers)
    assert (response.status_code, "is missing" in response.json()["errorMessage"]) == (400, True)


def test_related_entities_come_page_by_page(server: Served, client: httpx.Client) -> None:
    client.headers["authorization"] = f"Bearer {server.account.tokens.issue(server.account.owner).text}"
    table = {"typeName": "azure_sql_table", "guid": "-1", "attributes": {"qualifiedName": "t", "name": "t"}}
    columns = [
        {
            "typeName": "azure_sql_column",
            "attributes": {"qualifiedName": f"t#{name}", "name": name, "data_type": "int"},
            "relationshipAttributes": {"table": {"guid": "-1"}},
        }
        for name in "abc"
    ]
    made = client.post("/api/atlas/v2/entity/bulk", json={"entities": [table, *columns]}).json()
    asked = {"guid": made["guidAssignments"]["-1"], "relation": "columns"}

    def page(**more: object) -> httpx.Response:
        return client.get("/api/atlas/v2/search/relationship", params={**asked, **more})

    pages = [page(limit=2, offset=offset).json() for offset in (0, 2, 4)]
    assert [[header["displayText"] for header in one["entities"]] for one in pages] == [["a", "b"], ["c"], []]
    assert {one["approximateCount"] for one in pages} == {3}
    assert (page(limit=1001).status_code, page(relation="nothing").status_code) == (400, 400)
    assert page(guid="nowhere").status_code == 404
