"""An account: a catalog and those who may use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy.engine import URL

from headwater.access import key_file
from headwater.access.audit import Audit
from headwater.access.default_collections import DefaultCollections
from headwater.access.diagnosis import Diagnosis, diagnose
from headwater.access.principals import Principal, Principals
from headwater.access.roles import ADMINISTRATOR, ROLES, Roles
from headwater.access.sign_in import SignIn
from headwater.access.tokens import Tokens
from headwater.catalog.catalog import Catalog
from headwater.catalog.lifecycle import FOREVER, Keeping, Purged

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
    default_collections: DefaultCollections
    audit: Audit
    owner: Principal
    keeping: Keeping = FOREVER

    @classmethod
    def open(cls, folder: Path, *, name: str, database: URL | None = None, keeping: Keeping = FOREVER) -> Account:
        """Open or create the account in `folder` (account.db, account.key with mode 0600). Raises SettingsError.

        `database` keeps it in PostgreSQL in place of account.db; processes that share one share the key file too.
        `keeping` says how long what is over is kept.
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
            default_collections=DefaultCollections(store, catalog.collections),
            audit=audit,
            owner=owner,
            keeping=keeping,
        )

    def may_push(self, workspace: str) -> Diagnosis:
        """Tell whether a workspace's identity may push lineage, and if not, why and what to do."""
        identity = self.principals.find("workspace", workspace)
        place = None if identity is None else self.default_collections.of(identity)
        return diagnose(identity, self.roles, place or self.catalog.collections.root, workspace)

    def put_collection(self, name: str, *, friendly_name: str, parent: str, description: str = "", by: str) -> None:
        """Make or change a collection; who makes one becomes its administrator. Raises as `Collections.put` does."""
        old = next((item for item in self.catalog.collections.all() if item.name == name), None)
        made = self.catalog.collections.put(
            name, friendly_name=friendly_name, parent=parent, description=description, by=by
        )
        if old is None:
            # An earlier one of this name may have left roles behind where its deletion was cut short.
            self.roles.forget(name, by=by)
            self.roles.grant(self.principals.get(by), ADMINISTRATOR, name, by=by)
            self.audit.record(by, "make collection", name, outcome="changed", detail=parent)
        elif old.parent != made.parent:
            self.audit.record(by, "move collection", name, outcome="changed", detail=f"{old.parent} > {made.parent}")
        elif (old.friendly_name, old.description) != (made.friendly_name, made.description):
            self.audit.record(by, "change collection", name, outcome="changed", detail=made.friendly_name)

    def delete_collection(self, name: str, *, by: str) -> None:
        """Delete an empty collection and the roles on it. Raises NotFound or Conflict."""
        self.catalog.collections.delete(name)
        self.roles.forget(name, by=by)
        self.audit.record(by, "delete collection", name, outcome="changed")

    def purge(self, *, by: str, dry_run: bool = False, stopping: Callable[[], bool] | None = None) -> Purged:
        """Remove what is over and older than the account keeps it, or count it; ends early when `stopping` says so."""
        purged = self.catalog.lifecycle.purge(self.keeping, dry_run=dry_run, stopping=stopping)
        if purged.total and not dry_run:
            counts = ", ".join(f"{name} {number}" for name, number in msgspec.structs.asdict(purged).items() if number)
            self.audit.record(by, "purge", self.name, outcome="changed", detail=counts)
        return purged

    def close(self) -> None:
        """Give the database's connections back."""
        self.catalog.close()
