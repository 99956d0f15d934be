"""One-time codes that Studio exchanges for a session token."""

from __future__ import annotations

from headwater.access.principals import Principal
from headwater.access.tokens import Token


class SignIn:
    def code(self, principal: Principal, *, seconds: int = 600) -> str:
        """Make a code that can be redeemed once, within `seconds`."""
        ...

    def redeem(self, code: str) -> tuple[Principal, Token]:
        """Exchange a code for a session token of eight hours. Raises Unauthorized if it is unknown, used or too old."""
        ...
