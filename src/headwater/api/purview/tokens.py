"""Token endpoints: OAuth 2 client credentials in both versions, sign-in codes, and the managed identity's.

Nobody has a token yet who comes here, so these routes are public; each asks for a secret or a code.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec
from litestar import MediaType, Response, get, post
from litestar.params import FromPath, RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.access.tokens import ALGORITHM, PURVIEW, Token
from headwater.api import wire
from headwater.api.wire import Incoming, Served
from headwater.errors import CatalogError, Fault, Invalid, Unauthorized

PUBLIC = {"public": True}
MAX_FORM = 16_384


def token(account: Served, tenant: FromPath[str], body: RawBody) -> Response[bytes]:
    """Exchange a client's secret or a sign-in code for a token. Errors have OAuth's shape."""
    del tenant  # An account is one tenant; clients must name some.
    try:
        form = dict(parse_qsl(body[:MAX_FORM].decode("utf-8"), keep_blank_values=True))
        principal, issued = _exchange(account, form)
    except (CatalogError, UnicodeDecodeError) as error:
        return _refused(error)
    account.audit.record(principal.id, "token", issued.audience, outcome="allowed")
    return _granted(issued)


def _exchange(account: Account, form: Mapping[str, str]) -> tuple[Principal, Token]:
    grant = form.get("grant_type", "client_credentials")
    if grant == "authorization_code":
        return account.sign_in.redeem(form.get("code", ""))
    if grant != "client_credentials":
        cure = "Use client_credentials, or authorization_code with a sign-in code."
        raise Invalid(Fault("ACC-007", f"The account knows no grant type '{grant}'", cure=cure))
    principal = account.principals.by_secret(form.get("client_secret", ""), id=form.get("client_id", ""))
    scopes = form.get("scope", "").split()
    asked = form.get("resource") or next((scope for scope in scopes if scope.endswith("/.default")), PURVIEW)
    return principal, account.tokens.issue(principal, audience=asked.removesuffix("/.default"))


@get("/msi/token", opt=PUBLIC, sync_to_thread=True)
def managed_identity(account: Served, request: Incoming) -> Response[bytes]:
    """The token of a managed identity: IDENTITY_ENDPOINT is this route, IDENTITY_HEADER the identity's secret."""
    secret = request.headers.get("x-identity-header", "")
    principal = account.principals.by_secret(secret, id=wire.text(request, "client_id") or None)
    issued = account.tokens.issue(principal, audience=wire.text(request, "resource") or PURVIEW)
    account.audit.record(principal.id, "token", issued.audience, outcome="allowed")
    return _granted(issued)


def openid_configuration(request: Incoming, tenant: FromPath[str]) -> Response[bytes]:
    """Where tokens are had."""
    base = f"{str(request.base_url).rstrip('/')}/{tenant}"
    return wire.answer(
        {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_types_supported": ["code"],
            "grant_types_supported": ["client_credentials", "authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
    )


@get("/{tenant:str}/discovery/v2.0/keys", opt=PUBLIC, sync_to_thread=False)
def keys(account: Served, tenant: FromPath[str]) -> Response[bytes]:
    """The public keys that verify the account's tokens."""
    del tenant
    return wire.answer(account.tokens.public_keys())


def _granted(issued: Token) -> Response[bytes]:
    seconds = issued.expires_on - issued.begins_on
    document = {
        "token_type": "Bearer",
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "expires_on": str(issued.expires_on),
        "not_before": str(issued.begins_on),
        "resource": issued.audience,
        "access_token": issued.text,
    }
    return Response(msgspec.json.encode(document), media_type=MediaType.JSON, headers={"Cache-Control": "no-store"})


def _refused(error: CatalogError | UnicodeDecodeError) -> Response[bytes]:
    denied = isinstance(error, Unauthorized)
    described = str(error.faults[0]) if isinstance(error, CatalogError) else "The form is not UTF-8."
    document = {"error": "invalid_client" if denied else "invalid_request", "error_description": described}
    return wire.answer(document, 401 if denied else 400)


# One handler a path: the framework moves a handler with several paths into a thread twice.
TOKEN = tuple(
    post(path, status_code=200, opt=PUBLIC, sync_to_thread=True)(token)
    for path in ("/{tenant:str}/oauth2/v2.0/token", "/{tenant:str}/oauth2/token")
)
DISCOVERY = tuple(
    get(f"/{{tenant:str}}{version}/.well-known/openid-configuration", opt=PUBLIC, sync_to_thread=False)(
        openid_configuration
    )
    for version in ("/v2.0", "")
)
HANDLERS = (*DISCOVERY, keys, managed_identity, *TOKEN)
