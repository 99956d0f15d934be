"""Around routing: paths made regular, compressed bodies opened within bounds, security headers on every answer."""

from __future__ import annotations

import re

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send

from headwater.api.encodings import Refused, opened
from headwater.api.faults import refusal

_SLASHES = re.compile(r"/{2,}")
# Token routes begin with the tenant's name, which may be that of another route: `headwater`, `account`.
_OF_TENANT = re.compile(
    r"/[^/]+/(?:oauth2/(?:v2\.0/)?token|(?:v2\.0/)?\.well-known/openid-configuration|discovery/v2\.0/keys)"
)
TENANTS = "/tenants"


CONTENT_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
# Sent with every answer, also with errors.
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


class Transport:
    """An ASGI application around another: takes requests as real clients send them (`//`, a trailing `/`, gzip)."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != ScopeType.HTTP:
            await self._inner(scope, receive, send)
            return
        path = regular(scope["path"])
        scope["path"] = TENANTS + path if _OF_TENANT.fullmatch(path) else path
        send = _guarded(send)
        codings = [value for name, value in scope["headers"] if name == b"content-encoding"]
        coding = b", ".join(codings).decode("latin-1").strip().lower()
        if coding not in {"", "identity"}:
            try:
                body = await opened(receive, coding)
            except Refused as refused:
                await _refuse(send, refused)
                return
            kept = [pair for pair in scope["headers"] if pair[0] not in {b"content-encoding", b"content-length"}]
            scope["headers"] = [*kept, (b"content-length", str(len(body)).encode())]
            receive = _replay(body, receive)
        await self._inner(scope, receive, send)


def _guarded(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS]
        await send(message)

    return guarded


def regular(path: str) -> str:
    """Return the path without doubled or trailing slashes."""
    return _SLASHES.sub("/", path).rstrip("/") or "/"


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> HTTPReceiveMessage:
        nonlocal sent
        if sent:
            return await receive()  # type: ignore[return-value]  # Only a disconnect is left to come.
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _refuse(send: Send, refused: Refused) -> None:
    body = msgspec.json.encode(refusal((refused.fault,), code=f"ATLAS-{refused.status}-00-000"))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
