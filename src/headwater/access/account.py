"""An account: a catalog and those who may use it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from headwater.access import key_file
from headwater.access.audit import Audit
from headwater.access.diagnosis import Diagnosis, diagnose
from headwater.access.principals import Principal, Principals
from headwater.access.roles import ADMINISTRATOR, ROLES, Roles
from headwater.access.sign_in import SignIn
from headwater.access.tokens import Tokens
from headwater.catalog.catalog import Catalog

MIGRATIONS = Path(__file__).parent / "migrations"
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Account:
    """`owner` is the user that the first start made; nobody else has rights until given."""

    name: str
    catalog: Catalog
    principals: Principals
    tokens: Tokens
    sign_in: SignIn
    roles: Roles
    audit: Audit
    owner: Principal

    @classmethod
    def open(cls, folder: Path, *, name: str, database: URL | None = None) -> Account:
        """Open or create the account in `folder` (account.db, account.key with mode 0600). Raises SettingsError.

        `database` keeps it in PostgreSQL in place of account.db; processes that share one share the key file too.
        The first start makes the root collection, the signing key and the principal `owner` with all roles on root.
        """
        catalog = Catalog.open(database or folder / "account.db", name=name)
        store = catalog.store
        store.migrate(MIGRATIONS, "access_version")
        principals = Principals(store)
        audit = Audit(store)
        roles = Roles(store, catalog.collections)
        tokens = Tokens(key_file.load(folder / "account.key"), principals, account=catalog.name)
        root = catalog.collections.root
        owner = principals.ensure("user", OWNER)
        # The administrator's role comes last, so that a start that was cut short is finished by the next.
        if not any(given.role == ADMINISTRATOR for given in roles.on(root)):
            for role in sorted(ROLES, key=lambda role: role == ADMINISTRATOR):
                roles.grant(owner, role, root, by=owner.id)
        return cls(
            name=catalog.name,
            catalog=catalog,
            principals=principals,
            tokens=tokens,
            sign_in=SignIn(store, principals, tokens, audit),
            roles=roles,
            audit=audit,
            owner=owner,
        )

    def may_push(self, workspace: str) -> Diagnosis:
        """Tell whether a workspace's identity may push lineage, and if not, why and what to do."""
        return diagnose(self.principals, self.roles, self.catalog.collections.root, workspace)

    def close(self) -> None:
        """Give the database's connections back."""
        self.catalog.close()
