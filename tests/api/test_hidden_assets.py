"""What somebody may not read leaks through no route: no name, no text, no column, no count.

The routes are those that the application has, so a new one is tried without a line here. Every route is asked by a
reader of the root collection for assets in `vault`, which restricts what it inherits. Each hidden text has the word
SECRET in it, which no request sends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from headwater.access.account import Account
from headwater.api.server import create_app
from headwater.api.studio.router import create_router
from headwater.api.studio.viewer import COOKIE
from headwater.catalog.model import EntityBatch, EntityInput, Mutation

SECRET = "krypton"
BULK = "/datamap/api/atlas/v2/entity/bulk"
# Not about assets: tokens and the API's own description. And the same routes under another prefix.
ELSEWHERE = re.compile(
    r"^/catalog/api|^/api/(atlas|lineage|types)|^/policyStore|^/account/|/schema|/\{tenant|/tenants/|/msi/|/metadata/|/\{path|/session"
)
CHANGING = ("DELETE", "PATCH", "POST", "PUT")


@dataclass(frozen=True)
class World:
    account: Account
    app: Litestar
    client: TestClient[Litestar]
    reader: dict[str, str]
    owner: dict[str, str]
    guids: dict[str, str]

    def routes(self, *methods: str) -> Iterator[tuple[str, str]]:
        """Yield method and path of every route that is about assets."""
        for route in self.app.routes:
            if isinstance(route, HTTPRoute) and not ELSEWHERE.search(route.path_format):
                yield from ((method, route.path_format) for method in sorted(route.methods & set(methods)))


def hidden(name: str) -> EntityInput:
    return EntityInput(
        type_name="azure_sql_table",
        attributes={"qualifiedName": f"{SECRET}-{name}", "name": f"{SECRET} {name}", "description": f"{SECRET} text"},
        custom_attributes={"note": SECRET},
        contacts={"Owner": [{"id": f"{SECRET}-owner"}]},
        collection_id="vault",
    )


def write(account: Account, *entities: EntityInput) -> Mutation:
    return account.catalog.entities.write(EntityBatch(entities=list(entities)), by=account.owner.id)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Lineage goes harbour ─ load ─ a ─ more ─ b; harbour is in the root, the rest in the vault."""
    account = Account.open(tmp_path_factory.mktemp("hidden") / "account", name="contoso")
    owner, root = account.owner.id, "contoso"
    account.put_collection("vault", friendly_name="Vault", parent=root, by=owner)
    account.roles.set_policy("vault", {"data-curator": frozenset({owner})}, inherits=False, by=owner)
    reader = account.principals.ensure("user", "reader")
    account.roles.grant(reader, "data-reader", root, by=owner)
    harbour = EntityInput(type_name="azure_sql_table", attributes={"qualifiedName": "harbour", "name": "harbour"})
    write(account, harbour, hidden("a"), hidden("b"))
    for table, column, place in (("harbour", "c", root), (f"{SECRET}-a", "c", "vault"), (f"{SECRET}-b", "c", "vault")):
        write(account, _column(table, column, place))
    write(account, _process("load", "harbour", f"{SECRET}-a"), _process("more", f"{SECRET}-a", f"{SECRET}-b"))
    write(account, hidden("gone"))
    tables = {"harbour": "harbour", **{name: f"{SECRET}-{name}" for name in ("a", "b", "gone")}}
    guids = {key: account.catalog.entities.guid_of("azure_sql_table", name) for key, name in tables.items()}
    for name in ("load", "more"):
        guids[name] = account.catalog.entities.guid_of("azure_synapse_operation", f"{SECRET}-{name}")
    account.catalog.entities.delete([guids["gone"]], by=owner)
    tokens = {name: account.tokens.issue(who).text for name, who in (("owner", account.owner), ("reader", reader))}
    app = create_app(account, (create_router(account),))
    with TestClient(app, raise_server_exceptions=False) as client:
        headers = {name: _headers(token) for name, token in tokens.items()}
        labels = f"/datamap/api/atlas/v2/entity/guid/{guids['a']}/labels"
        assert client.post(labels, json=[f"{SECRET}_label"], headers=headers["owner"]).status_code == 204
        yield World(account, app, client, headers["reader"], headers["owner"], guids)
    account.close()


def _headers(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "cookie": f"{COOKIE}={token}", "x-headwater-studio": "1"}


def _column(table: str, column: str, place: str) -> EntityInput:
    return EntityInput(
        type_name="azure_sql_column",
        attributes={"qualifiedName": f"{table}#{column}", "name": column},
        relationship_attributes={"table": _ref("azure_sql_table", table)},
        collection_id=place,
    )


def _process(name: str, source: str, sink: str) -> EntityInput:
    lineage = [{"source": source, "sourceColumn": "c", "sinkColumn": SECRET, "expression": f"upper({SECRET})"}]
    return EntityInput(
        type_name="azure_synapse_operation",
        attributes={
            "qualifiedName": f"{SECRET}-{name}",
            "name": f"{SECRET} {name}",
            "inputs": [_ref("azure_sql_table", source)],
            "outputs": [_ref("azure_sql_table", sink)],
            "columnLineage": json.dumps(lineage),
            "runId": f"{SECRET}-run",
            "lastRunTime": 1000,
        },
        collection_id="vault",
    )


def _ref(type_name: str, name: str) -> dict[str, object]:
    return {"typeName": type_name, "uniqueAttributes": {"qualifiedName": name}}


def filled(path: str, guid: str) -> str:
    """Fill in what a path asks for; what it does not know it is given the guid."""
    known = {"type_name": "azure_sql_table", "name": "contoso", "workspace": "w"}
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: known.get(found[1], guid), path)


