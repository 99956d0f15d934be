"""Scenarios of requests and answers of Purview's own routes, and the ways to a token."""

import base64
import gzip
from pathlib import Path

import httpx
import pytest

from api.play import play, scenarios
from api.served import Served

BULK = "/datamap/api/atlas/v2/entity/bulk"


@pytest.mark.parametrize("file", scenarios("purview"))
def test_scenario_of_purview_requests_gets_the_answers_of_the_fixture(
    file: Path, server: Served, client: httpx.Client
) -> None:
    play(file, server.account, client)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/any-tenant/oauth2/v2.0/token", {"scope": "https://purview.azure.net/.default"}),
        ("/adfs/oauth2/v2.0/token", {"scope": "73c2949e-da2d-457a-9607-fcc665198967/.default openid"}),
        ("/any-tenant/oauth2/token", {"resource": "73c2949e-da2d-457a-9607-fcc665198967"}),
    ],
)
def test_client_credentials_of_both_versions_give_a_token(
    path: str, scope: dict[str, str], server: Served, client: httpx.Client
) -> None:
    owner = server.account.owner
    secret = server.account.principals.add_secret(owner.id)
    form = {"grant_type": "client_credentials", "client_id": owner.id, "client_secret": secret, **scope}
    granted = client.post(path, data=form).json()
    assert granted["token_type"] == "Bearer"
    assert int(granted["expires_on"]) > 0
    assert server.account.tokens.verify(granted["access_token"]) == owner


def test_wrong_secret_is_refused_in_the_shape_of_oauth(server: Served, client: httpx.Client) -> None:
    form = {"grant_type": "client_credentials", "client_id": server.account.owner.id, "client_secret": "guess"}
    response = client.post("/t/oauth2/v2.0/token", data=form)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("form", [{"grant_type": "password"}, {"grant_type": "authorization_code"}, {}])
def test_token_request_that_is_not_served_is_refused(form: dict[str, str], client: httpx.Client) -> None:
    assert client.post("/t/oauth2/v2.0/token", data=form).status_code in {400, 401}


def test_sign_in_code_gives_a_session_once(server: Served, client: httpx.Client) -> None:
    form = {"grant_type": "authorization_code", "code": server.account.sign_in.code(server.account.owner)}
    granted = client.post("/t/oauth2/v2.0/token", data=form).json()
    assert server.account.tokens.verify(granted["access_token"]) == server.account.owner
    assert client.post("/t/oauth2/v2.0/token", data=form).status_code == 401


def test_managed_identity_gets_a_token_by_its_header(server: Served, client: httpx.Client) -> None:
    workspace = server.account.principals.ensure("workspace", "ingest")
    secret = server.account.principals.add_secret(workspace.id)
    asked = {"api-version": "2019-08-01", "resource": "https://purview.azure.net"}
    granted = client.get("/msi/token", params=asked, headers={"x-identity-header": secret})
    assert server.account.tokens.verify(granted.json()["access_token"]) == workspace
    assert client.get("/msi/token", params=asked).status_code == 401


def test_discovery_names_the_token_endpoint_and_the_public_keys(client: httpx.Client) -> None:
    found = client.get("/t/v2.0/.well-known/openid-configuration").json()
    assert found["token_endpoint"].endswith("/t/oauth2/v2.0/token")
    (key,) = client.get(httpx.URL(found["jwks_uri"]).path).json()["keys"]
    assert "d" not in key


def test_basic_credentials_are_taken_as_old_clients_send_them(server: Served, client: httpx.Client) -> None:
    secret = server.account.principals.add_secret(server.account.owner.id)
    assert client.get("/collections", auth=("owner", secret)).status_code == 200
    assert client.get("/collections", auth=("owner", "guess")).status_code == 401
    spoilt = base64.b64encode(b"\xff\xfe").decode()
    assert client.get("/collections", headers={"authorization": f"Basic {spoilt}"}).status_code == 401


def test_compressed_body_is_opened(server: Served, client: httpx.Client) -> None:
    headers = {"authorization": f"Bearer {server.account.tokens.issue(server.account.owner).text}"}
    packed = {**headers, "content-encoding": "gzip"}
    body = b'{"entities": [{"typeName": "DataSet", "attributes": {"qualifiedName": "q", "name": "n"}}]}'
    assert client.post(BULK, content=gzip.compress(body), headers=packed).status_code == 200
    for spoilt in (body, gzip.compress(body)[:-9], b""):
        assert client.post(BULK, content=spoilt, headers=packed).status_code == 400


def test_compressed_body_that_unfolds_without_end_is_refused(server: Served, client: httpx.Client) -> None:
    headers = {"authorization": f"Bearer {server.account.tokens.issue(server.account.owner).text}"}
    bomb = gzip.compress(b" " * (65 * 1024 * 1024))
    response = client.post(BULK, content=bomb, headers={**headers, "content-encoding": "gzip"})
    assert response.status_code == 413
    assert "67,108,864 bytes" in response.json()["errorMessage"]


def test_refusal_for_want_of_a_role_is_in_the_audit_log(server: Served, client: httpx.Client) -> None:
    stranger = server.account.principals.ensure("user", "stranger")
    headers = {"authorization": f"Bearer {server.account.tokens.issue(stranger).text}"}
    assert client.post(BULK, json={"entities": []}, headers=headers).status_code == 200
    body = {"entities": [{"typeName": "DataSet", "attributes": {"qualifiedName": "q", "name": "n"}}]}
    assert client.post(BULK, json=body, headers=headers).status_code == 403
    entry = server.account.audit.entries(limit=1)[0]
    assert (entry.principal, entry.target, entry.outcome) == (stranger.id, BULK, "refused")
