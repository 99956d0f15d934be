"""One-time codes that Studio exchanges for a session token."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, insert, select, update

from headwater.access import schema
from headwater.access.audit import Audit
from headwater.access.principals import Principal, Principals, digest
from headwater.access.tokens import Token, Tokens
from headwater.catalog import clock
from headwater.catalog.store import Store
from headwater.errors import Fault, Unauthorized

SESSION_SECONDS = 8 * 3600


class SignIn:
    """Makes and redeems codes; only their hashes are kept."""

    def __init__(self, store: Store, principals: Principals, tokens: Tokens, audit: Audit) -> None:
        self._store = store
        self._principals = principals
        self._tokens = tokens
        self._audit = audit

    def code(self, principal: Principal, *, seconds: int = 600) -> str:
        """Make a code that can be redeemed once, within `seconds`."""
        code = secrets.token_urlsafe(24)
        now = clock.now()
        row = {"hash": digest(code), "principal_id": principal.id, "expires_at": now + seconds * 1000, "used_at": None}
        with self._store.write() as connection:
            connection.execute(delete(schema.sign_in_codes).where(schema.sign_in_codes.c.expires_at < now))
            connection.execute(insert(schema.sign_in_codes).values(row))
        return code

    def redeem(self, code: str) -> tuple[Principal, Token]:
        """Exchange a code for a session token of eight hours. Raises Unauthorized if it is unknown, used or too old."""
        table = schema.sign_in_codes.c
        now = clock.now()
        unused = (table.hash == digest(code)) & table.used_at.is_(None) & (table.expires_at > now)
        with self._store.write() as connection:
            # One statement takes the code, so that of two who come at once one is refused.
            taken = connection.execute(update(schema.sign_in_codes).where(unused).values(used_at=now)).rowcount
            owner = connection.execute(select(table.principal_id).where(table.hash == digest(code))).scalar()
        if not taken or owner is None:
            self._audit.record(str(owner or ""), "sign-in", "studio", outcome="refused")
            cure = "Ask for a new one: `headwater sign-in`."
            raise Unauthorized(Fault("ACC-006", "The sign-in code is unknown, used or too old", cure=cure))
        principal = self._principals.get(owner)
        self._audit.record(principal.id, "sign-in", "studio", outcome="allowed")
        return principal, self._tokens.issue(principal, seconds=SESSION_SECONDS)
