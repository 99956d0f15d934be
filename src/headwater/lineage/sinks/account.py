"""How lineage speaks to an account: base URL, identity, token, and what each answer means for a waiting fact."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx
import msgspec

from headwater import typed
from headwater.errors import Fault
from headwater.lineage.sinks.protocol import Refused, Unacceptable, Unavailable

SCOPE = "https://purview.azure.net/.default"
ENTITY_BULK = "/datamap/api/atlas/v2/entity/bulk"
_TIMEOUT = httpx.Timeout(30.0)
_EARLY_S = 60.0
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True, slots=True)
class Identity:
    """The workspace's managed identity, as OAuth2 client credentials. The secret stays out of `repr`."""

    tenant: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Target:
    """The account that one workspace reports to, and as whom."""

    workspace: str
    account: str
    """Name of the account, which is that of its root collection."""
    url: str
    identity: Identity
    authority: str | None = None
    """Where tokens come from; none: from the account itself."""
    collection: str | None = None
    """Where new assets stand; none: where the account puts them."""

    @property
    def place(self) -> str:
        """Name of the collection on which the identity needs its role."""
        return self.collection or self.account


Params = list[tuple[str, str | int | float | bool | None]]


class _Token(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: float = 3600.0


class _Claims(msgspec.Struct, frozen=True):
    oid: str = ""


class _Problem(msgspec.Struct, frozen=True, rename="camel"):
    """Atlas' error body; other servers' bodies give an empty one."""

    error_message: str = ""


class Account:
    """Requests under one identity. Raises Unavailable, Refused or Unacceptable, never an error of the HTTP library."""

    def __init__(self, target: Target, client: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic) -> None:
        self.target = target
        self._client = client
        self._clock = clock
        self._token = ""
        self._token_ends_at = 0.0

    async def request(
        self, method: str, path: str, *, content: bytes | None = None, params: Params | None = None
    ) -> bytes:
        """Return the body of a 2xx answer. A token that the account no longer takes is fetched anew once."""
        response = await self._authorized(method, path, content, params)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            self._token = ""
            response = await self._authorized(method, path, content, params)
        if response.is_success:
            return response.content
        raise self._failure(response)

    async def object_id(self) -> str:
        """Return the id by which roles name this identity: the token's `oid`, or the client id if it tells none."""
        _, _, rest = (await self._bearer()).partition(".")
        payload = rest.partition(".")[0]
        try:
            claims = typed.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), _Claims)
        except (binascii.Error, msgspec.DecodeError):
            return self.target.identity.client_id
        return claims.oid or self.target.identity.client_id

    def lacks_role(self, said: str = "") -> Refused:
        """Return the refusal of an identity that may not write."""
        target = self.target
        lacks = (
            f'The identity of workspace "{target.workspace}" lacks the role Data Curator on collection '
            f'"{target.place}" of account "{target.account}"'
        )
        answer = f"{lacks} (the account says: {said})." if said else f"{lacks}."
        return Refused(Fault("LIN-012", answer, cure=f"Grant it: headwater connect {target.workspace}"))

    async def _authorized(self, method: str, path: str, content: bytes | None, params: Params | None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {await self._bearer()}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        request = self._client.build_request(
            method,
            self.target.url.rstrip("/") + path,
            content=content,
            params=params,
            headers=headers,
            timeout=_TIMEOUT,
        )
        return await self._send(request)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._client.send(request)
        except httpx.HTTPError as error:
            what = str(error) or type(error).__name__
            raise Unavailable(
                Fault("LIN-010", f'The account "{self.target.account}" is out of reach at {self.target.url}: {what}')
            ) from error

    async def _bearer(self) -> str:
        if self._token and self._clock() < self._token_ends_at:
            return self._token
        identity = self.target.identity
        authority = (self.target.authority or self.target.url).rstrip("/")
        form = {
            "grant_type": "client_credentials",
            "client_id": identity.client_id,
            "client_secret": identity.client_secret,
            "scope": SCOPE,
        }
        url = f"{authority}/{identity.tenant}/oauth2/v2.0/token"
        response = await self._send(self._client.build_request("POST", url, data=form, timeout=_TIMEOUT))
        if HTTPStatus.BAD_REQUEST <= response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise self._not_known(response.status_code)
        token = self._granted(response)
        self._token = token.access_token
        self._token_ends_at = self._clock() + max(token.expires_in - _EARLY_S, token.expires_in / 2)
        return self._token

    def _granted(self, response: httpx.Response) -> _Token:
        if not response.is_success:
            raise self._unavailable(response)
        try:
            return typed.decode(response.content, _Token)
        except msgspec.DecodeError as error:
            raise self._unavailable(response) from error

    def _failure(self, response: httpx.Response) -> Refused | Unacceptable | Unavailable:
        target, status, said = self.target, response.status_code, _message(response)
        if status == HTTPStatus.UNAUTHORIZED:
            return self._not_known(status)
        if status == HTTPStatus.FORBIDDEN:
            return self.lacks_role(said)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING:
            return self._unavailable(response)
        message = f'The account "{target.account}" refuses the fact (HTTP {status}): {said or response.reason_phrase}'
        return Unacceptable(Fault("LIN-013", message))

    def _not_known(self, status: int) -> Refused:
        target = self.target
        message = (
            f'The account "{target.account}" does not know the identity "{target.identity.client_id}" '
            f'of workspace "{target.workspace}" (HTTP {status}).'
        )
        return Refused(Fault("LIN-011", message, cure=f"Connect it again: headwater connect {target.workspace}"))

    def _unavailable(self, response: httpx.Response) -> Unavailable:
        said = _message(response) or response.reason_phrase
        message = f'The account "{self.target.account}" cannot take lineage now (HTTP {response.status_code}): {said}'
        return Unavailable(Fault("LIN-010", message))


def _message(response: httpx.Response) -> str:
    try:
        return typed.decode(response.content, _Problem).error_message
    except msgspec.DecodeError:
        return ""
