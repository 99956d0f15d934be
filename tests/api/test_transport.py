"""Paths as real clients send them lead to the route that they mean."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from api.served import Served, served
from headwater.api.transport import regular


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("transport")) as found:
        yield found


@pytest.mark.parametrize(
    ("path", "meant"),
    [("//types//typedefs/", "/types/typedefs"), ("/", "/"), ("", "/"), ("/a/b", "/a/b"), ("/a///", "/a")],
)
def test_doubled_and_trailing_slashes_are_taken_away(path: str, meant: str) -> None:
    assert regular(path) == meant


@pytest.mark.parametrize("tenant", ["headwater", "account", "collections", "tenants", "api", "6b0c-any", "adfs"])
def test_tenant_may_be_called_as_another_route_is(tenant: str, server: Served) -> None:
    found = httpx.get(f"{server.url}/{tenant}/v2.0/.well-known/openid-configuration").json()
    assert found["token_endpoint"] == f"{server.url}/{tenant}/oauth2/v2.0/token"
    secret = server.account.principals.add_secret(server.account.owner.id)
    form = {"grant_type": "client_credentials", "client_id": server.account.owner.id, "client_secret": secret}
    for path in ("oauth2/v2.0/token", "oauth2/token"):
        assert httpx.post(f"{server.url}/{tenant}/{path}", data=form).status_code == 200
    assert httpx.get(f"{server.url}/{tenant}/discovery/v2.0/keys").json()["keys"]


def test_what_is_not_done_is_refused_before_anybody_signs_in(server: Served) -> None:
    refused = httpx.put(f"{server.url}/scan/datasources/lake", json={})
    assert (refused.status_code, refused.json()["errorCode"]) == (501, "ATLAS-501-00-000")
    assert httpx.get(f"{server.url}/scanner").json()["errorCode"] == "ATLAS-404-00-000"
