"""Access tokens: JWTs that the account signs with its own key."""

from __future__ import annotations

import msgspec

from headwater.access.principals import Principal


class Token(msgspec.Struct, frozen=True):
    """`text` is the bearer token; `expires_on` in seconds since 1970."""

    text: str
    expires_on: int
    audience: str

    def __repr__(self) -> str:
        return f"Token(expires_on={self.expires_on}, audience={self.audience!r})"


class Tokens:
    def issue(self, principal: Principal, *, audience: str = "https://purview.azure.net", seconds: int = 3600) -> Token: ...
    def verify(self, text: str) -> Principal:
        """Whose token this is. Raises Unauthorized if it is forged, expired, or its principal is gone."""
        ...
