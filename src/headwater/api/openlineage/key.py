"""The API key of an OpenLineage client: a token of the account, or a principal's secret, which does not expire."""

from __future__ import annotations

from headwater.access.principals import Principal
from headwater.api.wire import Incoming, Served
from headwater.errors import Fault, Unauthorized


def caller_with_key(request: Incoming, account: Served) -> Principal:
    """Return whose key `Authorization: Bearer <key>` is. Raises Unauthorized."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        cure = "Set OPENLINEAGE_API_KEY to a token of the account or a secret of a principal."
        raise Unauthorized(Fault("ACC-001", "The request has no API key", cure=cure))
    # A token has two dots; a secret has none.
    found = account.tokens.verify(key) if key.count(".") == 2 else account.principals.by_secret(key)
    request.scope["user"] = found
    return found
