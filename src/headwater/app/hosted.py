"""The account that a project keeps itself: who its owner is, and how workspaces and people get in."""

from __future__ import annotations

import importlib.resources
import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from headwater.access.account import Account
from headwater.app.identity import Identities, Identity
from headwater.catalog.lifecycle import Keeping
from headwater.catalog.store.postgresql import postgresql_url
from headwater.errors import Fault, SettingsError
from headwater.settings import AccountSettings

_OPERATION = "_operation"
_NOT_ASSETS = (
    "column",
    "tabular_schema",
    "_operation",
    "_activity",
    "_pipeline",
    "_workspace",
    "azure_data_factory",
    "openlineage_job",
    "openlineage_namespace",
)


@dataclass(frozen=True, slots=True)
class HostedAccount:
    """An account in the project's data folder."""

    account: Account

    def connect(self, workspace: str, identities: Identities, collection: str | None, *, grant: bool) -> None:
        """Make the workspace's identity if it has none, and grant it Data Curator on its collection (none: the root).

        Raises NotFound for the collection.
        """
        account = self.account
        principal = account.principals.ensure("workspace", workspace, by=account.owner.id)
        if collection is not None:
            account.default_collections.put(principal, collection, by=account.owner.id)
        if grant:
            place = collection or account.catalog.collections.root
            account.roles.grant(principal, "data-curator", place, by=account.owner.id)
        known = identities.get(workspace)
        if known is None or known.client_id != principal.id or known.account != account.name:
            secret = account.principals.add_secret(principal.id, by=account.owner.id)
            identities.put(Identity(workspace, account.name, account.name, principal.id, secret))

    def owner_token(self) -> str:
        """Return a short-lived token of the account's owner, for requests of whoever runs this process."""
        return self.account.tokens.issue(self.account.owner).text

    def sign_in_code(self) -> str:
        """Return a code that signs the owner in to Studio once."""
        return self.account.sign_in.code(self.account.owner)

    def counts(self) -> dict[str, int]:
        """Return how many assets, operations and column edges the account knows."""
        by_type = self.account.catalog.entities.counts()
        return {
            "assets": sum(n for name, n in by_type.items() if not name.endswith(_NOT_ASSETS)),
            "operations": sum(n for name, n in by_type.items() if name.endswith(_OPERATION)),
            "columnEdges": self.account.catalog.columns.count(),
        }

    def close(self) -> None:
        self.account.close()


def keeping(settings: AccountSettings) -> Keeping:
    """Return how long the account keeps what is over."""
    return Keeping(
        stale_after_runs=settings.stale_after_runs,
        ended_edges=settings.keep_ended_edges_days,
        observations=settings.keep_observations_days,
        history=settings.keep_history_days,
    )


def database(settings: AccountSettings) -> URL | None:
    """Return the database that the settings name, or None for a file. Raises SettingsError."""
    if settings.database is None:
        return None
    name = settings.database_password_env
    if name is not None and name not in os.environ:
        cure = f"Set it before you start: export {name}=…"
        raise SettingsError(Fault("SET-012", f"The environment variable '{name}' is not set", cure=cure))
    return postgresql_url(settings.database, None if name is None else os.environ[name])


def web() -> Path | None:
    """Return the folder of the built Studio, or None where the package was installed without it."""
    folder = Path(str(importlib.resources.files("headwater"))) / "web"
    return folder if (folder / "index.html").is_file() else None
