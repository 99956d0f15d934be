"""Tokens for a Purview account, from what the environment holds: a token, client credentials, or a managed identity."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx
import msgspec

from headwater import typed
from headwater.errors import Fault, Place, SettingsError
from headwater.lineage.sinks.account import SCOPE

AUTHORITY = "https://login.microsoftonline.com"
RESOURCE = SCOPE.removesuffix("/.default")
CREDENTIALS = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
_EARLY_S = 60.0


class _Granted(msgspec.Struct, frozen=True):
    """`expires_in` comes as a number or, from a managed identity, as a text."""

    access_token: str
    expires_in: float | str = 3600.0


@dataclass(frozen=True, slots=True)
class Ask:
    """The request that a token comes of. What is secret in it stays out of `repr`."""

    method: str
    url: str
    form: Mapping[str, str] | None = field(default=None, repr=False)
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = field(default=None, repr=False)


def asked(environment: Mapping[str, str]) -> Ask:
    """Return how the environment lets us ask for a token. Raises SettingsError if it does not."""
    if all(environment.get(name) for name in CREDENTIALS):
        tenant, client, secret = (environment[name] for name in CREDENTIALS)
        authority = (environment.get("AZURE_AUTHORITY_HOST") or AUTHORITY).rstrip("/")
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret, "scope": SCOPE}
        return Ask("POST", f"{authority}/{tenant}/oauth2/v2.0/token", form=form)
    if (endpoint := environment.get("IDENTITY_ENDPOINT")) and (header := environment.get("IDENTITY_HEADER")):
        params = {"resource": RESOURCE, "api-version": "2019-08-01"}
        if own := environment.get("AZURE_CLIENT_ID"):
            params["client_id"] = own
        return Ask("GET", endpoint, params=params, headers={"X-IDENTITY-HEADER": header})
    cure = f"Set {', '.join(CREDENTIALS)}, run where there is a managed identity, or name a variable by --token-env."
    raise SettingsError(Fault("SET-020", "There are no credentials for the other account", Place(), cure))


class Tokens:
    """Gives a token that is valid, and asks for a new one before it ends."""

    def __init__(self, client: httpx.AsyncClient, ask: Ask | str, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the request to ask, or a token that is used as it is."""
        self._client = client
        self._ask = ask
        self._clock = clock
        self._token = ask if isinstance(ask, str) else ""
        self._ends_at = float("inf") if isinstance(ask, str) else 0.0

    def forget(self) -> bool:
        """Drop a token that the account does not take; tell whether there can be another."""
        self._token = "" if isinstance(self._ask, Ask) else self._token
        return isinstance(self._ask, Ask)

    async def get(self) -> str:
        """Return a token. Raises SettingsError if it is refused."""
        if isinstance(self._ask, Ask) and (not self._token or self._clock() >= self._ends_at):
            granted = await self._granted(self._ask)
            lasts = float(granted.expires_in)
            self._token = granted.access_token
            self._ends_at = self._clock() + max(lasts - _EARLY_S, lasts / 2)
        return self._token

    async def _granted(self, ask: Ask) -> _Granted:
        try:
            answer = await self._client.request(
                ask.method, ask.url, data=ask.form, params=ask.params, headers=ask.headers
            )
            if answer.is_success:
                return typed.decode(answer.content, _Granted)
            said = f"HTTP {answer.status_code}"
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            said = str(error) or type(error).__name__
        host = httpx.URL(ask.url).host
        cure = f"Check {', '.join(CREDENTIALS)}, and that '{host}' is reached from here."
        raise SettingsError(Fault("SET-020", f"'{host}' gives no token: {said}", Place(), cure))
