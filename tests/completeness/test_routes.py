"""Whatever the installed clients can ask for has a route, or a line in the table of what the account does not do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import httpx
import pytest

from api.served import Served, served
from completeness import client_calls
from completeness.client_calls import AZURE, Call
from headwater.api import unsupported

# Methods of `apache-atlas` 0.0.16 that fail inside the client, whatever the server.
BROKEN = {
    "entity.add_labels_by_name",
    "entity.remove_classification_by_name",
    "entity.remove_labels_by_name",
    "entity.set_labels_by_guid",
    "entity.set_labels_by_name",
    "typedef.type_with_guid_exists",
    "typedef.type_with_name_exists",
}
NO_ROUTE = {"ATLAS-404-00-000", "ATLAS-405-00-000"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("routes")) as found:
        yield found


@pytest.fixture(scope="module")
def client(server: Served) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {server.account.tokens.issue(server.account.owner).text}"}
    with httpx.Client(base_url=server.url, headers=headers) as found:
        yield found


def calls(client: str) -> Mapping[str, Call]:
    if client in AZURE:
        return client_calls.azure(client)
    if client.endswith("bare"):
        return client_calls.bare(client_calls.azure("azure-purview-account"))
    if client == "apache-atlas":
        return client_calls.apache_atlas()[0]
    return {"purviewcli": client_calls.purviewcli, "pyapacheatlas": client_calls.pyapacheatlas}[client]()


CLIENTS = (*AZURE, "azure-purview-account bare", "apache-atlas", "purviewcli", "pyapacheatlas")


@pytest.mark.filterwarnings("ignore:.*deprecated", "ignore:You're using a Purview only feature")
@pytest.mark.parametrize("name", CLIENTS)
def test_every_call_of_a_client_is_answered_or_refused_with_its_reason(name: str, client: httpx.Client) -> None:
    """None is told that there is no such route, and none meets a failure."""
    missing = []
    for operation, (method, path) in calls(name).items():
        response = client.request(method, path)
        body = response.json() if response.headers.get("content-type", "").startswith("application/json") else {}
        code = body.get("errorCode", "") if isinstance(body, dict) else ""
        known = response.status_code < 500 or (response.status_code == 501 and unsupported.find(method, path))
        if code in NO_ROUTE or not known:
            missing.append(f"{operation}: {method} {path} → {response.status_code} {code}")
    assert missing == []


def test_calls_are_read_from_the_clients() -> None:
    """The numbers that the packages document: a client that hides its calls would pass everything."""
    found = {name: len(calls(name)) for name in AZURE}
    assert found["azure-purview-datamap"] == 96
    assert found["azure-purview-catalog"] + found["azure-purview-catalog by hand"] == 105
    assert found["azure-purview-account"] == found["azure-purview-administration"] == 14
    assert len(calls("apache-atlas")) > 100
    assert len(calls("purviewcli")) > 200


def test_methods_that_fail_inside_the_client_are_the_known_ones() -> None:
    assert {line.partition(":")[0] for line in client_calls.apache_atlas()[1]} == BROKEN


@pytest.mark.filterwarnings("ignore:.*deprecated", "ignore:You're using a Purview only feature")
def test_every_line_of_what_is_not_done_is_met_by_a_client_or_documented_route(client: httpx.Client) -> None:
    """A line that a route has overtaken, or that nobody can meet, is to be deleted."""
    asked = {call for name in CLIENTS for call in calls(name).values()} | {("GET", "/guardian/api")}
    for item in unsupported.UNSUPPORTED:
        met = [call for call in asked if item.refuses(*call)]
        assert met, item.path
        for method, path in met[:3]:
            response = client.request(method, path)
            assert (response.status_code, response.json()["errorMessage"]) == (501, item.fault.message)
            assert response.json()["faults"][0]["cure"] == item.instead
