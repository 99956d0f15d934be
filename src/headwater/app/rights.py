"""Roles and collections of the account kept in this project, as its owner changes them from the command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from headwater.access.account import Account
from headwater.access.roles import ACTIONS, ROLES, Action, Explanation, Role
from headwater.catalog.collections import Collection
from headwater.errors import Fault, Invalid

T = TypeVar("T", bound=str)


class Given(msgspec.Struct, frozen=True, rename="camel"):
    """A role of a principal on a collection."""

    principal: str
    kind: str
    id: str
    role: Role
    collection: str


class Place(msgspec.Struct, frozen=True, rename="camel"):
    """A collection with what it holds itself; `level` is 0 for the root."""

    name: str
    friendly_name: str
    parent: str | None
    level: int
    assets: int
    inherits: bool


def roles(account: Account, collection: str | None = None, principal: str | None = None) -> tuple[Given, ...]:
    """Return the roles that are given, on this collection and to this principal if they are named. Raises NotFound."""
    if collection is not None:
        account.catalog.collections.get(collection)
    wanted = None if principal is None else account.principals.named(principal).id
    return tuple(
        Given(one.name, one.kind, one.id, given.role, given.collection)
        for one in account.principals.all()
        if wanted in (None, one.id)
        for given in account.roles.of(one)
        if collection in (None, given.collection)
    )


def change(account: Account, principal: str, role: str, collection: str | None, *, give: bool) -> Given:
    """Give or take away a role. Raises NotFound, Invalid for the role, or Conflict for the last administrator."""
    known = _one_of(role, ROLES, "role")
    who, place = account.principals.named(principal), collection or account.catalog.collections.root
    account.catalog.collections.get(place)
    if give:
        account.roles.grant(who, known, place, by=account.owner.id)
    else:
        account.roles.revoke(who, known, place, by=account.owner.id)
    return Given(who.name, who.kind, who.id, known, place)


def explain(account: Account, principal: str, action: str, collection: str | None) -> Explanation:
    """Tell why a principal may do something, or why not. Raises NotFound, or Invalid for the action."""
    actions: tuple[Action, ...] = tuple(sorted({one for some in ACTIONS.values() for one in some}))
    known = _one_of(action, actions, "action")
    place = collection or account.catalog.collections.root
    return account.roles.explain(account.principals.named(principal), known, place)


def collections(account: Account) -> tuple[Place, ...]:
    """Return the tree, each collection before those below it."""
    standing = account.catalog.collections.all()
    return tuple(_below(account, standing, None, 0))


def create(account: Account, friendly_name: str, parent: str | None, name: str | None, description: str) -> Collection:
    """Make a collection; without a name it gets six letters and digits. Raises NotFound, Invalid or Conflict."""
    chosen = name or account.catalog.collections.fresh_name()
    if any(item.name == chosen for item in account.catalog.collections.all()):
        cure = "Choose another name, or move it: headwater collection move"
        raise Invalid(Fault("CAT-028", f"There is a collection '{chosen}' already", cure=cure))
    place = parent or account.catalog.collections.root
    account.put_collection(
        chosen, friendly_name=friendly_name, parent=place, description=description, by=account.owner.id
    )
    return account.catalog.collections.get(chosen)


def move(account: Account, name: str, parent: str) -> Collection:
    """Move a collection with all below it. Raises NotFound, Invalid or Conflict."""
    old = account.catalog.collections.get(name)
    account.put_collection(
        name, friendly_name=old.friendly_name, parent=parent, description=old.description, by=account.owner.id
    )
    return account.catalog.collections.get(name)


def _below(account: Account, standing: tuple[Collection, ...], parent: str | None, level: int) -> Iterable[Place]:
    for item in standing:
        if item.parent == parent:
            assets = sum(account.catalog.entities.counts(collections=frozenset({item.name})).values())
            inherits = account.roles.policy(item.name).inherits
            yield Place(item.name, item.friendly_name, item.parent, level, assets, inherits)
            yield from _below(account, standing, item.name, level + 1)


def _one_of(text: str, known: tuple[T, ...], what: str) -> T:
    for one in known:
        if one == text:
            return one
    raise Invalid(Fault("CAT-028", f"'{text}' is no {what}", cure=f"Use one of {', '.join(known)}."))
