"""Access tokens: JWTs that the account signs with its own key, short-lived, checked against who still exists."""

from __future__ import annotations

import time
import uuid

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from headwater.access.principals import Principal, Principals
from headwater.errors import Fault, Invalid, NotFound, Unauthorized

ALGORITHM = "ES256"
PURVIEW = "https://purview.azure.net"
# What the real clients ask tokens for: Purview by name and by id, Synapse, and resource management.
AUDIENCES = frozenset(
    {
        "73c2949e-da2d-457a-9607-fcc665198967",
        "https://dev.azuresynapse.net",
        "https://management.azure.com",
        "https://management.core.windows.net",
        PURVIEW,
    }
)
CLOCK_SKEW = 60


class Token(msgspec.Struct, frozen=True):
    """`text` is the bearer token; times in seconds since 1970."""

    text: str
    begins_on: int
    expires_on: int
    audience: str

    def __repr__(self) -> str:
        return f"Token(expires_on={self.expires_on}, audience={self.audience!r})"


class Tokens:
    """Issues and verifies tokens of one account."""

    def __init__(self, keys: KeySet, principals: Principals, *, account: str) -> None:
        self._keys = keys
        self._principals = principals
        self.issuer = f"urn:headwater:{account}"
        self.tenant = str(uuid.uuid5(uuid.NAMESPACE_URL, self.issuer))

    def issue(self, principal: Principal, *, audience: str = PURVIEW, seconds: int = 3600) -> Token:
        """Sign a token. Raises Invalid for an audience that the account does not serve."""
        if audience.rstrip("/") not in AUDIENCES:
            cure = f"Ask for {PURVIEW}/.default."
            raise Invalid(Fault("ACC-007", f"The account issues no tokens for '{audience}'", cure=cure))
        now = int(time.time())
        claims = {
            "aud": audience,
            "iss": self.issuer,
            "iat": now,
            "nbf": now,
            "exp": now + seconds,
            "appid": principal.id,
            "oid": principal.id,
            "sub": principal.id,
            "tid": self.tenant,
            "name": principal.name,
            "idtyp": "user" if principal.kind == "user" else "app",
            "jti": str(uuid.uuid4()),
            "ver": "2.0",
        }
        key = self._keys.keys[0]
        text = jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key, algorithms=[ALGORITHM])
        return Token(text, now, now + seconds, audience)

    def public_keys(self) -> dict[str, object]:
        """Return the keys that verify tokens, as a JWK set without anything private."""
        return dict(self._keys.as_dict(private=False))

    def verify(self, text: str) -> Principal:
        """Return whose token this is. Raises Unauthorized if it is forged, expired, or its principal is gone."""
        try:
            claims = jwt.decode(text, self._keys, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _refused("is not signed by this account") from error
        now = time.time()
        expires, begins, audience = claims.get("exp"), claims.get("nbf", 0), claims.get("aud")
        if not isinstance(expires, int) or expires <= now:
            raise _refused("has expired")
        if not isinstance(begins, int) or begins > now + CLOCK_SKEW:
            raise _refused("is not valid yet")
        if claims.get("iss") != self.issuer or str(audience).rstrip("/") not in AUDIENCES:
            raise _refused("is for another account")
        try:
            return self._principals.get(str(claims.get("oid")))
        except NotFound as error:
            raise _refused("belongs to a principal that does not exist any more") from error


def _refused(why: str) -> Unauthorized:
    cure = "Sign in again, or ask for a new token; a key of `headwater key` goes as Basic, name:key."
    return Unauthorized(Fault("ACC-001", f"The bearer token {why}", cure=cure))
