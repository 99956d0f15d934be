"""API keys for programs that are not workspaces of this project: Spark, Airflow, dbt, scripts."""

from __future__ import annotations

import msgspec

from headwater.access.account import Account


class Key(msgspec.Struct, frozen=True):
    """A key, seen this one time; only its hash is kept."""

    principal: str
    id: str
    role: str
    collection: str
    key: str

    def __repr__(self) -> str:
        return f"Key(principal={self.principal!r}, collection={self.collection!r})"


def make_key(account: Account, name: str, collection: str | None) -> Key:
    """Make a key of the application of this name, which may then write and read in the collection (default: root).

    An application that exists gets one key more. Raises NotFound for the collection.
    """
    place = collection or account.catalog.collections.root
    account.catalog.collections.get(place)
    principal = account.principals.ensure("application", name, by=account.owner.id)
    account.roles.grant(principal, "data-curator", place, by=account.owner.id)
    account.audit.record(account.owner.id, "make key", principal.id, outcome="allowed")
    secret = account.principals.add_secret(principal.id, by=account.owner.id)
    return Key(name, principal.id, "data-curator", place, secret)
