"""Entity tags: what a client has read, and what it expects to stand when it writes.

A tag is the version and a digest of the answer: `"3-9f8e7d6c5b4a"`. A read compares all of it, since what is linked to
an entity changes its answer and not its version; a write asks for the version, and takes it alone too: `"3"`.
"""

from __future__ import annotations

import re
from hashlib import blake2b

import msgspec
from litestar import MediaType, Response

from headwater.api.wire import Incoming
from headwater.catalog.writing.conditions import Condition

CACHING = "private, no-cache"
_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_VERSION = re.compile(r"(\d{1,18})(?:-[0-9a-f]+)?")


def tagged(request: Incoming, value: object, version: int) -> Response[bytes] | Response[None]:
    """Return a JSON answer with its tag, or 304 if that is the one that the client has."""
    body = msgspec.json.encode(value)
    tag = f"{version}-{blake2b(body, digest_size=6).hexdigest()}"
    headers = {"ETag": f'"{tag}"', "Cache-Control": CACHING}
    known = request.headers.get("if-none-match", "")
    if known.strip() == "*" or tag in _TAG.findall(known):
        return Response(None, status_code=304, headers=headers)
    return Response(body, status_code=200, headers=headers, media_type=MediaType.JSON)


def expected(request: Incoming) -> Condition | None:
    """Return what `If-Match` or `If-None-Match` of a write asks; a tag that the account never gave matches nothing."""
    if said := request.headers.get("if-match"):
        return Condition(_versions(said))
    if said := request.headers.get("if-none-match"):
        return Condition(_versions(said), absent=True)
    return None


def _versions(said: str) -> frozenset[int] | None:
    if said.strip() == "*":
        return None
    tags = (_VERSION.fullmatch(tag) for tag in _TAG.findall(said))
    return frozenset(int(found[1]) for found in tags if found)
