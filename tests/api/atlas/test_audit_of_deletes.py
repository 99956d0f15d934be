"""Deletes of entities stand in the audit log, however they are asked for."""

from collections.abc import Callable

import httpx
import pytest

from api.served import Served

ENTITY = "/datamap/api/atlas/v2/entity"
NAMES = ("t", "u")


@pytest.fixture
def owner(server: Served, client: httpx.Client) -> httpx.Client:
    client.headers["authorization"] = f"Bearer {server.account.tokens.issue(server.account.owner).text}"
    return client


@pytest.fixture
def guids(owner: httpx.Client) -> dict[str, str]:
    """A table `t` with two columns, and a table `u` without."""
    entities: list[dict[str, object]] = [
        {"typeName": "azure_sql_table", "guid": f"-{name}", "attributes": {"qualifiedName": name, "name": name}}
        for name in NAMES
    ]
    entities += [
        {
            "typeName": "azure_sql_column",
            "guid": f"-{name}",
            "attributes": {"qualifiedName": f"t#{name}", "name": name, "data_type": "int"},
            "relationshipAttributes": {"table": {"guid": "-t"}},
        }
        for name in ("a", "b")
    ]
    answer = owner.post(f"{ENTITY}/bulk", json={"entities": entities})
    assert answer.status_code == 200, answer.text
    return {key.removeprefix("-"): guid for key, guid in answer.json()["guidAssignments"].items()}


T, U = "azure_sql_table 't' and 2 parts", "azure_sql_table 'u'"
DELETES: list[tuple[Callable[[dict[str, str]], str], dict[str, str]]] = [
    (lambda guids: f"/guid/{guids['t']}", {"t": T}),
    (lambda guids: "/uniqueAttribute/type/azure_sql_table?attr:qualifiedName=t", {"t": T}),
    (lambda guids: f"/bulk?guid={guids['t']}&guid={guids['u']}", {"t": T, "u": U}),
    (
        lambda guids: f"/bulk?guid={guids['t']}&guid={guids['a']}",
        {"t": "azure_sql_table 't' and 1 part", "a": "azure_sql_column 't#a'"},
    ),
]


@pytest.mark.parametrize(("path", "told"), DELETES, ids=["guid", "name", "bulk", "part"])
def test_delete_is_in_the_audit_log(
    path: Callable[[dict[str, str]], str],
    told: dict[str, str],
    server: Served,
    owner: httpx.Client,
    guids: dict[str, str],
) -> None:
    for _ in range(2):
        # What is deleted already is passed over, so it is told of once.
        owner.delete(ENTITY + path(guids))
    entries = [entry for entry in server.account.audit.entries() if entry.action == "delete"]
    assert {entry.target: entry.detail for entry in entries} == {guids[name]: said for name, said in told.items()}
    assert len(entries) == len(told)
    assert {(entry.principal, entry.outcome) for entry in entries} == {(server.account.owner.id, "changed")}
    assert {entry.at for entry in entries} != {0}


def test_delete_that_is_refused_is_no_delete_in_the_audit_log(
    server: Served, owner: httpx.Client, guids: dict[str, str]
) -> None:
    assert owner.delete(f"{ENTITY}/guid/{guids['t']}", headers={"if-match": '"7"'}).status_code == 412
    assert owner.delete(f"{ENTITY}/bulk?guid={guids['u']}&guid=nowhere").status_code == 404
    assert [entry for entry in server.account.audit.entries() if entry.action == "delete"] == []
