"""An account that fits on a page: tokens, roles, entities by qualified name. It can refuse, fail, hang and forget."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Answer = tuple[int, object]


class TinyAccount:
    """A plain ASGI application. `curators` are the client ids that may write; `fault` answers in place of all else."""

    def __init__(self) -> None:
        self.curators: set[str] = set()
        self.readers: set[str] = set()
        self.fault: Answer | None = None
        self.drops: str | None = None
        self.posts: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.tokens: dict[str, str] = {}
        self.entities: dict[tuple[str, str], dict[str, Any]] = {}
        self.on_post: Callable[[], None] = lambda: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, answer = self._answer(scope, body)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def content(self) -> dict[str, dict[str, Any]]:
        """Return what is kept, by type and name, references as names: equal for equal content."""
        names = {entity["guid"]: f"{kind} {name}" for (kind, name), entity in self.entities.items()}
        return {
            f"{kind} {name}": {key: _named(value, names) for key, value in entity["attributes"].items()}
            for (kind, name), entity in sorted(self.entities.items())
        }

    def _answer(self, scope: Scope, body: bytes) -> Answer:
        path, method = scope["path"], scope["method"]
        self.requests.append(f"{method} {path}")
        if path.endswith("/oauth2/v2.0/token"):
            form = dict(parse_qsl(body.decode()))
            if form["client_secret"] != "right":
                return 401, {"error": "invalid_client"}
            token = uuid.uuid4().hex
            self.tokens[token] = form["client_id"]
            return 200, {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}
        if self.fault is not None:
            return self.fault
        token = dict(scope["headers"]).get(b"authorization", b"").decode().removeprefix("Bearer ")
        if token not in self.tokens:
            return 401, {"errorCode": "ATLAS-401-00-001", "errorMessage": "no such token"}
        if path == "/policyStore/collections/headwater/metadataPolicy" and self.tokens[token] in self.readers:
            return 200, self._policy()
        if self.tokens[token] not in self.curators:
            return 403, {"errorCode": "ATLAS-403-00-001", "errorMessage": "not a curator"}
        if method == "POST":
            return 200, self._post(json.loads(body))
        return 200, self._get(parse_qs(scope["query_string"].decode())["guid"])

    def _policy(self) -> object:
        condition = {"attributeName": "principal.microsoft.id", "attributeValueIncludedIn": sorted(self.curators)}
        rule = {"id": "purviewmetadatarole_builtin_data-curator:headwater", "dnfCondition": [[condition]]}
        return {"name": "policy", "properties": {"attributeRules": [{"id": "other:headwater"}, rule]}}

    def _post(self, request: dict[str, Any]) -> object:
        self.posts.append(request)
        self.on_post()
        keys = {one["guid"]: (one["typeName"], one["attributes"]["qualifiedName"]) for one in request["entities"]}
        assigned = {
            guid: self.entities.setdefault(key, {"guid": str(uuid.uuid4()), "attributes": {}})["guid"]
            for guid, key in keys.items()
        }
        for entity in request["entities"]:
            fields = {**entity["attributes"], **entity.get("relationshipAttributes", {})}
            attributes = {name: _assigned(value, assigned) for name, value in fields.items() if name != self.drops}
            self.entities[keys[entity["guid"]]]["attributes"].update(attributes)
        return {"mutatedEntities": {}, "guidAssignments": assigned}

    def _get(self, guids: list[str]) -> object:
        found = [{"status": "ACTIVE", **entity} for entity in self.entities.values() if entity["guid"] in guids]
        return {"entities": found, "referredEntities": {}}


def _assigned(value: Any, assigned: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_assigned(one, assigned) for one in value]
    return {**value, "guid": assigned[value["guid"]]} if isinstance(value, dict) else value


def _named(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_named(one, names) for one in value]
    return names[value["guid"]] if isinstance(value, dict) else value
