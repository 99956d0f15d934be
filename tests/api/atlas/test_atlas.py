"""Scenarios of requests and answers of Atlas v2. Data in fixtures/atlas."""

from pathlib import Path

import httpx
import pytest

from api.play import play, scenarios
from api.served import Served


@pytest.mark.parametrize("file", scenarios("atlas"))
def test_scenario_of_atlas_requests_gets_the_answers_of_the_fixture(
    file: Path, server: Served, client: httpx.Client
) -> None:
    play(file, server.account, client)


@pytest.mark.parametrize("prefix", ["/datamap/api/atlas/v2", "/catalog/api/atlas/v2", "/api/atlas/v2"])
@pytest.mark.parametrize("path", ["/types/typedefs", "/types/typedefs/", "//types//typedefs"])
def test_every_prefix_and_spelling_of_a_path_is_served(
    prefix: str, path: str, server: Served, client: httpx.Client
) -> None:
    token = server.account.tokens.issue(server.account.owner).text
    response = client.get(prefix + path, headers={"authorization": f"Bearer {token}"}, params={"api-version": "any"})
    groups = ["enumDefs", "structDefs", "classificationDefs", "entityDefs", "relationshipDefs", "businessMetadataDefs"]
    newer = ["termTemplateDefs"] if prefix.startswith("/datamap") else []
    assert (response.status_code, list(response.json())) == (200, [*groups, *newer])


def test_every_answer_carries_the_security_headers(client: httpx.Client) -> None:
    for path in ("/api/atlas/v2/types/typedefs", "/nowhere"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
