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
