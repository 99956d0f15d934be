"""The account as this project reaches it: kept here and asked in process, or far away and asked over the network.

Either way it is asked by HTTP, so that there is one path to test and to trust.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import httpx

from headwater.app.identity import Identities
from headwater.errors import CatalogError, Fault, Place
from headwater.lineage.sinks import account as asked
from headwater.lineage.sinks.atlas import AtlasSink
from headwater.settings import Project

IN_PROCESS = "http://account.localhost"
"""Base URL of an account in this process; no request to it leaves the process."""


class Ask(Protocol):
    """A request to the account under some identity; returns the body of a 2xx answer."""

    def __call__(
        self, method: str, path: str, *, content: bytes | None = None, params: asked.Params | None = None
    ) -> Awaitable[bytes]: ...


class Reporters:
    """For each connected workspace, how it speaks to the account; made anew when its identity changes."""

    def __init__(self, project: Project, identities: Identities, client: Callable[[], httpx.AsyncClient]) -> None:
        self._project = project
        self._identities = identities
        self._client = client
        self._made: dict[str, asked.Account] = {}

    def account(self, workspace: str) -> asked.Account | None:
        """Return the account as this workspace speaks to it, or None if the workspace is not connected."""
        identity = self._identities.get(workspace)
        if identity is None:
            return None
        target = asked.Target(
            workspace=workspace,
            account=identity.account,
            url=self._project.settings.account.url or IN_PROCESS,
            identity=asked.Identity(identity.tenant, identity.client_id, identity.secret),
            collection=self._collection(workspace),
        )
        known = self._made.get(workspace)
        if known is None or known.target != target:
            known = self._made[workspace] = asked.Account(target, self._client())
        return known

    def _collection(self, workspace: str) -> str | None:
        settings = self._project.settings.workspaces.get(workspace)
        return settings.collection if settings else None

    def sink(self, workspace: str) -> AtlasSink | None:
        """Return where the workspace's facts go, or None if it is not connected."""
        account = self.account(workspace)
        return None if account is None else AtlasSink(account)


def owner(client: httpx.AsyncClient, token: Callable[[], str]) -> Ask:
    """Return requests to the account in this process under its owner's identity."""

    async def ask(method: str, path: str, *, content: bytes | None = None, params: asked.Params | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {token()}", "Content-Type": "application/json"}
        url = IN_PROCESS + path
        answer = await client.request(method, url, content=content, params=params, headers=headers)
        if answer.is_success:
            return answer.content
        message = f"The account answered {answer.status_code} to {method} {path}: {answer.text[:500]}"
        raise CatalogError(Fault("CAT-090", message, Place(), "See the account's state: headwater status"))

    return ask
