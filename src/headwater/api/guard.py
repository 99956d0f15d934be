"""Who sends a request: every route asks for a token, but those that say they are public."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from functools import partial

from anyio import to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.errors import Fault, Unauthorized

Connection = ASGIConnection[BaseRouteHandler, Principal, str, State]


class Guard:
    """Checks `Authorization`: `Bearer` with a token of the account, or `Basic` with a principal's id and secret."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Put the principal where handlers find it. Raises Unauthorized."""
        if handler.opt.get("public"):
            return
        scheme, _, credentials = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            _refuse_in_the_clear(connection)
        check = {"bearer": self._bearer, "basic": self._basic}.get(scheme.lower())
        if check is None:
            cure = "Send `Authorization: Bearer <token>`; POST /{tenant}/oauth2/v2.0/token gives one."
            raise Unauthorized(Fault("ACC-001", "The request has no bearer token", cure=cure))
        connection.scope["user"] = await to_thread.run_sync(partial(check, credentials.strip()))

    def _bearer(self, credentials: str) -> Principal:
        return self._account.tokens.verify(credentials)

    def _basic(self, credentials: str) -> Principal:
        try:
            name, _, secret = base64.b64decode(credentials, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            cure = "Encode id:secret in base64."
            raise Unauthorized(Fault("ACC-001", "The basic credentials cannot be read", cure=cure)) from error
        return self._account.principals.by_secret(secret, id=name)


def _refuse_in_the_clear(connection: Connection) -> None:
    """Raise Unauthorized where a secret has come over a network that everybody on it can read."""
    peer = connection.client
    if peer is None or connection.url.scheme == "https" or _is_loopback(peer.host):
        return
    cure = "Reach the account over https: tls_certificate in [server] of headwater.toml."
    raise Unauthorized(Fault("ACC-001", "A secret is not taken over plain http from another machine", cure=cure))


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def caller(request: Connection) -> Principal:
    """Return who sent the request: what routes ask for as `caller`."""
    principal = request.scope.get("user")
    if not isinstance(principal, Principal):
        raise Unauthorized(Fault("ACC-001", "The request has no bearer token", cure="Sign in first."))
    return principal
