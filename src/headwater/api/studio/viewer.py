"""Who looks: a browser's session, and what its holder may do.

The session is the account's own session token in a cookie that scripts cannot read, so Studio keeps no list of
sessions and a role that is taken away is gone with the next click.
"""

from __future__ import annotations

from dataclasses import dataclass

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.access.roles import TITLES, Role
from headwater.errors import Fault, Forbidden, Unauthorized

COOKIE = "headwater_session"
SIGN_IN = "Run `headwater sign-in` and open the address that it prints."


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in principal. `readable` are the collections whose assets they may see."""

    principal: Principal
    account: str
    roles: tuple[str, ...]
    readable: frozenset[str]
    can_curate: bool
    can_grant: bool

    @property
    def name(self) -> str:
        return self.principal.display_name or self.principal.name


class Sessions:
    """Exchanges what a person has for a session, and a session for the person."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def open(self, token: str) -> str:
        """Spend a one-time code, or check a bearer token, and return the session. Raises Unauthorized."""
        token = token.strip()
        if token.count(".") == 2:  # a JWT; a one-time code has no dots
            self._account.tokens.verify(token)
            return token
        _, session = self._account.sign_in.redeem(token)
        return session.text

    def viewer(self, session: str | None) -> Viewer:
        """Return who holds the session. Raises Unauthorized where nobody does."""
        if not session:
            raise Unauthorized(Fault("ACC-001", "You are not signed in", cure=SIGN_IN))
        principal = self._account.tokens.verify(session)
        roles, root = self._account.roles, self._account.catalog.collections.root
        held = dict.fromkeys(TITLES[held.role] for held in roles.of(principal))
        return Viewer(
            principal=principal,
            account=self._account.name,
            roles=tuple(held),
            readable=roles.collections(principal, "data/read"),
            can_curate=roles.allowed(principal, "data/write", root),
            can_grant=roles.allowed(principal, "collection/write", root),
        )


def require(allowed: bool, what: str, role: Role) -> None:
    """Raise Forbidden unless `allowed`; `what` completes "You may not"."""
    if not allowed:
        cure = f'Ask a collection administrator for the role "{TITLES[role]}" on the root collection.'
        raise Forbidden(Fault("ACC-003", f"You may not {what}", cure=cure))
