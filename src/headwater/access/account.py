"""An account: a catalog and those who may use it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from headwater.access.audit import Audit
from headwater.access.diagnosis import Diagnosis
from headwater.access.principals import Principal, Principals
from headwater.access.roles import Roles
from headwater.access.sign_in import SignIn
from headwater.access.tokens import Tokens
from headwater.catalog.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    catalog: Catalog
    principals: Principals
    tokens: Tokens
    sign_in: SignIn
    roles: Roles
    audit: Audit
    owner: Principal

    @classmethod
    def open(cls, folder: Path, *, name: str) -> Account:
        """Open or create the account in `folder` (account.db, account.key with mode 0600).

        The first start makes the root collection, the signing key and the principal `owner` with all roles on root.
        """
        ...

    def may_push(self, principal: str) -> Diagnosis:
        """May this identity push lineage: Connected or Disconnected, with reason and cure."""
        ...

    def close(self) -> None: ...