def asked(guid: str, other: str, name: str) -> dict[str, list[str]]:
    """What routes take in their query, all of it at once."""
    return {
        "guid": [guid],
        "from": [other],
        "to": [guid],
        "source": [other],
        "target": [guid],
        "attr:qualifiedName": [name],
        "attr_0:qualifiedName": [name],
        "attrName": ["name"],
        "attrValuePrefix": ["kry"],
        "direction": ["BOTH"],
        "depth": ["5"],
        "includeParent": ["true"],
        "query": ["kry*"],
        "q": ["kry"],
        "prefixString": ["kry"],
        "keywords": ["kry*"],
        "typeName": ["azure_sql_table"],
        "type": ["azure_sql_table"],
        "at": ["2030-01-01T00:00:00Z"],
        "asOf": ["2030-01-01T00:00:00Z"],
        "time": ["2030-01-01T00:00:00Z"],
        "limit": ["100"],
        "action": ["data/read"],
    }


BODIES: tuple[object, ...] = (
    {"keywords": "kry*", "facets": [{"facet": name} for name in ("assetType", "label", "contactId", "collectionId")]},
    {"keywords": "kry"},
    {"keywords": None, "filter": {"attributeName": "description", "operator": "contains", "attributeValue": "kry"}},
    {"entityType": "azure_sql_table"},
    {"path": "/azure_sql_table#harbour"},
    {"guids": ["{guid}"], "dryRun": True, "cascade": True, "orphans": True},
    {"guids": ["{harbour}"], "dryRun": True, "cascade": True, "orphans": True},
    {"entityGuids": ["{guid}"]},
    {"query": "kry*", "typeName": "azure_sql_table", "excludeDeletedEntities": False, "limit": 100},
    {"from": "{harbour}", "to": "{guid}", "into": "{harbour}", "merge": ["{guid}"]},
    ["{guid}"],
)


@pytest.mark.parametrize("name", ["a", "gone", "load"])
def test_no_reading_route_tells_a_word_of_a_hidden_asset(name: str, world: World) -> None:
    guid, harbour = world.guids[name], world.guids["harbour"]
    told: dict[str, str] = {}
    tried = 0
    for _, path in world.routes("GET"):
        for one, other, asks in ((guid, harbour, f"{SECRET}-{name}"), (harbour, guid, "harbour")):
            answer = world.client.get(filled(path, one), params=asked(one, other, asks), headers=world.reader)
            # What was asked for may be repeated, as in a refusal.
            told |= leaks(path, answer.status_code, answer.text.replace(asks, ""))
            tried += 1
    assert told == {}
    assert tried > 100


def test_no_other_route_tells_a_word_of_a_hidden_asset(world: World) -> None:
    guid, harbour = world.guids["a"], world.guids["harbour"]
    told: dict[str, str] = {}
    for method, path in world.routes(*CHANGING):
        for body in BODIES:
            sent = json.dumps(body).replace("{guid}", guid).replace("{harbour}", harbour).encode()
            query = asked(guid, harbour, "harbour")
            answer = world.client.request(method, filled(path, guid), params=query, content=sent, headers=world.reader)
            told |= leaks(f"{method} {path}", answer.status_code, answer.text)
    assert told == {}
    assert world.account.catalog.entities.header(guid).display_text == f"{SECRET} a"


def leaks(route: str, status: int, text: str) -> dict[str, str]:
    """Return what stands around the secret, or the fault of a server that failed."""
    if status >= 500 and status != 501:
        return {route: f"{status}: {text[:200]}"}
    at = text.find(SECRET)
    return {route: f"{status}: …{text[max(0, at - 80) : at + 40]}…"} if at >= 0 else {}


def test_owner_sees_what_the_reader_does_not(world: World) -> None:
    """The words are there to be found: a test that looks in the wrong place would prove nothing."""
    for path in ("entity/guid/{}", "lineage/{}"):
        answer = world.client.get(f"/datamap/api/atlas/v2/{path.format(world.guids['a'])}", headers=world.owner)
        assert SECRET in answer.text
    found = world.client.post("/datamap/api/search/query", json={"keywords": "kry*"}, headers=world.owner)
    assert found.json()["@search.count"] > 0


CHANGEABLE = re.compile(
    r'"(requestId|continuationToken)":"[^"]*"|"(collectionTime|at|asOf)":("[^"]*"|\d+)|\d{4}-\d\d-\d\dT[0-9:.]+Z?'
)


def test_answers_do_not_change_when_hidden_assets_come(world: World) -> None:
    """Nothing that a reader is told depends on what they may not read, numbers included."""
    before = dict(_everything(world))
    write(world.account, *(hidden(f"more{number}") for number in range(7)))
    after = dict(_everything(world))
    changed = {key: (text[:500], after[key][:500]) for key, text in before.items() if text != after[key]}
    assert changed == {}


def _everything(world: World) -> Iterator[tuple[str, str]]:
    harbour = world.guids["harbour"]
    for method, path in world.routes("GET"):
        if path.startswith("/headwater/v1/audit"):
            continue
        answer = world.client.get(
            filled(path, harbour), params=asked(harbour, harbour, "harbour"), headers=world.reader
        )
        yield f"{method} {path}", CHANGEABLE.sub("", answer.text)
    for path in ("search/query", "search/suggest", "search/autocomplete", "browse"):
        for body in BODIES[:5]:
            answer = world.client.post(f"/datamap/api/{path}", json=body, headers=world.reader)
            yield f"POST {path} {body}", CHANGEABLE.sub("", answer.text)
